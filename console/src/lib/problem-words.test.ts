// Whatever the server may refuse is said in words of the catalog: the reasons are read from the server's source.
import { expect, test } from 'vitest'
import { overwriteGetLocale } from '../paraglide/runtime.js'
import { wordsOf } from './problem-words.ts'

overwriteGetLocale(() => 'en')

/** Told to Meta, to AIs and to those who write programs; no screen of the console can bring them about. */
const FOR_PROGRAMS = new Set([
  'address_not_allowed',
  'batch_not_taken',
  'bsuid_invalid',
  'contact_has_other_id',
  'contact_name_missing',
  'contact_unnamed',
  'contacts_unnamed',
  'cursor_ahead',
  'cursor_invalid',
  'evidence_for_nothing',
  'evidence_of_ai_only',
  'evidence_of_one_contact',
  'evidence_unusable',
  'external_id_invalid',
  'external_id_taken',
  'idempotency_key_forgotten',
  'idempotency_key_invalid',
  'idempotency_key_reused',
  'idempotency_twin',
  'json_too_deep',
  'key_expired',
  'key_replaced',
  'key_too_fast',
  'key_unknown',
  'key_unsent',
  'no_ai_change',
  'no_model_change',
  'no_change',
  'no_conversation_to_suggest',
  'no_suggestion',
  'no_tag',
  'no_tag_named',
  'not_for_keys',
  'not_for_third_parties',
  'one_selection',
  'organization_unnamed',
  'phone_incomplete',
  'portfolio_unknown',
  'removed_by_person',
  'request_unreadable',
  'restore_or_merge',
  'route_missing',
  'scope_missing',
  'system_invalid',
  'tag_names_unknown',
  'tag_off_for_ai',
  'tag_only_suggested',
  'share_range',
  'suggestion_both',
  'suggestion_rejected',
  'template_file_unwanted',
  'test_button_missing',
  'test_customer_unreachable',
  'test_message_not_theirs',
  'time_future',
  'times_crossed',
  'too_many_for_tool',
  'too_many_tagged',
  'untagged_true',
  'verify_token_wrong',
  'webhook_missing',
])
/** Its sentence depends on what was changed; the dialog shows that itself. */
const OTHER_WORDS = new Set(['changed_meanwhile'])

const sources = Object.entries(
  import.meta.glob<string>('../../../server/**/*.ts', { query: '?raw', import: 'default', eager: true }),
).filter(([path]) => !path.endsWith('.test.ts'))

/** What stands between these parentheses, the first of which is at `start`. */
function within(text: string, start: number): string {
  let depth = 0
  for (let i = start; i < text.length; i++) {
    if (text[i] === '(') depth++
    else if (text[i] === ')' && --depth === 0) return text.slice(start + 1, i)
  }
  throw new Error('A parenthesis is not closed.')
}
const calls = (name: RegExp): { path: string; args: string }[] =>
  sources.flatMap(([path, text]) =>
    [...text.matchAll(name)].map((match) => ({ path, args: within(text, match.index + match[0].length - 1) })),
  )

const problems = calls(/new Problem\(/g).map(({ path, args }) => ({
  path,
  args,
  reason: /reason: '(\w+)'/.exec(args)?.[1],
}))
const refusals = calls(/[^\w]refusal\((?=\s*')/g).map(({ path, args }) => ({
  path,
  args,
  reason: /'(\w+)'/.exec(args)![1]!,
}))
const failures = sources
  .filter(([path]) => path.endsWith('/operations/batches.ts'))
  .flatMap(([path, text]) => [
    ...[...text.matchAll(/reason: '(\w+)',\s+message: '[^']+'/g)].map((match) => ({
      path,
      args: match[0],
      reason: match[1]!,
    })),
    ...[...text.matchAll(/(\w+_since): \(name: string\) => `[^`]+`/g)].map((match) => ({
      path,
      args: `data: { name }, ${match[0]}`,
      reason: match[1]!,
    })),
  ])
const said = [...problems, ...refusals, ...failures].flatMap(({ reason, ...rest }) =>
  reason === undefined || FOR_PROGRAMS.has(reason) ? [] : [{ reason, ...rest }],
)

/** What is said for a reason, `*` standing for every fact, and the facts that were asked for. */
function spoken(reason: string): { words: string; asked: string[] } {
  const asked: string[] = []
  const facts = new Proxy({}, { get: (_, name) => (asked.push(String(name)), '*') })
  return { words: wordsOf(reason, facts, '').replaceAll('NaN', '*'), asked }
}

test('the source of the server is found, with its refusals of every kind', () => {
  expect(problems.length).toBeGreaterThan(50)
  expect(refusals.length).toBeGreaterThan(20)
  expect(failures.length).toBe(5)
})

test('every problem has a reason that is written out, but for those that shapes, signatures and kept refusals give', () => {
  const without = problems
    .filter(({ reason }) => reason === undefined)
    .map(({ path }) => path.replace(/.*\/server\//, ''))
  expect(without.toSorted()).toEqual(['access/door.ts', 'access/writing.ts', 'channels/webhook.ts'])
})

test('every reason that people can meet has words', () => {
  expect(said.filter(({ reason }) => spoken(reason).words === '').map(({ reason }) => reason)).toEqual([])
})

test('every fact that the words name comes with the reason', () => {
  const lacking = said.flatMap(({ reason, args }) => {
    const data = /data[:,].*|, \{[^{}]*\}\s*,?\s*$/s.exec(args)?.[0] ?? ''
    return spoken(reason).asked.flatMap((name) =>
      new RegExp(`\\b${name}\\b`).test(data) ? [] : [`${reason}: ${name}`],
    )
  })
  expect(lacking).toEqual([])
})

test('the English words are those of the server', () => {
  const sentencesOf = (args: string) =>
    [...args.matchAll(/'([^'\n]*)'|`([^`]*)`/g)].map((match) => (match[1] ?? match[2])!.replaceAll(/\$\{[^}]*\}/g, '*'))
  const others = Map.groupBy(said, ({ reason }) => reason)
  const different = [...others].flatMap(([reason, places]) => {
    const sentences = places.flatMap(({ args }) => sentencesOf(args))
    const { words } = spoken(reason)
    return OTHER_WORDS.has(reason) || sentences.includes(words) ? [] : [`${words} (${reason})`]
  })
  expect(different).toEqual([])
})
