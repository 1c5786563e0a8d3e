// When an AI agent leaves a conversation to people or alone: answers that fail, silence that is none, colleagues on the phone, agents that are switched off.
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { composeStatus, deletionOf, composeMessage } from '../channels/whatsapp/compose.ts'
import { getConversation, type Conversation } from '../conversations/schema.ts'
import { aPhone, openShop, work, type Shop } from '../../test/help/ai-agents.ts'
import { composeEcho } from '../../test/help/echoes.ts'
import { openScriptedModel, type ScriptedModel } from '../../test/help/models.ts'
import { openTestServer, type TestServer } from '../../test/help/server.ts'
import { removeAiAgent, updateAiAgent } from './agents.ts'
import { listAiAgentActs } from './schema.ts'
import { closeIdle, takeWaiting } from './taking.ts'

let server: TestServer
let model: ScriptedModel
beforeAll(async () => {
  server = await openTestServer()
})
afterAll(() => server.close())
beforeEach(async () => {
  model = await openScriptedModel('openai_compatible')
  model.answer = () => ({ text: 'Yes.' })
})
afterEach(() => model.close())

const now = (shop: Shop, { id }: Conversation) => shop.admin.call(getConversation, { params: { id } })

const actsOf = async (shop: Shop) =>
  (await shop.admin.call(listAiAgentActs, { params: { id: shop.agent.id }, query: {} })).acts
    .toReversed()
    .map(({ kind, reason }) => (reason === null ? kind : `${kind}: ${reason}`))

/** WhatsApp took what was sent in the conversation, so many minutes ago. */
async function accepted({ id }: Conversation, minutesAgo = 0): Promise<string> {
  const waMessageId = `wamid.of.${id}`
  await sql`update outgoing_messages o set state = 'accepted', settled_at = now() - make_interval(mins => ${minutesAgo})
    from messages m where m.org_id = o.org_id and m.id = o.message_id and m.conversation_id = ${id}`.execute(server.db)
  await sql`update messages set wa_message_id = ${waMessageId} where conversation_id = ${id} and origin = 'sent' and wa_message_id is null`.execute(
    server.db,
  )
  return waMessageId
}

async function fails({ account }: Shop, messageId: string): Promise<void> {
  const { phoneNumberId, displayPhone } = account
  const errors = [{ code: 131_026, title: 'Message undeliverable' }]
  const numbers = { phoneNumberId, displayPhone, wabaId: '1' }
  expect(
    await account.deliver(composeStatus({ ...numbers, messageId, status: 'failed', at: new Date(), errors })),
  ).toBe(200)
  await server.interpret()
}

async function echoes({ account }: Shop, to: string, minutesAgo: number): Promise<void> {
  const at = new Date(Date.now() - minutesAgo * 60_000)
  expect(await account.deliver(composeEcho(account, { to, text: 'Your order is ready', at }))).toBe(200)
  await server.interpret()
}

test('an answer that WhatsApp did not deliver hands the conversation to people, with the reason', async () => {
  const shop = await openShop(server, model)
  const conversation = await shop.writes(aPhone(), 'Do you have a table?')
  await work(server)
  const messageId = await accepted(conversation)
  await work(server)
  expect(await now(shop, conversation)).toMatchObject({ status: 'active', agent: { ai: true } })
  await fails(shop, messageId)
  await work(server)
  expect(await now(shop, conversation)).toMatchObject({ status: 'pending', agent: null })
  expect((await now(shop, conversation)).waiting_since).not.toBeNull()
  expect(await actsOf(shop)).toEqual(['took', 'answered', 'failed: not_delivered', 'handed_over: not_delivered'])
  await work(server)
  expect(await now(shop, conversation)).toMatchObject({ status: 'pending' })
  expect(model.requests).toHaveLength(1)
})

test('so does one that had failed before the agent took the conversation again', async () => {
  const shop = await openShop(server, model)
  const conversation = await shop.writes(aPhone(), 'Do you have a table?')
  await work(server)
  const messageId = await accepted(conversation)
  const change = (active: boolean) =>
    server.db
      .transaction()
      .execute((tx) => updateAiAgent(tx, shop.admin.actor, shop.agent.id, { ...shop.settings, active }))
  await change(false)
  await work(server)
  await fails(shop, messageId)
  await change(true)
  await work(server)
  await work(server)
  expect(await now(shop, conversation)).toMatchObject({ status: 'pending', agent: null })
  expect((await actsOf(shop)).at(-1)).toBe('handed_over: not_delivered')
})

test('where nothing failed and what the customer wrote was taken back, the agent keeps the conversation', async () => {
  const shop = await openShop(server, model)
  const from = aPhone()
  const conversation = await shop.writes(from, 'Hello?')
  const { rows } = await sql<{ id: string }>`
    select wa_message_id as id from messages where conversation_id = ${conversation.id}`.execute(server.db)
  const { phoneNumberId, displayPhone } = shop.account
  const message = deletionOf(rows[0]!.id)
  await shop.account.deliver(
    composeMessage({ phoneNumberId, displayPhone, wabaId: '1', from, at: new Date(), message }),
  )
  await server.interpret()
  await work(server)
  await work(server)
  expect(await actsOf(shop)).toEqual(['took'])
})

/** Everything in the conversation was so long ago, but for how long ago the answer left. */
const older = async ({ id }: Conversation, minutes: number) => {
  await sql`update ai_agent_conversations set answered_at = now() - make_interval(mins => ${minutes}) where conversation_id = ${id}`.execute(
    server.db,
  )
  await sql`update conversations set last_message_at = now() - make_interval(mins => ${minutes}) where id = ${id}`.execute(
    server.db,
  )
}

test('a conversation is not closed for silence before the customer got the answer, and then for as long again', async () => {
  const shop = await openShop(server, model, { close_after_minutes: 30 })
  const conversation = await shop.writes(aPhone(), 'Hello')
  await work(server)
  await older(conversation, 60)
  for (const state of ['waiting', 'sending', 'uncertain']) {
    await sql`update outgoing_messages o set state = ${state}, sending_at = case when ${state} = 'sending' then now() end from messages m
      where m.org_id = o.org_id and m.id = o.message_id and m.conversation_id = ${conversation.id}`.execute(server.db)
    expect(await closeIdle(server.db)).toBe(0)
  }
  await accepted(conversation, 1)
  expect(await closeIdle(server.db)).toBe(0)
  await accepted(conversation, 31)
  expect(await closeIdle(server.db)).toBe(1)
})

test('nor while a colleague writes from the phone', async () => {
  const shop = await openShop(server, model, { close_after_minutes: 30 })
  const from = aPhone()
  const conversation = await shop.writes(from, 'Hello')
  await work(server)
  await accepted(conversation, 60)
  await echoes(shop, from, 0)
  await older(conversation, 60)
  expect(await closeIdle(server.db)).toBe(0)
})

test('the reply to what a colleague wrote from the phone is left to people, for a day', async () => {
  const shop = await openShop(server, model)
  const [today, longAgo] = [aPhone(), aPhone()]
  await echoes(shop, today, 60)
  await echoes(shop, longAgo, 25 * 60)
  const reply = await shop.writes(today, 'When can I come?')
  const question = await shop.writes(longAgo, 'When can I come?')
  await work(server)
  expect(await now(shop, reply)).toMatchObject({ status: 'pending', agent: null })
  expect(await now(shop, question)).toMatchObject({ status: 'active', agent: { ai: true } })
  expect(model.requests).toHaveLength(1)
})

test.each(['switched off', 'taken from its number', 'removed'])(
  'an agent that is being %s takes nothing more',
  async (how) => {
    const shop = await openShop(server, model)
    const conversation = await shop.writes(aPhone(), 'Hello')
    const { actor } = shop.admin
    let taking: Promise<number> | undefined
    await server.db.transaction().execute(async (tx) => {
      if (how === 'removed') await removeAiAgent(tx, actor, shop.agent.id)
      else {
        const changes = how === 'switched off' ? { active: false } : { channel_ids: [] }
        await updateAiAgent(tx, actor, shop.agent.id, { ...shop.settings, ...changes })
      }
      taking = takeWaiting(server.db)
      await sleep(300)
    })
    expect(await taking).toBe(0)
    expect(await now(shop, conversation)).toMatchObject({ status: 'pending', agent: null })
  },
)

test('an agent that is off answers nothing, and what it still has waits again', async () => {
  const shop = await openShop(server, model)
  const conversation = await shop.writes(aPhone(), 'Hello')
  expect(await takeWaiting(server.db)).toBe(1)
  await sql`update ai_agents set active = false where id = ${shop.agent.id}`.execute(server.db)
  await sql`update ai_agent_channels set active = false where agent_id = ${shop.agent.id}`.execute(server.db)
  await work(server)
  expect(model.requests).toEqual([])
  expect(await now(shop, conversation)).toMatchObject({ status: 'pending', agent: null })
})

test('what an agent did for a contact with neither name nor phone is told with its username', async () => {
  const shop = await openShop(server, model)
  const { contact } = await shop.writes(aPhone(), 'Hello')
  await work(server)
  await sql`update contacts set display_name = null, name_origin = null, phone = null, username = 'realsheena' where id = ${contact.id}`.execute(
    server.db,
  )
  const { acts } = await shop.admin.call(listAiAgentActs, { params: { id: shop.agent.id }, query: {} })
  expect(acts[0]!.contact).toEqual({ id: contact.id, name: null, phone: null, username: 'realsheena' })
})
