// Who is told that a conversation was handed to them: by somebody, a short while ago, and not when they know it already.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { mergeContacts, undoMerge } from '../contacts/merging.ts'
import * as conversations from '../conversations/schema.ts'
import { composeTextMessage } from '../channels/whatsapp/compose.ts'
import { openTestServer, type TestServer } from '../../test/help/server.ts'
import { readChanges } from './reading.ts'
import { numberEventsOf, positionOf } from './sequencing.ts'

let server: TestServer
beforeAll(async () => {
  server = await openTestServer()
})
afterAll(() => server.close())

let customers = 0

async function scene() {
  const admin = await server.newPerson('admin')
  const agent = await server.newPerson('agent', admin.actor.org_id)
  const { phoneNumberId, displayPhone, deliver } = await server.newAccount(admin)
  const writes = async (from = `+16505${String(200_000 + customers++)}`): Promise<conversations.Conversation> => {
    const text = { from, name: from, text: 'Hi', at: new Date() }
    expect(await deliver(composeTextMessage({ phoneNumberId, displayPhone, wabaId: '1', ...text }))).toBe(200)
    await server.interpret()
    const listed = await admin.call(conversations.listConversations, { query: {} })
    return listed.conversations.find(({ contact }) => contact.phone === from)!
  }
  const position = async () => {
    await numberEventsOf(server.db, admin.actor.org_id)
    return positionOf(server.db, admin.actor.org_id)
  }
  /** All that is told to whoever has heard nothing from a position on. */
  const told = async (after = 0) => {
    const read = await readChanges(server.db, admin.actor.org_id, { after, upTo: await position(), whole: false })
    return read!.changes.flatMap((change) => change.handed_over ?? [])
  }
  const handOver = (id: string, to: string) =>
    admin.call(conversations.handOverConversation, { params: { id }, body: { user_id: to } })
  return { admin, agent, writes, position, told, handOver }
}

test('whoever catches up is told the last time that it was handed over, with its time', async () => {
  const { admin, agent, writes, told, handOver } = await scene()
  const { id } = await writes()
  await handOver(id, agent.actor.id)
  await handOver(id, admin.actor.id)
  expect(await told()).toEqual([])
  await handOver(id, agent.actor.id)
  const last = { conversation_id: id, to: agent.actor.id, by: admin.actor.name, at: expect.any(String) }
  expect(await told()).toEqual([last])
  await writes()
  expect(await told()).toEqual([last])
})

test('it is told no more once they have read or answered, it is closed or taken back, or minutes have passed', async () => {
  const { admin, agent, writes, told, handOver } = await scene()
  const [read, answered, closed, givenBack, old] = [
    await writes(),
    await writes(),
    await writes(),
    await writes(),
    await writes(),
  ]
  const all = [read, answered, closed, givenBack, old]
  for (const { id } of all) await handOver(id, agent.actor.id)
  expect((await told()).map(({ conversation_id }) => conversation_id)).toEqual(all.map(({ id }) => id))

  const up_to = read.last_message!.id
  await agent.call(conversations.readConversation, { params: { id: read.id }, body: { up_to } })
  await agent.call(conversations.sendMessage, {
    params: { id: answered.id },
    body: { client_key: crypto.randomUUID(), text: 'Yes' },
  })
  await admin.call(conversations.closeConversation, { params: { id: closed.id }, body: {} })
  await agent.call(conversations.giveBackConversation, { params: { id: givenBack.id } })
  expect((await told()).map(({ conversation_id }) => conversation_id)).toEqual([old.id])
  await server.pool.query(`update events set at = at - interval '6 minutes' where org_id = $1`, [admin.actor.org_id])
  expect(await told()).toEqual([])
})

test('a merge of contacts and its undo hand nothing over; other systems are told why somebody else has it', async () => {
  const { admin, agent, writes, position, told } = await scene()
  const [into, from] = [await writes(), await writes()]
  await agent.call(conversations.takeConversation, { params: { id: from.id } })
  const before = await position()
  const inOne = server.db.transaction()
  const merge = await inOne.execute((tx) => mergeContacts(tx, admin.actor, into.contact.id, from.contact.id))
  expect(await told(before)).toEqual([])
  await inOne.execute((tx) => undoMerge(tx, admin.actor, merge))
  expect(await told(before)).toEqual([])
  const { rows } = await server.pool.query(
    `select after from events where org_id = $1 and seq > $2 and kind = 'conversation.assigned' order by seq`,
    [admin.actor.org_id, before],
  )
  expect(rows.map(({ after }) => after)).toEqual([
    { conversation_id: into.id, agent_id: agent.actor.id, agent_name: agent.actor.name, by_merge: true },
    { conversation_id: from.id, agent_id: agent.actor.id, agent_name: agent.actor.name, by_merge: true },
    { conversation_id: into.id, agent_id: null, agent_name: null, by_merge: true },
  ])
})
