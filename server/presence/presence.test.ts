// Who is there, as open screens are told it, and what the customer's phone is told of whoever writes.
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { openGraph, type Graph } from '../../test/help/graph.ts'
import { closeListeners, listen, type Listener } from '../../test/help/listening.ts'
import { openTestServer, type Person, type TestServer } from '../../test/help/server.ts'
import { openTalks } from '../../test/help/talk.ts'
import { signOut } from '../access/schema.ts'
import { newMessageId } from '../channels/whatsapp/compose.ts'
import { noteWriting, tellRead, type Receipt } from '../conversations/receipts.ts'
import { newId } from '../lib/ids.ts'
import { removePerson } from '../people/schema.ts'
import { closeTab, reportTab, type PresenceMessage } from './schema.ts'
import { forgetTabs } from './tabs.ts'

let graph: Graph
let server: TestServer
let second: TestServer
let ana: Person
let bob: Person

beforeAll(async () => {
  graph = await openGraph()
  server = await openTestServer({ config: { graphApiUrl: graph.url } })
  second = await openTestServer({ beside: server, config: { graphApiUrl: graph.url } })
  for (const each of [server, second]) await each.app.listen({ port: 0, host: '127.0.0.1' })
})
beforeEach(async () => {
  ana = await server.newPerson()
  bob = await server.newPerson('agent', ana.actor.org_id)
})
afterEach(() => {
  closeListeners()
  for (const list of [graph.reads, graph.bodies]) list.length = 0
})
afterAll(async () => {
  for (const each of [second, server]) {
    // What `fetch` connected without asking anything.
    each.app.server.closeAllConnections()
    await each.close()
  }
  await graph.close()
})

/** A tab that shows what it is told to show; answers its name. */
async function show(
  person: Person,
  conversation_id: string | null = null,
  { tab = randomUUID(), writing = false } = {},
) {
  await person.call(reportTab, { params: { id: tab }, body: { conversation_id, writing } })
  return tab
}

async function expectTold(listener: Listener, told: Partial<PresenceMessage>, timeout = 4000): Promise<void> {
  await expect.poll(() => listener.presence.at(-1), { timeout, interval: 20 }).toMatchObject(told)
}
const at = (conversation_id: string, ...people: (readonly [Person, boolean])[]) => ({
  conversation_id,
  people: people.map(([{ actor }, writing]) => ({ id: actor.id, name: actor.name, writing })),
})
const idsOf = (...people: Person[]) => people.map(({ actor }) => actor.id).toSorted()

/** A conversation that the person has, with a message of the customer. */
async function talkOf(person: Person) {
  const { talk, channelId } = await openTalks(server, person)
  const { conversationId, contactId, write } = await talk()
  const waMessageId = newMessageId()
  await sql`
    insert into messages (org_id, id, contact_id, channel_id, conversation_id, wa_message_id, direction, origin, type, text, content, sent_at, received_at)
    values (${person.actor.org_id}, ${newId()}, ${contactId}, ${channelId}, ${conversationId}, ${waMessageId}, 'in', 'live', 'text', 'Hello?', '{}', now(), now())`.execute(
    server.db,
  )
  return { conversationId, waMessageId, write }
}

test('two people at one conversation are told of each other and of who writes, on two servers; who leaves is told of no more', async () => {
  const { conversationId } = await talkOf(bob)
  const [toAna, toBob] = [await listen(server, ana), await listen(second, bob)]
  await show(ana, conversationId)
  const tab = await show(bob, conversationId)
  await expectTold(toAna, { online: idsOf(ana, bob), threads: [at(conversationId, [bob, false])] })
  await expectTold(toBob, { online: idsOf(ana, bob), threads: [at(conversationId, [ana, false])] })
  await show(bob, conversationId, { tab, writing: true })
  await expectTold(toAna, { threads: [at(conversationId, [bob, true])] })
  await show(bob, null, { tab })
  await expectTold(toAna, { online: idsOf(ana, bob), threads: [] })
  await show(bob, conversationId, { tab })
  await expectTold(toAna, { threads: [at(conversationId, [bob, false])] })
  await bob.call(closeTab, { params: { id: tab } })
  await expectTold(toAna, { threads: [] })
  // Online a little longer: whoever reloads a page is not gone.
  expect(toAna.presence.at(-1)!.online).toEqual(idsOf(ana, bob))
  await expectTold(toAna, { online: idsOf(ana), threads: [] }, 8000)
})

test('a person is told of others only, and of each once, however many tabs they have', async () => {
  const { conversationId } = await talkOf(bob)
  const toAna = await listen(server, ana)
  for (const person of [ana, ana, bob, bob]) await show(person, conversationId)
  await show(bob, conversationId, { writing: true })
  await expectTold(toAna, { online: idsOf(ana, bob), threads: [at(conversationId, [bob, true])] })
})

test('whoever has another conversation open, or none, is not told who is at this one', async () => {
  const { conversationId } = await talkOf(bob)
  const { conversationId: other } = await talkOf(bob)
  const carla = await server.newPerson('agent', ana.actor.org_id)
  const [toAna, toCarla] = [await listen(server, ana), await listen(server, carla)]
  await show(ana, other)
  await show(carla, conversationId)
  await show(bob, conversationId)
  await expectTold(toCarla, { threads: [at(conversationId, [bob, false])] })
  await expectTold(toAna, { online: idsOf(ana, bob, carla), threads: [] })
})

test('nothing is told where nothing changed', async () => {
  const { conversationId } = await talkOf(bob)
  const toAna = await listen(server, ana)
  const tabs = [await show(ana, conversationId), await show(bob, conversationId)] as const
  await expectTold(toAna, { threads: [at(conversationId, [bob, false])] })
  const before = toAna.presence.length
  for (let n = 0; n < 3; n++) {
    await show(ana, conversationId, { tab: tabs[0] })
    await show(bob, conversationId, { tab: tabs[1] })
    await new Promise((resolve) => setTimeout(resolve, 400))
  }
  expect(toAna.presence).toHaveLength(before)
})

test('a tab that says nothing more lapses, and so does its writing; later its row is removed', async () => {
  const { conversationId } = await talkOf(bob)
  const toAna = await listen(server, ana)
  await show(ana, conversationId)
  const tab = await show(bob, conversationId, { writing: true })
  await expectTold(toAna, { threads: [at(conversationId, [bob, true])] })
  await sql`update presences set writing_until = now() where tab_id = ${tab}`.execute(server.db)
  await expectTold(toAna, { threads: [at(conversationId, [bob, false])] })
  await sql`update presences set seen_at = now() - interval '80 seconds' where tab_id = ${tab}`.execute(server.db)
  await expectTold(toAna, { threads: [] })
  await expectTold(toAna, { online: idsOf(ana), threads: [] }, 8000)
  await forgetTabs(server.db)
  const { rows } = await sql`select user_id from presences where org_id = ${ana.actor.org_id}`.execute(server.db)
  expect(rows).toEqual([{ user_id: ana.actor.id }])
})

test('whoever signs out, or is removed, is there no more', async () => {
  const { conversationId } = await talkOf(bob)
  const carla = await server.newPerson('agent', ana.actor.org_id)
  const toAna = await listen(server, ana)
  for (const person of [ana, bob, carla]) await show(person, conversationId)
  await expect.poll(() => toAna.presence.at(-1)?.threads[0]?.people.length, { timeout: 4000 }).toBe(2)
  await bob.call(signOut)
  await expectTold(toAna, { threads: [at(conversationId, [carla, false])] })
  await ana.call(removePerson, { params: { id: carla.actor.id } })
  await expectTold(toAna, { threads: [] })
})

test('another organization hears nothing, and its conversations are not there', async () => {
  const stranger = await server.newPerson()
  const { conversationId } = await talkOf(stranger)
  await expect(show(ana, conversationId)).rejects.toMatchObject({
    status: 404,
    problem: { reason: 'conversation_missing' },
  })
  const toStranger = await listen(server, stranger)
  await show(ana, null)
  await show(stranger, conversationId)
  await expectTold(toStranger, { online: idsOf(stranger), threads: [] })
})

test('of somebody with very many tabs the newest thirty are kept', async () => {
  for (let n = 0; n < 33; n++) await show(ana)
  const last = await show(ana)
  const { rows } = await sql<{
    tab_id: string
  }>`select tab_id from presences where user_id = ${ana.actor.id}`.execute(server.db)
  expect(rows).toHaveLength(30)
  expect(rows).toContainEqual({ tab_id: last })
})

const note = (person: Person, conversationId: string, on = server) =>
  on.db.transaction().execute((tx) => noteWriting(tx, person.actor, conversationId))

test('the customer’s phone is told that the agent writes: once in twenty seconds, however many servers and tabs say so', async () => {
  const { conversationId, waMessageId } = await talkOf(bob)
  const noted = await Promise.all(
    [server, second, server, second, server].map((each) => note(bob, conversationId, each)),
  )
  const receipts = noted.filter((each) => each !== null)
  expect(receipts).toMatchObject([{ waMessageId, writing: { conversationId } }])
  await tellRead(server, receipts[0]!)
  expect(graph.bodies).toEqual([
    {
      messaging_product: 'whatsapp',
      status: 'read',
      message_id: waMessageId,
      typing_indicator: { type: 'text' },
    },
  ])
  expect(await note(bob, conversationId)).toBeNull()
  await sql`update conversations set writing_told_at = now() - interval '21 seconds' where id = ${conversationId}`.execute(
    server.db,
  )
  expect(await note(bob, conversationId)).toMatchObject({ waMessageId })
})

test('a call by which a tab says that its agent writes has it told; one of somebody who looks on has not', async () => {
  const { conversationId, waMessageId } = await talkOf(bob)
  const told: Receipt[] = []
  const third = await openTestServer({ beside: server, onReceipt: (receipt) => void told.push(receipt) })
  try {
    const call = (person: Person, writing: boolean) =>
      third.app.inject({
        method: 'PUT',
        url: `/v1/presence/tabs/${randomUUID()}`,
        headers: { cookie: person.cookie, 'earmark-organization': person.slug, 'earmark-request': 'test' },
        payload: { conversation_id: conversationId, writing },
      })
    for (const [person, writing] of [
      [ana, true],
      [bob, false],
    ] as const)
      expect((await call(person, writing)).statusCode).toBe(204)
    expect(told).toEqual([])
    expect((await call(bob, true)).statusCode).toBe(204)
    expect(told).toMatchObject([{ waMessageId, writing: { conversationId } }])
  } finally {
    await third.close()
  }
})

test('nothing is told once an answer was written after it, nor right after one, nor when the 24 hours are over', async () => {
  const first = await talkOf(bob)
  const receipt = await note(bob, first.conversationId)
  await first.write('Good morning')
  await tellRead(server, receipt!)
  expect(graph.bodies).toEqual([])

  const later = await talkOf(bob)
  await later.write('Good morning')
  expect(await note(bob, later.conversationId)).toBeNull()
  await sql`update messages set sent_at = now() - interval '3 seconds' where conversation_id = ${later.conversationId}`.execute(
    server.db,
  )
  expect(await note(bob, later.conversationId)).not.toBeNull()

  const over = await talkOf(bob)
  await sql`update conversations set window_ends_at = now() - interval '1 second' where id = ${over.conversationId}`.execute(
    server.db,
  )
  expect(await note(bob, over.conversationId)).toBeNull()
})

test('while a message is being written into the conversation nobody waits for it: it is not told this time', async () => {
  const { conversationId } = await talkOf(bob)
  await server.db.transaction().execute(async (tx) => {
    await sql`select from conversations where id = ${conversationId} for update`.execute(tx)
    expect(await note(bob, conversationId, second)).toBeNull()
  })
  expect(await note(bob, conversationId)).not.toBeNull()
})

test('what Meta refuses is counted, and nobody is troubled', async () => {
  const { conversationId } = await talkOf(bob)
  const outcomes: string[] = []
  const counting = { ...server, onReceipt: (what: string, outcome: string) => void outcomes.push(`${what} ${outcome}`) }
  const receipt = (await note(bob, conversationId))!
  await tellRead(counting, receipt)
  await tellRead(counting, { ...receipt, waMessageId: '' })
  await tellRead({ ...counting, config: { ...server.config, graphApiUrl: 'http://127.0.0.1:9/v25.0' } }, receipt)
  expect(outcomes).toEqual(['typing taken', 'typing refused', 'typing refused'])
})
