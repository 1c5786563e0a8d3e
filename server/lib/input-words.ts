// What is wrong with an input, and what to write instead, where its shape has no sentence of its own.
import type { z } from 'zod'

const KINDS: Record<string, string> = {
  string: 'text in quotes',
  number: 'a number without quotes',
  int: 'a whole number without quotes',
  boolean: 'true or false, without quotes',
  array: 'a list in square brackets',
  object: 'an object in braces',
  record: 'an object in braces',
  null: 'null',
}

const FORMATS: Record<string, string> = {
  datetime: 'Write a time in ISO 8601 with its offset, such as 2026-01-31T09:30:00Z.',
  date: 'Write a day as year, month and day, such as 2026-01-31.',
  uuid: 'Write an id as it was answered, such as 0199c1a2-7f3e-7c4d-8a5b-6e7f8091a2b3.',
  email: 'Write an email address, such as ana@example.com.',
  url: 'Write a whole address, such as https://example.com/path.',
}

/** Callers choose these names: more of them, or longer ones, would only come back. */
const MOST_NAMED = 5
const LONGEST_NAME = 100
const quoted = (name: string) => `“${cutName(name)}”`
export const cutName = (name: string): string => name.slice(0, LONGEST_NAME)

/** A sentence for zod's own refusals, or nothing where zod's own is the better one. */
export function sayWhatToWrite(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type': {
      const kind = KINDS[issue.expected] ?? issue.expected
      return issue.input === undefined ? `This is missing. Write ${kind}.` : `Write ${kind}.`
    }
    case 'invalid_format':
      return FORMATS[issue.format]
    case 'invalid_value':
      return `Write one of these: ${issue.values.map(String).join(', ')}.`
    case 'unrecognized_keys':
      return `Leave out ${issue.keys.slice(0, MOST_NAMED).map(quoted).join(', ')}: there is no such field here.`
    case 'too_small':
      return `Write ${amount(issue.origin, 'at least', issue.minimum)}.`
    case 'too_big':
      return `Write ${amount(issue.origin, 'at most', issue.maximum)}.`
    case 'custom':
    case 'invalid_element':
    case 'invalid_key':
    case 'invalid_union':
    case 'not_multiple_of':
      return undefined
  }
}

function amount(origin: string, bound: 'at least' | 'at most', limit: number | bigint): string {
  if (origin === 'string') return `${bound} ${limit} ${limit === 1 ? 'character' : 'characters'}`
  if (origin === 'array' || origin === 'set') return `${bound} ${limit} ${limit === 1 ? 'item' : 'items'}`
  return `${bound === 'at least' ? 'a number not below' : 'a number not above'} ${limit}`
}
