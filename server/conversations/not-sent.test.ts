// What people see of an answer that does not go: on its conversation, under the message, and in how long the customer waits.
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { openGraph, type Graph } from '../../test/help/graph.ts'
import { openTestServer, type Person, type TestServer } from '../../test/help/server.ts'
import { openTalks, stateOf, type Talk } from '../../test/help/talk.ts'
import { composeStatus } from '../channels/whatsapp/compose.ts'
import { newId } from '../lib/ids.ts'
import { putBack, takeMessages } from './outbox.ts'
import { getAgentFigures } from './figures-schema.ts'
import { getConversation, listMessages } from './schema.ts'
import { openSender, type Sender } from './sender.ts'
import { resendMessage } from './sending.ts'

let graph: Graph
let server: TestServer
let admin: Person
let sender: Sender | null = null

beforeAll(async () => {
  graph = await openGraph()
  server = await openTestServer({ config: { graphApiUrl: graph.url } })
})
beforeEach(async () => {
  admin = await server.newPerson()
})
afterEach(async () => {
  await sender?.stop()
  sender = null
  graph.mishap = () => null
  for (const list of [graph.messages, graph.requests]) list.length = 0
  await sql`delete from outgoing_messages`.execute(server.db)
})
afterAll(async () => {
  await server.close()
  await graph.close()
})

const FAST = { firstWaitMs: 60_000, lookEveryMs: 20, perSecond: 2000 }
const startSender = () => (sender = openSender(server, FAST))
const until = <T>(check: () => T | Promise<T>) => vi.waitFor(check, { timeout: 20_000, interval: 10 })

/** The customer writes in it; answers when. */
async function asks({ conversationId, contactId }: Talk, minutesAgo: number): Promise<string> {
  const { rows } = await sql<{ sent_at: string }>`
    with m as (
      insert into messages (org_id, id, contact_id, channel_id, conversation_id, wa_message_id, direction, origin, type, text, content, sent_at, received_at)
      select org_id, ${newId()}, ${contactId}, channel_id, id, 'wamid.' || ${newId()}::text, 'in', 'live', 'text', 'Hello?', '{}',
        now() - make_interval(mins => ${minutesAgo}), now() from conversations where id = ${conversationId}
      returning conversation_id, sent_at
    )
    update conversations c set waiting_since = coalesce(c.waiting_since, m.sent_at) from m where c.id = m.conversation_id
    returning m.sent_at`.execute(server.db)
  return rows[0]!.sent_at
}

const shown = async ({ conversationId }: Talk) => {
  const { waiting_since, last_message } = await admin.call(getConversation, { params: { id: conversationId } })
  return { waiting_since, delivery: last_message?.delivery_state }
}
/** Whose the first answer is in the figures, and when it was given; null when there is none. */
const firstAnswer = async ({ conversationId }: Talk) => {
  const { rows } = await sql<{ at: string | null; by: string | null }>`
    select first_answered_at as at, first_answered_by_name as by from conversations where id = ${conversationId}`.execute(
    server.db,
  )
  const { agents, all } = await admin.call(getAgentFigures, {
    query: { from: new Date(Date.now() - 3_600_000).toISOString() },
  })
  const { at, by } = rows[0]!
  return {
    at,
    by,
    all: all.first_answers,
    mine: agents.find(({ agent }) => agent?.id === admin.actor.id)!.first_answers,
  }
}
const NO_ANSWER = { at: null, by: null, all: 0, mine: 0 }
const sentAt = async (messageId: string) =>
  (await sql<{ sent_at: string }>`select sent_at from messages where id = ${messageId}`.execute(server.db)).rows[0]!
    .sent_at
const noOneWaits = ({ conversationId }: Talk) =>
  sql`update conversations set waiting_since = null where id = ${conversationId}`.execute(server.db)
const told = async () =>
  (
    await sql<{
      after: object
    }>`select after from events where org_id = ${admin.actor.org_id} and kind = 'conversation.delivery'`.execute(
      server.db,
    )
  ).rows.map(({ after }) => after)

test('an answer that failed stands on its conversation, whose customer has waited since before it, until it goes', async () => {
  const { talk } = await openTalks(server, admin)
  const one = await talk()
  await noOneWaits(one)
  const asked = await asks(one, 7)
  await asks(one, 5)
  const id = await one.write('Here you are')
  expect(await shown(one)).toEqual({ waiting_since: null, delivery: 'waiting' })
  graph.mishap = () => ({ code: 131_026 })
  startSender()
  await until(async () => expect(await shown(one)).toEqual({ waiting_since: asked, delivery: 'failed' }))
  expect(await told()).toEqual([{ conversation_id: one.conversationId }])

  graph.mishap = () => null
  await server.db.transaction().execute((tx) => resendMessage(tx, admin.actor, id))
  expect((await shown(one)).waiting_since).toBeNull()
  sender!.wake()
  await until(async () => expect(await shown(one)).toEqual({ waiting_since: null, delivery: 'sent' }))
})

test('whoever had one answer does not wait for the next one, which failed; where both failed, they wait since before both', async () => {
  const { talk } = await openTalks(server, admin)
  const [answered, unanswered] = [await talk(), await talk()]
  for (const each of [answered, unanswered]) await noOneWaits(each)
  await asks(answered, 3)
  const asked = await asks(unanswered, 3)
  for (const each of [answered, unanswered]) for (const text of ['First', 'Second']) await each.write(text)
  const firstOf = (
    await sql<{ id: string }>`
    select id from messages where conversation_id = ${answered.conversationId} and text = 'First'`.execute(server.db)
  ).rows[0]!.id
  const { rows } = await sql<{ phone: string }>`select phone from contacts where id = ${answered.contactId}`.execute(
    server.db,
  )
  graph.mishap = ({ to, text }) => (to === rows[0]!.phone && text === 'First' ? null : { code: 131_026 })
  startSender()
  await until(async () => {
    expect(await shown(answered)).toEqual({ waiting_since: null, delivery: 'failed' })
    expect(await shown(unanswered)).toEqual({ waiting_since: asked, delivery: 'failed' })
  })
  expect((await stateOf(server, firstOf)).state).toBe('accepted')
})

test('an answer that failed is no first answer: the next one is that goes through, or the same one when it goes again', async () => {
  const { talk } = await openTalks(server, admin)
  const one = await talk()
  await noOneWaits(one)
  await asks(one, 7)
  expect(await firstAnswer(one)).toEqual(NO_ANSWER)
  const failed = await one.write('Here you are')
  const answers = { by: admin.actor.name, all: 1, mine: 1 }
  // On its way it counts: nobody knows better yet.
  expect(await firstAnswer(one)).toEqual({ ...answers, at: await sentAt(failed) })
  graph.mishap = () => ({ code: 131_026 })
  startSender()
  await until(async () => expect(await firstAnswer(one)).toEqual(NO_ANSWER))

  graph.mishap = () => null
  const second = await one.write('Once more')
  sender!.wake()
  await until(async () => expect((await shown(one)).delivery).toBe('sent'))
  expect(await firstAnswer(one)).toEqual({ ...answers, at: await sentAt(second) })

  // One that goes again was not given before: the other one stays the first.
  await server.db.transaction().execute((tx) => resendMessage(tx, admin.actor, failed))
  expect(await firstAnswer(one)).toEqual({ ...answers, at: await sentAt(second) })
})

test('where the only answer failed and goes again, it is given when it goes again', async () => {
  const { talk } = await openTalks(server, admin)
  const one = await talk()
  await noOneWaits(one)
  await asks(one, 7)
  const id = await one.write('Here you are')
  graph.mishap = () => ({ code: 131_026 })
  startSender()
  await until(async () => expect(await firstAnswer(one)).toEqual(NO_ANSWER))
  graph.mishap = () => null
  await server.db.transaction().execute((tx) => resendMessage(tx, admin.actor, id))
  const { rows } = await sql<{ wanted_at: string }>`
    select wanted_at from outgoing_messages where message_id = ${id}`.execute(server.db)
  expect(rows[0]!.wanted_at > (await sentAt(id))).toBe(true)
  expect(await firstAnswer(one)).toEqual({ at: rows[0]!.wanted_at, by: admin.actor.name, all: 1, mine: 1 })
})

test('of two answers of which the first failed, the second is the first; a greeting of before the question is none', async () => {
  const { talk } = await openTalks(server, admin)
  const one = await talk()
  await noOneWaits(one)
  const greeting = await one.write('Nice that you are here')
  await sql`update messages set sent_at = now() - interval '20 minutes' where id = ${greeting}`.execute(server.db)
  await asks(one, 7)
  await one.write('First')
  const second = await one.write('Second')
  graph.mishap = ({ text }) => (text === 'First' ? { code: 131_026 } : null)
  startSender()
  await until(async () => expect(await firstAnswer(one)).toMatchObject({ at: await sentAt(second), all: 1, mine: 1 }))
})

test('what fails only later, by a status, is told the same way; a conversation that is closed waits for nothing', async () => {
  const { talk, account } = await openTalks(server, admin)
  const [open, closed] = [await talk(), await talk()]
  for (const each of [open, closed]) await noOneWaits(each)
  const asked = await asks(open, 2)
  await asks(closed, 2)
  for (const each of [open, closed]) await each.write('Here you are')
  startSender()
  await until(async () => {
    for (const each of [open, closed]) expect((await shown(each)).delivery).toBe('sent')
  })
  await sql`update conversations set status = 'closed_by_agent', closed_at = now() where id = ${closed.conversationId}`.execute(
    server.db,
  )
  for (const { id: messageId, to } of graph.messages)
    await account.deliver(
      composeStatus({
        phoneNumberId: account.phoneNumberId,
        displayPhone: account.displayPhone,
        wabaId: '102290129340398',
        messageId,
        status: 'failed',
        at: new Date(),
        to,
        errors: [{ code: 131_026, title: 'Message undeliverable' }],
      }),
    )
  await server.interpret()
  expect(await shown(open)).toEqual({ waiting_since: asked, delivery: 'failed' })
  expect(await shown(closed)).toEqual({ waiting_since: null, delivery: 'failed' })
  // Neither had an answer.
  for (const each of [open, closed]) expect(await firstAnswer(each)).toEqual(NO_ANSWER)
})

test('open screens are told why a message waits, and when it is tried again', async () => {
  const { talk } = await openTalks(server, admin)
  const one = await talk()
  await one.write('Hi')
  graph.mishap = () => ({ code: 131_016 })
  startSender()
  const newest = async () =>
    (await admin.call(listMessages, { params: { id: one.conversationId } })).messages[0]!.delivery!
  await until(async () => expect(await newest()).toMatchObject({ state: 'waiting', error_code: 131_016 }))
  const { retry_at } = await newest()
  expect(Date.parse(retry_at!) - Date.now()).toBeGreaterThan(50_000)
  expect(await told()).toEqual([{ conversation_id: one.conversationId }])
})

test('very many that are put back at once are told as many', async () => {
  const { talk, channelId } = await openTalks(server, admin)
  for (let n = 0; n < 101; n++) await (await talk()).write('Hi')
  const taken = await takeMessages(server.db, { org_id: admin.actor.org_id, channel_id: channelId }, 200)
  expect(taken).toHaveLength(101)
  await putBack(
    server.db,
    taken.map((each) => ({ taken: each, code: 2, said: 'Busy', milliseconds: 60_000 })),
  )
  expect(await told()).toEqual([{ many: true }])
  for (const { message_id } of taken.slice(0, 3))
    expect(await stateOf(server, message_id)).toMatchObject({ state: 'waiting', error_code: 2, error_text: 'Busy' })
})
