// Shapes that every slice's schema uses.
import { z } from 'zod'

export const Id = z.uuid()
/** PostgreSQL knows no year 0, no zone further away than 16 hours, and no fraction of endless digits. */
const knownToPostgres = (text: string) => text.length <= 40 && !/^0000|[+-](?:1[6-9]|2\d):\d\d$/.test(text)
export const Instant = z.iso
  .datetime({ offset: true })
  .refine(knownToPostgres, 'Write a time such as 2026-03-01T09:30:00Z.')
  .describe('ISO 8601, in UTC in answers.')

interface Refusal {
  reason: string
  /** What the sentence names, such as the most characters. */
  data?: Record<string, unknown>
}
const refusals = new Map<string, Refusal>()

/**
 * The sentence by which a shape refuses an input, with its stable reason: answers carry both, and the console says the
 * reason in its own language. A shape can carry only sentences, so that the reason is found again by the sentence.
 */
export function refusal(reason: string, sentence: string, data?: Record<string, unknown>): string {
  refusals.set(sentence, { reason, ...(data ? { data } : {}) })
  return sentence
}

/** The reason of a shape's sentence; a sentence of zod's own has a general one. */
export const refusalOf = (sentence: string): Refusal => refusals.get(sentence) ?? { reason: 'input_invalid' }

/** The same limit says the same everywhere. */
export const atMost = (max: number): string => refusal('too_long', `Use at most ${max} characters.`, { max })

/** Text without NUL and lone surrogates, which the database does not know. */
export function cleanText(text: string): string {
  return (text.includes('\0') ? text.replaceAll('\0', '') : text).toWellFormed()
}

/** A text as it was written, but for what cannot be stored: it may be pasted from anywhere, and nobody sees what is missing. */
export const writtenText = () => z.string().overwrite(cleanText)

/** What is searched for. */
export const SearchText = writtenText().max(200, atMost(200))

/** A text without blanks around it, of at least one character; `missing` says that there is none. */
export const filledText = (missing: string, max: number) => z.string().trim().min(1, missing).max(max, atMost(max))

/** What people call something, in one line. */
export const nameText = (missing: string) =>
  filledText(missing, 100).refine(
    (name) => !/\p{Cc}/u.test(name),
    refusal('control_characters', 'Leave out control characters.'),
  )

/** Values separated by commas, each once. */
export const listOf = <T extends z.ZodType<string, string>>(value: T, max: number) =>
  z
    .string()
    .max(20_000)
    .transform((text) => [...new Set(text.split(',').filter((part) => part !== ''))])
    .pipe(z.array(value).max(max))
    .optional()

/** How many a page holds, in a query. */
export const pageLimit = ({ most, usual }: { most: number; usual: number }) =>
  z.coerce.number().int().min(1).max(most).default(usual).describe('At most so many on a page.')

/** A cursor that is a number of the database. */
export const NumberCursor = z
  .string()
  .regex(/^\d{1,18}$/, refusal('cursor_invalid', 'Pass next_cursor of the page before, unchanged.'))
  .optional()

export const ProblemBody = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string().describe('Stable; programs decide by it.'),
    detail: z.string().describe('A sentence for people: what is wrong and what to do.'),
    reason: z.string().optional().describe('A finer stable reason within the code.'),
    field: z.string().optional().describe('The input field at fault.'),
    data: z.record(z.string(), z.unknown()).optional(),
    request_id: z.string().optional(),
  })
  .meta({ id: 'Problem' })
export type ProblemBody = z.output<typeof ProblemBody>

const problem = (description: string) =>
  ({ description, schema: ProblemBody, contentType: 'application/problem+json' }) as const

/** The problems that any route may answer, by status. */
export const problems = {
  401: problem('Not signed in.'),
  403: problem('Not allowed.'),
  404: problem('No such object in this organization.'),
  409: problem('In conflict with what is there.'),
  422: problem('The input is not valid.'),
  429: problem('Too many requests.'),
  503: problem('The database does not answer.'),
} as const
