// A conversation begins when a customer writes, belongs to one person at a time, and is closed once.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { composeMessage, composeTextMessage, deletionOf, editOf } from '../channels/whatsapp/compose.ts'
import { listConflicts } from '../contacts/conflicts-schema.ts'
import { listEvents } from '../events/schema.ts'
import { openTestServer, type ConnectedAccount, type Person, type TestServer } from '../../test/help/server.ts'
import { mergeContacts, undoMerge } from '../contacts/merging.ts'
import { removePerson } from '../people/schema.ts'
import { expireConversations } from './closing.ts'
import type { ProblemBody } from '../lib/shapes.ts'
import * as schema from './schema.ts'

let server: TestServer
const receipts: Parameters<TestServer['tellRead']>[0][] = []
beforeAll(async () => {
  server = await openTestServer({ onReceipt: (receipt) => void receipts.push(receipt) })
})
afterAll(() => server.close())

const HOUR = 3_600_000
const ago = (ms: number) => new Date(Date.now() - ms)
const never = new AbortController().signal
let customers = 0

async function scene() {
  const admin = await server.newPerson('admin')
  const agent = await server.newPerson('agent', admin.actor.org_id)
  const account = await server.newAccount(admin)
  const phone = () => `+16505${String(100_000 + customers++)}`
  return {
    admin,
    agent,
    account,
    phone,
    writes: (from: string, text: string, at = new Date()) => write(account, from, text, at),
  }
}

async function write(account: ConnectedAccount, from: string, text: string, at: Date): Promise<void> {
  const { phoneNumberId, displayPhone } = account
  const body = composeTextMessage({
    phoneNumberId,
    displayPhone,
    wabaId: '102290129340398',
    from,
    name: from,
    text,
    at,
  })
  expect(await account.deliver(body)).toBe(200)
  await server.interpret()
}

async function says(account: ConnectedAccount, from: string, message: object): Promise<void> {
  const { phoneNumberId, displayPhone } = account
  const body = composeMessage({
    phoneNumberId,
    displayPhone,
    wabaId: '102290129340398',
    from,
    at: new Date(),
    message,
  })
  expect(await account.deliver(body)).toBe(200)
  await server.interpret()
}

/** WhatsApp's id of a message. */
async function waIdOf(id: string): Promise<string> {
  const { rows } = await server.pool.query<{ wa: string }>('select wa_message_id as wa from messages where id = $1', [
    id,
  ])
  return rows[0]!.wa
}

const list = async (person: Person, query: Record<string, string> = {}) =>
  (await person.call(schema.listConversations, { query })).conversations
const ofCustomer = async (person: Person, phone: string) =>
  (await list(person)).filter(({ contact }) => contact.phone === phone)
const refusalOf = (call: Promise<unknown>) =>
  call.then(
    () => {
      throw new Error('It was not refused.')
    },
    (refused: unknown) => (refused as { problem: ProblemBody }).problem,
  )
const closings = async (id: string) =>
  (
    await server.pool.query<{ kind: string }>(
      `select kind from events where kind = 'conversation.closed' and after ->> 'conversation_id' = $1`,
      [id],
    )
  ).rows.length

test('a customer’s message opens a conversation, later ones join it, and after 24 hours of silence another begins', async () => {
  const { agent, phone, writes } = await scene()
  const who = phone()
  await writes(who, 'first', ago(60 * HOUR))
  await writes(who, 'second', ago(50 * HOUR))
  const [first, ...others] = await ofCustomer(agent, who)
  expect(others).toEqual([])
  expect(first).toMatchObject({ status: 'pending', unread_count: 2, last_message: { text: 'second' }, agent: null })
  // The window had passed before this one, whether or not anybody had looked.
  await writes(who, 'third', ago(HOUR))
  const both = await ofCustomer(agent, who)
  expect(both).toMatchObject([
    { status: 'pending', unread_count: 1, last_message: { text: 'third' } },
    { status: 'expired', closed_by: 'Earmark', id: first!.id },
  ])
  expect(both[1]!.closed_at).toBe(new Date(Date.parse(both[1]!.last_message_at) + 24 * HOUR).toISOString())
  expect(await closings(first!.id)).toBe(1)
  const thread = await agent.call(schema.listMessages, { params: { id: both[0]!.id } })
  expect(thread.messages.map(({ text }) => text)).toEqual(['third', 'second', 'first'])
  expect(thread.conversations.map(({ status }) => status)).toEqual(['expired', 'pending'])
})

test('what comes all at once is cut where the customer was silent for 24 hours, as if it had come one by one', async () => {
  const { agent, account, phone } = await scene()
  const who = phone()
  const { phoneNumberId, displayPhone } = account
  const times = new Map([10, 100, 11, 60, 90].map((hours) => [hours, ago(hours * HOUR)]))
  for (const [hours, at] of times)
    await account.deliver(
      composeTextMessage({
        phoneNumberId,
        displayPhone,
        wabaId: '102290129340398',
        from: who,
        text: `${hours}`,
        at,
      }),
    )
  await server.interpret()
  const conversations = await ofCustomer(agent, who)
  expect(conversations).toMatchObject([
    { status: 'pending', unread_count: 2, last_message: { text: '10' } },
    { status: 'expired', unread_count: 1, last_message: { text: '60' }, waiting_since: null },
    { status: 'expired', unread_count: 2, last_message: { text: '90' }, waiting_since: null },
  ])
  expect(Date.parse(conversations[0]!.waiting_since!)).toBe(Math.floor(times.get(11)!.getTime() / 1000) * 1000 + 999)
  for (const { id, status } of conversations) expect(await closings(id)).toBe(status === 'expired' ? 1 : 0)
})

test('what the customer writes after an answer stands after it, although WhatsApp tells whole seconds', async () => {
  const { agent, phone, writes } = await scene()
  const who = phone()
  await writes(who, 'question')
  const params = { id: (await ofCustomer(agent, who))[0]!.id }
  await agent.call(schema.takeConversation, { params })
  // All of it within one second, however slow the machine is.
  await sleep(1000 - (Date.now() % 1000))
  const at = new Date()
  for (const round of ['first', 'second']) {
    await agent.call(schema.sendMessage, { params, body: { text: `${round} answer` } })
    await writes(who, `${round} thanks`, at)
  }
  const { messages } = await agent.call(schema.listMessages, { params })
  expect(messages.map(({ text }) => text)).toEqual([
    'second thanks',
    'second answer',
    'first thanks',
    'first answer',
    'question',
  ])
})

test('a reaction opens nothing, and stands on its message', async () => {
  const { agent, account, phone, writes } = await scene()
  const who = phone()
  await writes(who, 'good morning')
  const [conversation] = await ofCustomer(agent, who)
  const { messages } = await agent.call(schema.listMessages, { params: { id: conversation!.id } })
  const target = await waIdOf(messages[0]!.id)
  const react = (emoji: string, from: string) =>
    says(account, from, { type: 'reaction', reaction: { message_id: target, emoji } })
  await react('❤️', who)
  const after = await agent.call(schema.listMessages, { params: { id: conversation!.id } })
  expect(after.messages).toHaveLength(1)
  expect(after.messages[0]!.reactions).toMatchObject([{ emoji: '❤️', direction: 'in' }])
  expect((await ofCustomer(agent, who))[0]).toMatchObject({ unread_count: 1, last_message: { text: 'good morning' } })
  const stranger = phone()
  await react('👍', stranger)
  expect(await ofCustomer(agent, stranger)).toEqual([])
})

test('of ten who take a conversation at once one has it, and the others are told who', async () => {
  const { admin, phone, writes } = await scene()
  const who = phone()
  await writes(who, 'hello')
  const [conversation] = await ofCustomer(admin, who)
  const agents = await Promise.all(Array.from({ length: 10 }, () => server.newPerson('agent', admin.actor.org_id)))
  const takes = await Promise.allSettled(
    agents.map((agent) => agent.call(schema.takeConversation, { params: { id: conversation!.id } })),
  )
  const taken = takes.filter((take) => take.status === 'fulfilled')
  expect(taken).toHaveLength(1)
  const { agent } = taken[0]!.value
  expect(agent).not.toBeNull()
  for (const take of takes)
    if (take.status === 'rejected')
      expect(take.reason.problem).toMatchObject({
        status: 409,
        reason: 'conversation_taken',
        data: { agent_name: agent!.name },
      })
})

test('an agent hands over, gives back and closes only what is theirs; an administrator any', async () => {
  const { admin, agent, phone, writes } = await scene()
  const other = await server.newPerson('agent', admin.actor.org_id)
  const who = phone()
  await writes(who, 'hello')
  const [{ id } = { id: '' }] = await ofCustomer(admin, who)
  const params = { id }
  const closing = { params, body: {} }
  expect(await refusalOf(agent.call(schema.closeConversation, closing))).toMatchObject({
    reason: 'conversation_not_taken',
  })
  await agent.call(schema.takeConversation, { params })
  for (const call of [
    () => other.call(schema.closeConversation, closing),
    () => other.call(schema.giveBackConversation, { params }),
    () => other.call(schema.handOverConversation, { params, body: { user_id: other.actor.id } }),
  ])
    expect(await refusalOf(call())).toMatchObject({
      status: 409,
      reason: 'conversation_not_yours',
      data: { agent_name: agent.actor.name },
    })
  expect(await agent.call(schema.handOverConversation, { params, body: { user_id: other.actor.id } })).toMatchObject({
    status: 'active',
    agent: { id: other.actor.id },
  })
  expect(await list(other, { list: 'mine' })).toHaveLength(1)
  expect(await list(agent, { list: 'mine' })).toHaveLength(0)
  expect(await other.call(schema.giveBackConversation, { params })).toMatchObject({ status: 'pending', agent: null })
  await other.call(schema.takeConversation, { params })
  expect(await admin.call(schema.closeConversation, closing)).toMatchObject({
    status: 'closed_by_admin',
    closed_by: admin.actor.name,
    agent: { id: other.actor.id },
  })
  expect(await refusalOf(admin.call(schema.closeConversation, closing))).toMatchObject({
    reason: 'conversation_closed',
  })
  expect(await refusalOf(other.call(schema.takeConversation, { params }))).toMatchObject({
    reason: 'conversation_closed',
  })
  expect(await closings(id)).toBe(1)
  await writes(who, 'one more thing')
  expect(await ofCustomer(admin, who)).toMatchObject([{ status: 'pending' }, { id, status: 'closed_by_admin' }])
})

test('closing is refused while the customer has written what was not seen', async () => {
  const { agent, phone, writes } = await scene()
  const who = phone()
  await writes(who, 'hello')
  const [conversation] = await ofCustomer(agent, who)
  const params = { id: conversation!.id }
  await agent.call(schema.takeConversation, { params })
  await writes(who, 'are you there?')
  const seen = conversation!.last_message!.id
  expect(await refusalOf(agent.call(schema.closeConversation, { params, body: { seen_to: seen } }))).toMatchObject({
    reason: 'new_message',
  })
  const { last_message } = await agent.call(schema.getConversation, { params })
  expect(await agent.call(schema.closeConversation, { params, body: { seen_to: last_message!.id } })).toMatchObject({
    status: 'closed_by_agent',
  })
})

test('what the customer changed or deleted keeps nobody from closing, and what changes an unknown message is seen first', async () => {
  const { agent, account, phone, writes } = await scene()
  const who = phone()
  await writes(who, 'hello')
  const [conversation] = await ofCustomer(agent, who)
  const params = { id: conversation!.id }
  const seen = conversation!.last_message!.id
  await agent.call(schema.takeConversation, { params })
  const target = await waIdOf(seen)
  await says(account, who, editOf('wamid.UNKNOWN', 'hello?'))
  expect(await refusalOf(agent.call(schema.closeConversation, { params, body: { seen_to: seen } }))).toMatchObject({
    reason: 'new_message',
  })
  const { messages } = await agent.call(schema.listMessages, { params })
  const unknown = messages.find(({ type }) => type === 'edit')!
  await says(account, who, editOf(target, 'hello, all'))
  await says(account, who, deletionOf(target))
  expect((await agent.call(schema.listMessages, { params })).messages).toHaveLength(2)
  expect(await agent.call(schema.closeConversation, { params, body: { seen_to: unknown.id } })).toMatchObject({
    status: 'closed_by_agent',
  })
})

test('what the customer changed is read as it is now wherever it is told, and what they deleted nowhere', async () => {
  const { agent, account, phone, writes } = await scene()
  const who = phone()
  await writes(who, 'my PIN is 4711')
  const [conversation] = await ofCustomer(agent, who)
  const params = { id: conversation!.id }
  const target = await waIdOf(conversation!.last_message!.id)
  const line = async () => (await ofCustomer(agent, who))[0]!.last_message
  await says(account, who, editOf(target, 'my PIN is 4712'))
  await says(account, who, editOf(target, 'my PIN is 4713'))
  expect(await line()).toMatchObject({ text: 'my PIN is 4713', revoked: false, delivery_state: null })
  await says(account, who, deletionOf(target))
  expect(await line()).toMatchObject({ text: null, revoked: true })

  await writes(who, 'what did I write?')
  const quoting = (await line())!.id
  await server.pool.query('update messages set reply_to = $2 where id = $1', [quoting, target])
  const quoted = async () => (await agent.call(schema.listMessages, { params })).messages[0]!.reply_to
  expect(await quoted()).toMatchObject({ type: 'text', text: null, revoked: true })
  await server.pool.query(`delete from messages where target = $1 and type = 'revoke'`, [target])
  expect(await quoted()).toMatchObject({ text: 'my PIN is 4713', revoked: false })
  expect(JSON.stringify(await list(agent, { search: 'did I write' }))).not.toContain('4711')
})

test('only who has the conversation reads it; what comes after is unread again', async () => {
  const { admin, agent, phone, writes } = await scene()
  const who = phone()
  for (const text of ['one', 'two', 'three']) await writes(who, text)
  const [conversation] = await ofCustomer(agent, who)
  const params = { id: conversation!.id }
  const { messages } = await agent.call(schema.listMessages, { params })
  const [third, , first] = messages
  await agent.call(schema.takeConversation, { params })
  expect(await admin.call(schema.readConversation, { params, body: { up_to: third!.id } })).toMatchObject({
    unread_count: 3,
  })
  expect(await agent.call(schema.readConversation, { params, body: { up_to: first!.id } })).toMatchObject({
    unread_count: 2,
  })
  expect((await agent.call(schema.listMessages, { params })).first_unread_id).toBe(messages[1]!.id)
  expect(await agent.call(schema.readConversation, { params, body: { up_to: third!.id } })).toMatchObject({
    unread_count: 0,
  })
  // What was read stays read.
  expect(await agent.call(schema.readConversation, { params, body: { up_to: first!.id } })).toMatchObject({
    unread_count: 0,
  })
  await writes(who, 'four')
  expect(await agent.call(schema.getConversation, { params })).toMatchObject({ unread_count: 1 })
})

test('the customer’s phone is told what their agent has read, and by nobody else', async () => {
  const { admin, agent, account, phone, writes } = await scene()
  const who = phone()
  for (const text of ['one', 'two']) await writes(who, text)
  const [conversation] = await ofCustomer(agent, who)
  const params = { id: conversation!.id }
  const { messages } = await agent.call(schema.listMessages, { params })
  await agent.call(schema.takeConversation, { params })
  const told = () => receipts.filter(({ orgId }) => orgId === agent.actor.org_id)
  const receipt = async (id: string) => ({
    orgId: agent.actor.org_id,
    channelId: account.account.channels[0]!.id,
    waMessageId: await waIdOf(id),
  })
  const [newer, older] = messages.map(({ id }) => id)
  await agent.call(schema.readConversation, { params, body: { up_to: older! } })
  await expect.poll(told).toEqual([await receipt(older!)])
  await admin.call(schema.readConversation, { params, body: { up_to: newer! } })
  await agent.call(schema.readConversation, { params, body: { up_to: newer! } })
  await expect.poll(told).toEqual([await receipt(older!), await receipt(newer!)])
})

test('whoever is removed gives back what they had', async () => {
  const { admin, agent, phone, writes } = await scene()
  const who = phone()
  await writes(who, 'hello')
  const [conversation] = await ofCustomer(agent, who)
  await agent.call(schema.takeConversation, { params: { id: conversation!.id } })
  await admin.call(removePerson, { params: { id: agent.actor.id } })
  expect(await list(admin, { list: 'waiting' })).toMatchObject([
    { id: conversation!.id, status: 'pending', agent: null },
  ])
})

test('three servers that expire at once close each conversation once', async () => {
  const { admin, phone, writes } = await scene()
  const lapsed = Array.from({ length: 6 }, phone)
  for (const who of lapsed) await writes(who, 'hello', ago(25 * HOUR))
  const still = phone()
  await writes(still, 'hello', ago(23 * HOUR))
  await Promise.all([1, 2, 3].map(() => expireConversations(server.db, never)))
  const conversations = await list(admin)
  expect(conversations.filter(({ status }) => status === 'expired')).toHaveLength(6)
  expect(conversations.filter(({ status }) => status === 'pending').map(({ contact }) => contact.phone)).toEqual([
    still,
  ])
  for (const { id, status } of conversations) expect(await closings(id)).toBe(status === 'expired' ? 1 : 0)
})

test('lists hold what they say, page by page, and so do their numbers', async () => {
  const { admin, agent, phone, writes } = await scene()
  const people = Array.from({ length: 7 }, phone)
  for (const [n, who] of people.entries()) await writes(who, `hello number ${n}`, ago((7 - n) * HOUR))
  const all = await list(agent)
  expect(all.map(({ contact }) => contact.phone)).toEqual(people.toReversed())
  const pages: string[] = []
  for (let cursor: string | undefined; ;) {
    const page = await agent.call(schema.listConversations, { query: { limit: 3, ...(cursor ? { cursor } : {}) } })
    pages.push(...page.conversations.map(({ id }) => id))
    if (page.next_cursor === null) break
    cursor = page.next_cursor
  }
  expect(pages).toEqual(all.map(({ id }) => id))
  await agent.call(schema.takeConversation, { params: { id: all[0]!.id } })
  await admin.call(schema.takeConversation, { params: { id: all[1]!.id } })
  await agent.call(schema.closeConversation, { params: { id: all[0]!.id }, body: {} })
  expect(await agent.call(schema.countConversations, {})).toEqual({
    waiting: { count: 5, unread: 5 },
    mine: { count: 0, unread: 0 },
    open: { count: 6, unread: 6 },
  })
  expect(await list(agent, { list: 'waiting' })).toHaveLength(5)
  expect(await list(admin, { list: 'mine' })).toHaveLength(1)
  expect(await list(admin, { statuses: 'closed_by_agent,active' })).toHaveLength(2)
  expect(await list(admin, { agents: agent.actor.id })).toHaveLength(1)
  expect((await list(admin, { search: 'NUMBER 3' })).map(({ contact }) => contact.phone)).toEqual([people[3]])
  expect(await list(admin, { search: '%' })).toEqual([])
  expect(await refusalOf(agent.call(schema.listConversations, { query: { cursor: 'x' } }))).toMatchObject({
    reason: 'cursor_invalid',
  })
})

test('two contacts who turn out to be one have one open conversation; taken apart, each has its own', async () => {
  const { admin, agent, phone, writes } = await scene()
  const [kept, merged] = [phone(), phone()]
  await writes(kept, 'from the first')
  await writes(merged, 'from the second')
  const [keptOne, mergedOne] = [(await ofCustomer(admin, kept))[0]!, (await ofCustomer(admin, merged))[0]!]
  await agent.call(schema.takeConversation, { params: { id: keptOne.id } })
  const mergeId = await server.db
    .transaction()
    .execute((tx) => mergeContacts(tx, admin.actor, keptOne.contact.id, mergedOne.contact.id))
  expect(await list(admin)).toMatchObject([
    { id: keptOne.id, status: 'active', unread_count: 2, last_message: { text: 'from the second' } },
  ])
  await server.db.transaction().execute((tx) => undoMerge(tx, admin.actor, mergeId))
  expect(await ofCustomer(admin, kept)).toMatchObject([
    { id: keptOne.id, status: 'active', unread_count: 1, last_message: { text: 'from the first' } },
  ])
  expect(await ofCustomer(admin, merged)).toMatchObject([
    { id: mergedOne.id, status: 'pending', unread_count: 1, last_message: { text: 'from the second' } },
  ])
  expect((await admin.call(listConflicts, {})).open_count).toBe(0)
})

test('what is unread in one of two conversations that become one is unread in it, and can be read', async () => {
  const { admin, agent, phone, writes } = await scene()
  const [kept, merged] = [phone(), phone()]
  await writes(merged, 'asked first')
  await writes(kept, 'asked next')
  const [into, from] = [(await ofCustomer(admin, kept))[0]!, (await ofCustomer(admin, merged))[0]!]
  await agent.call(schema.takeConversation, { params: { id: into.id } })
  const read = (id: string) => agent.call(schema.readConversation, { params: { id: into.id }, body: { up_to: id } })
  await read(into.last_message!.id)
  await server.db.transaction().execute((tx) => mergeContacts(tx, admin.actor, into.contact.id, from.contact.id))
  const unread = async () => (await ofCustomer(admin, kept))[0]!.unread_count
  expect(await unread()).toBe(2)
  await read(from.last_message!.id)
  expect(await unread()).toBe(1)
  await read(into.last_message!.id)
  expect(await unread()).toBe(0)
})

test('what came with an earlier id than what was read, by another server’s clock, counts as unread until one looks', async () => {
  const { admin, agent, phone, writes } = await scene()
  const who = phone()
  await writes(who, 'one')
  const [{ id, last_message: last }] = (await ofCustomer(admin, who)) as [schema.Conversation]
  await agent.call(schema.takeConversation, { params: { id } })
  const read = () => agent.call(schema.readConversation, { params: { id }, body: { up_to: last!.id } })
  await read()
  await server.pool.query('update conversations set unread_count = 1 where id = $1', [id])
  await read()
  expect(await ofCustomer(admin, who)).toMatchObject([{ unread_count: 0 }])
})

/** Two contacts with an open conversation each with one number; `merge` makes them one, and answers how to undo it. */
async function twoWith(who: Awaited<ReturnType<typeof scene>>, kept: string, merged: string) {
  const [into, from] = [(await ofCustomer(who.admin, kept))[0]!, (await ofCustomer(who.admin, merged))[0]!]
  const merge = async () => {
    const id = await server.db
      .transaction()
      .execute((tx) => mergeContacts(tx, who.admin.actor, into.contact.id, from.contact.id))
    return () => server.db.transaction().execute((tx) => undoMerge(tx, who.admin.actor, id))
  }
  return { into, from, merge }
}

test('a merge leaves the conversation with the person who has either, and others are told', async () => {
  const who = await scene()
  const { admin, agent, phone, writes } = who
  const [kept, merged] = [phone(), phone()]
  await writes(kept, 'waits')
  await writes(merged, 'is with the agent')
  const { into, from, merge } = await twoWith(who, kept, merged)
  await agent.call(schema.takeConversation, { params: { id: from.id } })
  const undo = await merge()
  const of = (id: string) => admin.call(schema.getConversation, { params: { id } })
  expect(await of(into.id)).toMatchObject({ status: 'active', agent: { id: agent.actor.id } })
  const { events } = await admin.call(listEvents, { query: { types: 'conversation.assigned' } })
  expect(events.at(-1)).toMatchObject({
    actor: { id: admin.actor.id },
    before: { agent_id: null },
    after: { conversation_id: into.id, agent_id: agent.actor.id },
  })
  await undo()
  expect(await of(from.id)).toMatchObject({ status: 'active', agent: { id: agent.actor.id } })
  expect(await of(into.id)).toMatchObject({ status: 'pending', agent: null })
})

test('of two people the one who has the conversation that goes on keeps it; who went home meanwhile gets nothing back', async () => {
  const who = await scene()
  const { admin, agent, phone, writes } = who
  const [kept, merged] = [phone(), phone()]
  await writes(kept, 'with the administrator')
  await writes(merged, 'with the agent')
  const { into, from, merge } = await twoWith(who, kept, merged)
  await admin.call(schema.takeConversation, { params: { id: into.id } })
  await agent.call(schema.takeConversation, { params: { id: from.id } })
  const undo = await merge()
  const of = (id: string) => admin.call(schema.getConversation, { params: { id } })
  expect(await of(into.id)).toMatchObject({ agent: { id: admin.actor.id } })
  await admin.call(removePerson, { params: { id: agent.actor.id } })
  await undo()
  expect(await of(into.id)).toMatchObject({ agent: { id: admin.actor.id } })
  expect(await of(from.id)).toMatchObject({ status: 'pending', agent: null })
})

const timesOf = async (id: string) =>
  (
    await server.pool.query<Record<string, string | null>>(
      'select opened_at, window_ends_at, waiting_since, waits_until, first_asked_at from conversations where id = $1',
      [id],
    )
  ).rows[0]!

test('taken apart, a conversation neither waits for the other’s message nor takes text by the other’s window', async () => {
  const who = await scene()
  const { agent, phone, writes } = who
  const [kept, merged] = [phone(), phone()]
  await writes(merged, 'the other began', ago(21 * HOUR))
  await writes(kept, 'a question', ago(20 * HOUR))
  await writes(merged, 'the other asks', ago(HOUR))
  const { into, from, merge } = await twoWith(who, kept, merged)
  await agent.call(schema.takeConversation, { params: { id: into.id } })
  await agent.call(schema.sendMessage, { params: { id: into.id }, body: { text: 'an answer' } })
  const before = [await timesOf(into.id), await timesOf(from.id)]
  expect(before[0]!.waiting_since).toBe(null)
  const undo = await merge()
  expect(await timesOf(into.id)).toEqual(before[1])
  await undo()
  expect([await timesOf(into.id), await timesOf(from.id)]).toEqual(before)
})

test('taken apart, what was asked and answered since the merge counts where it stays', async () => {
  const who = await scene()
  const { agent, phone, writes } = who
  const [kept, merged] = [phone(), phone()]
  await writes(merged, 'the other asks', ago(2 * HOUR))
  await writes(kept, 'a question', ago(HOUR))
  const { into, merge } = await twoWith(who, kept, merged)
  const undo = await merge()
  await agent.call(schema.takeConversation, { params: { id: into.id } })
  await agent.call(schema.sendMessage, { params: { id: into.id }, body: { text: 'an answer' } })
  await undo()
  expect(await timesOf(into.id)).toMatchObject({ waiting_since: null })
  const again = await merge()
  await writes(kept, 'and another question')
  const asked = await timesOf(into.id)
  await again()
  const after = await timesOf(into.id)
  expect(after.window_ends_at).toBe(asked.window_ends_at)
  expect(Date.parse(after.waiting_since!)).toBeGreaterThan(Date.now() - HOUR / 2)
})

test('of two conversations that become one the first answer counts, whoever gave it; taken apart, each has its own again', async () => {
  const who = await scene()
  const { admin, agent, phone, writes } = who
  const answers = async (person: Person, id: string) => {
    await person.call(schema.takeConversation, { params: { id } })
    const { sent_at } = await person.call(schema.sendMessage, { params: { id }, body: { text: 'an answer' } })
    return { at: sent_at, by: person.actor.name }
  }
  const firstOf = async (id: string) => {
    const { rows } = await server.pool.query<{ at: string | null; by: string | null }>(
      'select first_answered_at as at, first_answered_by_name as by from conversations where id = $1',
      [id],
    )
    return rows[0]
  }
  const NONE = { at: null, by: null }
  const two = async () => {
    const [kept, merged] = [phone(), phone()]
    await writes(merged, 'the other asks', ago(2 * HOUR))
    await writes(kept, 'a question', ago(HOUR))
    return twoWith(who, kept, merged)
  }

  const onlyOther = await two()
  const answer = await answers(agent, onlyOther.from.id)
  const undo = await onlyOther.merge()
  expect(await firstOf(onlyOther.into.id)).toEqual(answer)
  await undo()
  expect([await firstOf(onlyOther.into.id), await firstOf(onlyOther.from.id)]).toEqual([NONE, answer])
  // What was answered since the merge counts where it stays.
  const undoAgain = await onlyOther.merge()
  const since = await admin.call(schema.handOverConversation, {
    params: { id: onlyOther.into.id },
    body: { user_id: admin.actor.id },
  })
  const { sent_at } = await admin.call(schema.sendMessage, { params: { id: since.id }, body: { text: 'another' } })
  expect(await firstOf(onlyOther.into.id)).toEqual(answer)
  await undoAgain()
  expect(await firstOf(onlyOther.into.id)).toEqual({ at: sent_at, by: admin.actor.name })

  const both = await two()
  const [first, second] = [await answers(agent, both.from.id), await answers(admin, both.into.id)]
  const undoBoth = await both.merge()
  expect(await firstOf(both.into.id)).toEqual(first)
  await undoBoth()
  expect([await firstOf(both.into.id), await firstOf(both.from.id)]).toEqual([second, first])
})

test('whoever asks for a conversation that went into another is told into which, however many merges ago', async () => {
  const { admin, agent, phone, writes } = await scene()
  const of = async (text: string) => {
    const who = phone()
    await writes(who, text)
    return (await ofCustomer(admin, who))[0]!
  }
  const [first, second, third] = [await of('one'), await of('two'), await of('three')]
  const merge = (into: schema.Conversation, from: schema.Conversation) =>
    server.db.transaction().execute((tx) => mergeContacts(tx, admin.actor, into.contact.id, from.contact.id))
  const at = (id: string) => ({ params: { id } })
  const into = (id: string) => ({ reason: 'conversation_merged', data: { merged_into: id } })
  const joinedBy = async (id: string) => (await agent.call(schema.listMessages, at(id))).merged_ids
  await agent.call(schema.takeConversation, at(first.id))
  const firstMerge = await merge(second, first)
  expect(await refusalOf(agent.call(schema.getConversation, at(first.id)))).toMatchObject(into(second.id))
  expect(await joinedBy(second.id)).toEqual([first.id])

  const secondMerge = await merge(third, second)
  for (const ask of [
    () => agent.call(schema.getConversation, at(first.id)),
    () => agent.call(schema.listMessages, at(first.id)),
    () => agent.call(schema.takeConversation, at(first.id)),
    () => agent.call(schema.closeConversation, { ...at(first.id), body: {} }),
    () => agent.call(schema.sendMessage, { ...at(first.id), body: { text: 'Hi' } }),
    () => agent.call(schema.getConversation, at(second.id)),
  ])
    expect(await refusalOf(ask())).toMatchObject(into(third.id))
  expect(await joinedBy(third.id)).toEqual([first.id, second.id])
  const stranger = await server.newPerson()
  expect(await refusalOf(stranger.call(schema.getConversation, at(first.id)))).toMatchObject({
    reason: 'conversation_missing',
  })

  await server.db.transaction().execute((tx) => undoMerge(tx, admin.actor, secondMerge))
  expect(await refusalOf(agent.call(schema.getConversation, at(first.id)))).toMatchObject(into(second.id))
  expect(await joinedBy(third.id)).toEqual([])
  await server.db.transaction().execute((tx) => undoMerge(tx, admin.actor, firstMerge))
  expect(await agent.call(schema.getConversation, at(first.id))).toMatchObject({ agent: { id: agent.actor.id } })
  expect(await joinedBy(second.id)).toEqual([])
})

test('a message that comes while its conversation goes into another is refused, and told where to go', async () => {
  const who = await scene()
  const { admin, agent, phone, writes } = who
  const [kept, merged] = [phone(), phone()]
  await writes(kept, 'one')
  await writes(merged, 'two')
  const { into, from } = await twoWith(who, kept, merged)
  await agent.call(schema.takeConversation, { params: { id: from.id } })
  const send = (id: string) =>
    agent.call(schema.sendMessage, { params: { id }, body: { text: 'Hi', client_key: 'hi' } })
  let sent: Promise<unknown> | undefined
  await server.db.transaction().execute(async (tx) => {
    await mergeContacts(tx, admin.actor, into.contact.id, from.contact.id)
    sent = refusalOf(send(from.id))
    // It waits for the merge.
    await sleep(200)
  })
  expect(await sent).toMatchObject({ reason: 'conversation_merged', data: { merged_into: into.id } })
  await send(into.id)
  const { messages } = await agent.call(schema.listMessages, { params: { id: into.id } })
  expect(messages.map(({ client_key }) => client_key).filter((key) => key !== null)).toEqual(['hi'])
})

test('a first answer that failed since the merge is none after it is taken apart', async () => {
  const who = await scene()
  const { agent, phone, writes } = who
  const [kept, merged] = [phone(), phone()]
  await writes(kept, 'one')
  await writes(merged, 'two')
  const { into, from, merge } = await twoWith(who, kept, merged)
  const sent = []
  for (const { id } of [into, from]) {
    await agent.call(schema.takeConversation, { params: { id } })
    sent.push(await agent.call(schema.sendMessage, { params: { id }, body: { text: 'an answer' } }))
  }
  const undo = await merge()
  for (const { id } of sent)
    await server.pool.query(
      `update outgoing_messages set state = 'failed', settled_at = now(), error_code = 131026 where message_id = $1`,
      [id],
    )
  await undo()
  const { rows } = await server.pool.query('select first_answered_at as at from conversations where id = any($1)', [
    [into.id, from.id],
  ])
  expect(rows).toEqual([{ at: null }, { at: null }])
})

test('taken apart, what the customer has changed since the merge is found where its message went', async () => {
  const who = await scene()
  const { admin, account, phone, writes } = who
  const [kept, merged] = [phone(), phone()]
  await writes(kept, 'one')
  await writes(merged, 'a walrus')
  const { into, from, merge } = await twoWith(who, kept, merged)
  const undo = await merge()
  await says(account, merged, editOf(await waIdOf(from.last_message!.id), 'a narwhal'))
  const found = async () => (await list(admin, { search: 'narwhal' })).map(({ id }) => id)
  expect(await found()).toEqual([into.id])
  await undo()
  expect(await found()).toEqual([from.id])
  const { rows } = await server.pool.query(`select contact_id from messages where text = 'a narwhal' and org_id = $1`, [
    admin.actor.org_id,
  ])
  expect(rows).toEqual([{ contact_id: from.contact.id }])
})
