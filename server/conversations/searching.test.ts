// What is searched for is found, all of it and nothing else, by whatever way and page by page.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestServer, type Person, type TestServer } from '../../test/help/server.ts'
import { sighted } from '../../test/help/people.ts'
import { listConversations } from './schema.ts'

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

test('another organization finds nothing of it', async () => {
  const other = await server.newPerson('admin')
  expect((await other.call(listConversations, { query: { search: 'refund' } })).conversations).toEqual([])
})
