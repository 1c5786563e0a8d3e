// What is written in WhatsApp groups: it is kept with whoever wrote it, and is nobody's to answer.
import { readFileSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { composeMessage } from '../channels/whatsapp/compose.ts'
import { listContacts } from '../contacts/schema.ts'
import {
  getConversation,
  listConversations,
  listMessages,
  sendMessage,
  takeConversation,
} from '../conversations/schema.ts'
import { aPhone, messagesIn, openShop, work, type Shop } from '../../test/help/ai-agents.ts'
import { composeEcho } from '../../test/help/echoes.ts'
import { openScriptedModel, type ScriptedModel } from '../../test/help/models.ts'
import { openTestServer, type TestServer } from '../../test/help/server.ts'

let server: TestServer
let model: ScriptedModel
beforeAll(async () => {
  server = await openTestServer()
})
afterAll(() => server.close())
beforeEach(async () => {
  model = await openScriptedModel('openai_compatible')
})
afterEach(() => model.close())

async function writesInGroup({ account }: Shop, from: string, text: string): Promise<void> {
  const { phoneNumberId, displayPhone } = account
  const message = { type: 'text', text: { body: text }, group_id: 'HBgLMTY1MDM4Nzk0MzkV' }
  const numbers = { phoneNumberId, displayPhone, wabaId: '1' }
  expect(await account.deliver(composeMessage({ ...numbers, from, at: new Date(), message }))).toBe(200)
  await server.interpret()
}

test('the published group message makes a contact and no conversation, and no AI agent answers it', async () => {
  const shop = await openShop(server, model)
  const body = readFileSync(new URL('../../test/fixtures/whatsapp/026-metadocs-group-1.json', import.meta.url), 'utf8')
  const { phoneNumberId } = shop.account
  const own = body.replaceAll(/"phone_number_id":\s*"[^"]*"/g, `"phone_number_id": "${phoneNumberId}"`)
  expect(await shop.account.deliver(own)).toBe(200)
  await server.interpret()
  await work(server)
  expect(model.requests).toEqual([])
  expect(await shop.admin.call(listConversations, { query: {} })).toMatchObject({ conversations: [] })
  const { contacts } = await shop.admin.call(listContacts, { query: {} })
  expect(contacts).toMatchObject([{ phone: '+16505551234', display_name: 'Tiago Mingo' }])
})

test('beside a conversation it is marked, neither unread nor waiting, and no AI reads it', async () => {
  const shop = await openShop(server, model)
  const from = aPhone()
  const { id } = await shop.writes(from, 'Do you have a table?')
  await work(server)
  await writesInGroup(shop, from, 'Who comes along?')
  await shop.account.deliver(
    composeEcho(shop.account, { to: from, text: 'I do', at: new Date(), more: { group_id: 'HBgLMTY1MDM4Nzk0MzkV' } }),
  )
  await server.interpret()
  expect(await shop.admin.call(getConversation, { params: { id } })).toMatchObject({
    unread_count: 0,
    waiting_since: null,
    agent: { ai: true },
  })
  const { messages } = await shop.admin.call(listMessages, { params: { id }, query: {} })
  expect(messages.map(({ text, in_group, conversation_id }) => [text, in_group, conversation_id === id])).toEqual(
    expect.arrayContaining([
      ['Do you have a table?', false, true],
      ['Who comes along?', true, false],
      ['I do', true, false],
    ]),
  )

  await shop.writes(from, 'For two')
  await work(server)
  expect(messagesIn(model.requests.at(-1)!).map(({ text }) => text)).toEqual(['Do you have a table?', 'For two'])
})

test('it cannot be answered in the conversation', async () => {
  const shop = await openShop(server, model, { active: false })
  const from = aPhone()
  const { id } = await shop.writes(from, 'Hello')
  await writesInGroup(shop, from, 'Who comes along?')
  await shop.person.call(takeConversation, { params: { id } })
  const { messages } = await shop.person.call(listMessages, { params: { id }, query: {} })
  const reply_to = messages.find(({ in_group }) => in_group)!.id
  await expect(
    shop.person.call(sendMessage, { params: { id }, body: { text: 'I do', reply_to } }),
  ).rejects.toMatchObject({ problem: { reason: 'reply_target_missing' } })
})
