// Bodies that nobody at Meta would write: reading them never throws, never stalls, and never yields what cannot be stored.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readPayload } from './payload.ts'

const bodyOf = (value: unknown, field: unknown = 'messages') =>
  JSON.stringify({ entry: [{ id: '1', changes: [{ field, value }] }] })

/** Where a value holds what PostgreSQL would refuse: NUL, half a surrogate, a strange object, or nesting without end. */
function unstorable(value: unknown, path = ''): string | null {
  if (typeof value === 'string') return value.includes('\0') || !value.isWellFormed() ? path : null
  if (typeof value !== 'object' || value === null) return null
  if (path.length > 4000 || ![Object.prototype, Array.prototype].includes(Object.getPrototypeOf(value))) return path
  for (const [key, item] of Object.entries(value)) {
    const at = unstorable(key, `${path} key ${key}`) ?? unstorable(item, `${path}/${key}`)
    if (at !== null) return at
  }
  return null
}

const nasty = fc.constantFrom<unknown>(
  null,
  true,
  0,
  -1,
  1e308,
  2 ** 53,
  '',
  ' ',
  '\0',
  '\ud800',
  'a\udc00b',
  '16505551234',
  'US.1',
  'uUS.1',
  '1749416383',
  [],
  {},
  [[]],
  [null],
  'x'.repeat(3000),
  '__proto__',
  'constructor',
)
const junk = fc.oneof(nasty, fc.jsonValue({ maxDepth: 3 }), fc.string({ unit: 'binary' }))
const maybe = (arbitrary: fc.Arbitrary<unknown>) => fc.oneof({ weight: 4, arbitrary }, { weight: 1, arbitrary: junk })
const record = (keys: Record<string, fc.Arbitrary<unknown>>) =>
  fc.record(Object.fromEntries(Object.entries(keys).map(([key, arbitrary]) => [key, maybe(arbitrary)])), {
    requiredKeys: [],
  })
const list = (arbitrary: fc.Arbitrary<unknown>) => fc.array(maybe(arbitrary), { maxLength: 3 })

const types = [
  'text',
  'image',
  'contacts',
  'interactive',
  'button',
  'reaction',
  'order',
  'system',
  'unsupported',
  'edit',
  'revoke',
  'location',
  '__proto__',
]
const inner = record({
  body: nasty,
  caption: nasty,
  type: fc.constantFrom('button_reply', 'nfm_reply', 'user_changed_number', 'user_changed_user_id'),
  button_reply: record({ title: nasty }),
  emoji: nasty,
  message_id: nasty,
  original_message_id: nasty,
  message: record({ type: fc.constantFrom(...types), text: record({ body: nasty }) }),
  wa_id: nasty,
  user_id: nasty,
  previous_user_id: nasty,
  name: nasty,
  address: nasty,
  text: nasty,
})
const card = record({
  name: record({ formatted_name: nasty, first_name: nasty }),
  phones: list(record({ phone: nasty, wa_id: nasty })),
  vcard: fc.constantFrom<unknown>('waid=16505551234', nasty),
  origin: fc.constant('contact_request'),
})
const message = record({
  id: fc.constantFrom<unknown>('wamid.1', 5, ''),
  from: nasty,
  from_user_id: nasty,
  to: nasty,
  timestamp: nasty,
  type: fc.constantFrom(...types),
  context: record({ id: nasty }),
  group_id: nasty,
  referral: record({ body: nasty }),
  errors: list(record({ code: nasty, title: nasty, error_data: record({ details: nasty }) })),
  contacts: list(card),
  history_context: record({ status: nasty, from_me: nasty }),
  ...Object.fromEntries(
    types.filter((type) => type !== 'contacts' && type !== '__proto__').map((type) => [type, inner]),
  ),
})
const value = record({
  metadata: record({ phone_number_id: nasty, display_phone_number: nasty }),
  contacts: list(record({ wa_id: nasty, user_id: nasty, profile: record({ name: nasty, username: nasty }) })),
  messages: list(message),
  message_echoes: list(message),
  statuses: list(
    record({
      id: nasty,
      status: nasty,
      type: nasty,
      recipient_id: nasty,
      recipient_type: fc.constant('group'),
      errors: list(inner),
    }),
  ),
  errors: list(inner),
  history: list(
    record({
      threads: list(record({ id: nasty, context: record({ wa_id: nasty, username: nasty }), messages: list(message) })),
      errors: list(inner),
    }),
  ),
  calls: junk,
})
const fields = fc.constantFrom<unknown>('messages', 'history', 'smb_message_echoes', 'standby', null, 'constructor', 5)

describe('hostile bodies', () => {
  it('any JSON is read without an exception', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.json(),
          fc.string(),
          junk.map((each) => JSON.stringify(each)),
        ),
        (text) => {
          const { updates, problem } = readPayload(text)
          expect(updates.length > 0 || problem !== null || 'entry' in (JSON.parse(text) as object)).toBe(true)
        },
      ),
      { numRuns: 1000 },
    )
  })

  it('bodies shaped like ours with anything in any place yield only what can be stored', () => {
    fc.assert(
      fc.property(maybe(value), maybe(fields), (anything, field) => {
        for (const text of [bodyOf(anything, field), JSON.stringify(anything) ?? 'null']) {
          const payload = readPayload(Buffer.from(text))
          expect(unstorable(payload)).toBeNull()
          expect(JSON.stringify(payload)).toEqual(expect.any(String))
        }
      }),
      { numRuns: 500 },
    )
  })

  it('bytes that are no text are read too', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => void readPayload(Buffer.from(bytes))))
    expect(readPayload(Buffer.from([0xff, 0xfe, 0x7b])).problem).toBe('The body is not JSON.')
  })

  it('a __proto__ key changes no object', () => {
    const text =
      '{"entry":[{"id":"1","changes":[{"field":"messages","value":{"__proto__":{"x":[]},"messages":[{"__proto__":{"from":"16505551234"},"id":"a","type":"poll","poll":{"__proto__":{"polluted":1}}}]}}]}]}'
    const [update] = readPayload(text).updates
    expect(update).toMatchObject({ sender: { ids: { wa_id: null } }, content: { id: 'a', type: 'poll', poll: {} } })
    expect((update!.content as { poll: object }).poll).not.toHaveProperty('polluted')
    expect({}).not.toHaveProperty('polluted')
    expect(unstorable(update)).toBeNull()
  })

  it('nesting beyond all measure is cut off', () => {
    const deep = `${'['.repeat(700_000)}${']'.repeat(700_000)}`
    const { updates } = readPayload(
      bodyOf({ messages: [{ id: 'a', from: '16505551234', type: 'x', x: 'HERE' }] }).replace('"HERE"', deep),
    )
    expect(updates).toHaveLength(1)
    expect(unstorable(updates)).toBeNull()
    expect(readPayload(deep).problem).not.toBeNull()
  })

  it('three megabytes of anything are read in a moment', () => {
    const third = (text: string) =>
      Array.from({ length: Math.floor(3_000_000 / (text.length + 1)) }, () => text).join(',')
    for (const item of ['1', '{}', '{"id":1,"wa_id":"1"}']) {
      for (const key of ['messages', 'contacts', 'statuses', 'history']) {
        const text = bodyOf({ [key]: ['HERE'] }).replace('"HERE"', third(item))
        const started = performance.now()
        const { updates } = readPayload(text)
        expect(performance.now() - started, `${key} of ${item}`).toBeLessThan(2000)
        expect(updates.length).toBeLessThanOrEqual(20_000)
      }
    }
    const vcard = 'waid=1'.repeat(500_000)
    const started = performance.now()
    readPayload(
      bodyOf({
        messages: [
          { id: 'a', from: '1', type: 'contacts', contacts: [{ vcard }] },
          { id: 'b', type: 'system', system: { type: 'user_changed_number', body: ' changed from '.repeat(100_000) } },
        ],
      }),
    )
    expect(performance.now() - started).toBeLessThan(2000)
  }, 120_000)

  it('a body of 1,000 updates is read in less than 50 ms', () => {
    const contacts = Array.from({ length: 1000 }, (_, i) => ({
      wa_id: `1650555${1000 + i}`,
      user_id: `US.${i}`,
      profile: { name: `Ann ${i} é👋` },
    }))
    const messages = contacts.map(({ wa_id }, i) => ({
      from: wa_id,
      id: `wamid.${i}`,
      timestamp: '1749416383',
      type: 'text',
      text: { body: 'Olá 👋 '.repeat(20) },
    }))
    const text = Buffer.from(bodyOf({ metadata: { phone_number_id: '1' }, contacts, messages }))
    // The best of a few, because tests share the machine.
    const took = Array.from({ length: 10 }, () => {
      const started = performance.now()
      expect(readPayload(text).updates).toHaveLength(1000)
      return performance.now() - started
    })
    expect(Math.min(...took)).toBeLessThan(50)
  })
})
