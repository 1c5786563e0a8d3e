// What cutting one person out of a webhook body promises.
import { expect, test } from 'vitest'
import { cutPerson, recognizing, type PersonTraces } from './cutting.ts'
import { readPayload } from './payload.ts'

const ANA: PersonTraces = { phones: ['4915112345678'], user_ids: ['DE.1349'], message_ids: ['wamid.sent-to-ana'] }
const BEN = '34600111222'
const metadata = { display_phone_number: '15550783881', phone_number_id: '106540352242922' }

const cut = (body: unknown, traces = ANA) => {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const left = cutPerson(Buffer.from(text), recognizing(traces), traces)
  return Buffer.isBuffer(left) ? (JSON.parse(left.toString()) as unknown) : left
}
const inEnvelope = (...values: object[]) => ({
  object: 'whatsapp_business_account',
  entry: [
    {
      id: '102290129340398',
      changes: values.map((value) => ({
        field: 'messages',
        value: { messaging_product: 'whatsapp', metadata, ...value },
      })),
    },
  ],
})
const text = (from: string, body: string, more: object = {}) => ({
  from,
  id: `wamid.${body}`,
  timestamp: '1770000000',
  type: 'text',
  text: { body },
  ...more,
})
const ana = text('4915112345678', 'secret')
const ben = text(BEN, 'hello')

test('in a body of many customers only the person’s messages, entries and statuses go', () => {
  const statusOf = (id: string, recipient_id: string) => ({ id, status: 'read', timestamp: '1770000000', recipient_id })
  const contacts = [
    { wa_id: '4915112345678', profile: { name: 'Ana' } },
    { wa_id: BEN, profile: { name: 'Ben' } },
  ]
  const body = inEnvelope(
    { contacts, messages: [ana, ben] },
    { statuses: [statusOf('wamid.x', '4915112345678'), statusOf('wamid.y', BEN), statusOf('wamid.sent-to-ana', '')] },
  )
  expect(cut(body)).toEqual(
    inEnvelope({ contacts: [contacts[1]], messages: [ben] }, { statuses: [statusOf('wamid.y', BEN)] }),
  )
})

test('a body of nobody else is emptied, and one without the person is left byte for byte', () => {
  expect(cut(inEnvelope({ contacts: [{ wa_id: '4915112345678' }], messages: [ana] }))).toBe('emptied')
  expect(cut(inEnvelope({ messages: [ben] }))).toBe('untouched')
  expect(cut(inEnvelope({ messages: [text('DE.1349', 'by id')] }))).toBe('emptied')
})

test('what others wrote about the person stays whole: a number in a text, a card, a quotation', () => {
  const others = [
    text(BEN, '4915112345678'),
    text(BEN, 'quoting', { context: { from: '4915112345678', id: 'wamid.secret' } }),
    {
      ...text(BEN, 'card'),
      type: 'contacts',
      contacts: [{ name: { formatted_name: 'Ana' }, phones: [{ wa_id: '4915112345678' }] }],
    },
  ]
  expect(cut(inEnvelope({ messages: others }))).toBe('untouched')
  expect(cut(inEnvelope({ messages: [...others, ana] }))).toEqual(inEnvelope({ messages: others }))
})

test('echoes, history, address books, preferences and changes of number are cut as well', () => {
  const echo = (to: string) => ({ ...text('15550783881', `to ${to}`), to })
  expect(cut(inEnvelope({ message_echoes: [echo('4915112345678'), echo(BEN)] }))).toEqual(
    inEnvelope({ message_echoes: [echo(BEN)] }),
  )
  const thread = (id: string) => ({ id, messages: [text(id, `in ${id}`)] })
  const history = (...threads: object[]) => inEnvelope({ history: [{ metadata: { phase: 0 }, threads }] })
  expect(cut(history(thread('4915112345678'), thread(BEN)))).toEqual(history(thread(BEN)))
  expect(cut(history(thread('4915112345678')))).toBe('emptied')
  const book = (...phones: string[]) =>
    inEnvelope({
      state_sync: phones.map((phone_number) => ({ type: 'contact', contact: { full_name: 'Someone', phone_number } })),
    })
  expect(cut(book('+49 151 12345678', BEN))).toEqual(book(BEN))
  const change = { ...text(BEN, 'change'), type: 'system', system: { wa_id: '4915112345678', body: 'changed' } }
  expect(cut(inEnvelope({ messages: [change] }))).toBe('emptied')
  expect(cut(inEnvelope({ user_preferences: [{ wa_id: '4915112345678' }, { wa_id: BEN }] }))).toEqual(
    inEnvelope({ user_preferences: [{ wa_id: BEN }] }),
  )
})

test('both spellings of a Brazilian number are the same person', () => {
  const traces = { phones: ['551199998888'], user_ids: [], message_ids: [] }
  expect(cut(inEnvelope({ messages: [text('5511999998888', 'oi')] }), traces)).toBe('emptied')
})

test('where the business’s own number is the contact, its echoes to others stay', () => {
  const traces = { phones: ['15550783881'], user_ids: [], message_ids: [] }
  const body = inEnvelope({ message_echoes: [{ ...text('15550783881', 'to Ben'), to: BEN }] })
  expect(cut(body, traces)).toBe('untouched')
})

test('a body that cannot be read goes when it names the person, and stays otherwise', () => {
  expect(cut('{"from":"4915112345678"')).toBe('emptied')
  expect(cut('{"from":"34600111222"')).toBe('untouched')
  expect(cut('[]')).toBe('untouched')
})

test('in a body that is nested without end the person goes, wherever they stand, and the others stay', () => {
  const deep = (inmost: string) => `${'['.repeat(5000)}${inmost}${']'.repeat(5000)}`
  const withDeep = (body: object, inmost: string) =>
    JSON.stringify({ ...body, x: 'DEEP' }).replace('"DEEP"', deep(inmost))
  const both = inEnvelope({ messages: [ana, ben] })
  expect(cut(withDeep(both, ''))).toMatchObject(inEnvelope({ messages: [ben] }))
  const written = { ...text(BEN, 'hello'), x: 'DEEP' }
  expect(cut(JSON.stringify(inEnvelope({ messages: [ana, written] })).replace('"DEEP"', deep('')))).toMatchObject(
    inEnvelope({ messages: [ben] }),
  )
  for (const trace of ['"4915112345678"', '"+49 151 12345678"', '{"DE.1349":1}', '4915112345678']) {
    const left = cut(withDeep(inEnvelope({ messages: [ben] }), trace))
    expect(left).toMatchObject(inEnvelope({ messages: [ben] }))
    expect(JSON.stringify(left)).not.toMatch(/12345678|DE\.1349/)
  }
  expect(cut(withDeep(inEnvelope({ messages: [ben] }), `"${BEN}"`))).toBe('untouched')
})

test('what is left can be read as before', () => {
  const left = cut(inEnvelope({ contacts: [{ wa_id: BEN, profile: { name: 'Ben' } }], messages: [ana, ben] }))
  const payload = readPayload(JSON.stringify(left))
  expect(payload.problem).toBeNull()
  expect(payload.updates).toMatchObject([{ kind: 'message', wa_message_id: 'wamid.hello', sender: { name: 'Ben' } }])
})
