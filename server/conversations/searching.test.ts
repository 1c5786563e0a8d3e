// What is searched for is found, all of it and nothing else, by whatever way and page by page.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestServer, type Person, type TestServer } from '../../test/help/server.ts'
import { sighted } from '../../test/help/people.ts'
import { composeMessage, deletionOf, editOf, reactionTo } from '../channels/whatsapp/compose.ts'
import { newId } from '../lib/ids.ts'
import { eraseContact } from '../privacy/schema.ts'
import { forgetOldMessages } from './old-messages.ts'
import { closeConversation, listConversations } from './schema.ts'

const CONVERSATIONS = 8000

let server: TestServer
let admin: Person
/** Every conversation with its texts, most recently active first. */
let all: { id: string; texts: string[] }[]

beforeAll(async () => {
  server = await openTestServer()
  admin = await server.newPerson('admin')
  const account = await server.newAccount(admin)
  const contactId = await sighted(server, admin)
  const orgId = admin.actor.org_id
  // One in ten says "order", one in a thousand "refund", one in four hundred 退款; the newest and the oldest "Ärger 100%".
  await server.pool.query(
    `insert into conversations (org_id, id, contact_id, channel_id, status, opened_at, closed_at, last_message_at, window_ends_at)
     select $1, gen_random_uuid(), $2, $3, 'expired', t, t + interval '1 day', t, t + interval '1 day'
     from (select '2026-01-01'::timestamptz + n * interval '1 minute' as t from generate_series(1, $4::int) n) s`,
    [orgId, contactId, account.account.channels[0]!.id, CONVERSATIONS],
  )
  await server.pool.query(
    `insert into messages (org_id, id, contact_id, channel_id, wa_message_id, direction, origin, type, text, content, sent_at, received_at, conversation_id)
     select org_id, gen_random_uuid(), contact_id, channel_id, 'wamid.' || n || '.' || k, 'in', 'live', 'text',
       case when k = 1 then 'hello' when n % 10 = 0 then 'My Order ' || n when n % 1000 = 7 then 'a REFUND please' when n % 400 = 3 then '我要退款' when n in (1, $2::int) then 'Ärger, 100% sure' else 'thanks' end,
       '{}', last_message_at, last_message_at, id
     from (select c.*, row_number() over (order by last_message_at) as n from conversations c where org_id = $1) c cross join generate_series(1, 2) k`,
    [orgId, CONVERSATIONS],
  )
  const { rows } = await server.pool.query<{ id: string; texts: string[] }>(
    `select c.id, array_agg(m.text) as texts from conversations c join messages m on m.org_id = c.org_id and m.conversation_id = c.id
     where c.org_id = $1 group by c.id, c.last_message_at order by c.last_message_at desc, c.id desc`,
    [orgId],
  )
  all = rows
})
afterAll(() => server.close())

async function search(text: string, limit: number): Promise<string[]> {
  const found: string[] = []
  for (let cursor: string | undefined; ;) {
    const page = await admin.call(listConversations, { query: { search: text, limit, ...(cursor ? { cursor } : {}) } })
    expect(page.conversations.length).toBeLessThanOrEqual(limit)
    found.push(...page.conversations.map(({ id }) => id))
    if (page.next_cursor === null) return found
    cursor = page.next_cursor
  }
}

test.each([
  ['frequent', 'order', 200],
  ['rare', 'Refund', 3],
  ['of two Chinese letters', '退款', 5],
  ['of one letter', '退', 200],
  ['with what LIKE takes for something else', '100%', 50],
  ['of another case beyond ASCII', 'äRGER', 50],
  ['in no message', 'invoice', 50],
  ['exactly one', 'order 4250', 1],
])('a text that is %s is found in just the conversations that hold it', async (_what, text, limit) => {
  const expected = all.filter(({ texts }) => texts.some((each) => each.toLowerCase().includes(text.toLowerCase())))
  expect(await search(text, limit)).toEqual(expected.map(({ id }) => id))
})

test('what nobody sees in the thread any more is not found: what was deleted, what stood there before a change, an earlier reaction', async () => {
  const person = await server.newPerson('admin')
  const { deliver, phoneNumberId, displayPhone } = await server.newAccount(person)
  let seconds = 0
  const says = async (message: object, from = '+16505551234') => {
    const id = `wamid.${newId()}`
    const at = new Date(Date.now() - 60_000 + 1000 * seconds++)
    await deliver(composeMessage({ phoneNumberId, displayPhone, wabaId: '1', from, at, message: { id, ...message } }))
    await server.interpret()
    return id
  }
  const text = (body: string) => ({ type: 'text', text: { body } })
  const found = async (word: string) => {
    const { conversations } = await person.call(listConversations, { query: { search: word } })
    return conversations.map(({ contact }) => contact.phone)
  }
  const [rosa, bo] = ['+16505551234', '+16505551235']
  const secret = await says(text('My password is hippopotamus'))
  const order = await says(text('I take the rhinoceros'))
  await says(reactionTo(order, '🦏'))
  await says(text('A hippopotamus here as well'), bo)
  expect(await found('hippopotamus')).toEqual([bo, rosa])
  expect(await found('rhinoceros')).toEqual([rosa])
  expect(await found('🦏')).toEqual([rosa])

  await says(deletionOf(secret))
  expect(await found('hippopotamus')).toEqual([bo])
  expect(await found('My password')).toEqual([])
  await says(editOf(order, 'I take the crocodile'))
  expect(await found('rhinoceros')).toEqual([])
  expect(await found('crocodile')).toEqual([rosa])
  await says(editOf(order, 'I take the alligator'))
  expect(await found('crocodile')).toEqual([])
  expect(await found('alligator')).toEqual([rosa])
  await says(reactionTo(order, '🐊'))
  expect([await found('🦏'), await found('🐊')]).toEqual([[], [rosa]])
  await says(deletionOf(order))
  for (const word of ['rhinoceros', 'crocodile', 'alligator', 'I take']) expect(await found(word), word).toEqual([])
  // A change of what is not here stands in the thread by itself.
  await says(editOf('wamid.unknown', 'I take the flamingo'))
  await says(editOf('wamid.unknown', 'I take the pelican'))
  expect([await found('flamingo'), await found('pelican')]).toEqual([[rosa], [rosa]])
})

test('what the customer changes once their conversation is closed is found in it, and neither opens it nor counts in the next one', async () => {
  const person = await server.newPerson('admin')
  const { deliver, phoneNumberId, displayPhone } = await server.newAccount(person)
  let seconds = 0
  const compose = (message: object, from = '+16505551234', ago = 60_000) => {
    const id = `wamid.${newId()}`
    const at = new Date(Date.now() - ago + 1000 * seconds++)
    return {
      id,
      body: composeMessage({ phoneNumberId, displayPhone, wabaId: '1', from, at, message: { id, ...message } }),
    }
  }
  const says = async (message: object) => {
    const { id, body } = compose(message)
    await deliver(body)
    await server.interpret()
    return id
  }
  const text = (body: string) => ({ type: 'text', text: { body } })
  const listed = async () => (await person.call(listConversations, {})).conversations
  const found = async (word: string) =>
    (await person.call(listConversations, { query: { search: word } })).conversations.map(({ id }) => id)

  const order = await says(text('I take the rhinoceros'))
  const other = await says(text('And a tapir'))
  const { id } = (await listed())[0]!
  await person.call(closeConversation, { params: { id }, body: {} })
  const closed = await listed()
  await says(editOf(order, 'I take the crocodile'))
  expect([await found('rhinoceros'), await found('crocodile')]).toEqual([[], [id]])
  expect(await listed()).toEqual([{ ...closed[0], contact: expect.anything() as unknown }])

  await says(text('Hello again'))
  const before = (await listed())[0]!
  expect(before.id).not.toBe(id)
  await says(editOf(other, 'And a marmoset'))
  await says(reactionTo(other, '🦏'))
  expect([await found('marmoset'), await found('🦏')]).toEqual([[id], [id]])
  expect((await listed())[0]).toEqual({ ...before, contact: expect.anything() as unknown })
  await says(editOf(order, 'I take the alligator'))
  expect([await found('crocodile'), await found('alligator')]).toEqual([[], [id]])
  await says(deletionOf(other))
  expect(await found('marmoset')).toEqual([])

  // They may come in one go, with what was said long after the message.
  const [bo, long] = ['+16505551235', 50 * 3_600_000]
  const { id: wrong, body: message } = compose(text('Two flamingos'), bo, long)
  const bodies = [compose(text('Hello, this is Bo'), bo).body, compose(editOf(wrong, 'Three pelicans'), bo).body]
  for (const body of [message, ...bodies]) await deliver(body)
  await server.interpret()
  const [last, first] = (await listed()).filter(({ contact }) => contact.phone === bo)
  expect(await found('this is Bo')).toEqual([last!.id])
  expect(await found('Three pelicans')).toEqual([first!.id])
  expect(await found('flamingos')).toEqual([])

  // The change may come before the message, with nothing open, or with something else.
  const [cy, di] = ['+16505551236', '+16505551237']
  const early = compose(text('Four ibises'), cy, long)
  await deliver(compose(editOf(early.id, 'Five herons'), cy).body)
  await server.interpret()
  await deliver(compose(text('Hello, this is Di'), di).body)
  const late = compose(text('Six cranes'), di, long)
  await deliver(compose(editOf(late.id, 'Seven storks'), di).body)
  await server.interpret()
  for (const { body } of [early, late]) await deliver(body)
  await server.interpret()
  const conversationsOf = async (phone: string) => (await listed()).filter(({ contact }) => contact.phone === phone)
  expect([await found('ibises'), await found('cranes')]).toEqual([[], []])
  expect(await found('Five herons')).toEqual((await conversationsOf(cy)).map((each) => each.id))
  const where = await server.pool.query('select conversation_id from messages where wa_message_id = $1', [late.id])
  expect(await found('Seven storks')).toEqual([(where.rows[0] as { conversation_id: string }).conversation_id])
})

test('nothing is found of who was erased, nor of messages that are kept no longer', async () => {
  const person = await server.newPerson('admin')
  const { deliver, phoneNumberId, displayPhone } = await server.newAccount(person)
  for (const from of ['+16505551234', '+16505551235'])
    await deliver(
      composeMessage({
        phoneNumberId,
        displayPhone,
        wabaId: '1',
        from,
        at: new Date(),
        message: { type: 'text', text: { body: 'A dromedary, please' } },
      }),
    )
  await server.interpret()
  const found = async () => {
    const { conversations } = await person.call(listConversations, { query: { search: 'dromedary' } })
    return conversations.map(({ contact }) => contact.id)
  }
  const [newer, older] = await found()
  await person.call(eraseContact, { params: { id: newer! } })
  expect(await found()).toEqual([older])
  await forgetOldMessages(server.db, person.actor.org_id, 0, new AbortController().signal)
  expect(await found()).toEqual([])
})

test('another organization finds nothing of it', async () => {
  const other = await server.newPerson('admin')
  expect((await other.call(listConversations, { query: { search: 'refund' } })).conversations).toEqual([])
})
