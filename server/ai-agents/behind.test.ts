// An AI agent behind the scenes answers nobody and tags what closes on its numbers; and what any agent told goes when it has to.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { analyzeOne } from '../analysis/analyzing.ts'
import { openAsking, type Asking } from '../classifier/asking.ts'
import { getContact } from '../contacts/schema.ts'
import { closeConversation, takeConversation } from '../conversations/schema.ts'
import { enforceRetention } from '../privacy/retention.ts'
import { eraseContact, setRetention } from '../privacy/schema.ts'
import { aPhone, openShop, work, type Shop } from '../../test/help/ai-agents.ts'
import { openScriptedModel, type ScriptedModel } from '../../test/help/models.ts'
import { openTestServer, type TestServer } from '../../test/help/server.ts'
import * as schema from './schema.ts'

let server: TestServer
let model: ScriptedModel
let asking: Asking
beforeAll(async () => {
  server = await openTestServer()
  model = await openScriptedModel('openai_compatible')
  asking = openAsking((notice) => {
    throw new Error(notice)
  })
})
afterAll(async () => {
  await asking.stop()
  await model.close()
  await server.close()
})

async function closes(shop: Shop): Promise<string> {
  const { id, contact } = await shop.writes(aPhone(), 'It never came, I want my money back')
  await work(server)
  await shop.admin.call(takeConversation, { params: { id } })
  await shop.admin.call(closeConversation, { params: { id }, body: {} })
  while (await analyzeOne(server, asking));
  return contact.id
}

test('it answers nobody; a conversation that closes on its number is read by its model, with its instructions', async () => {
  const shop = await openShop(server, model, { user_facing: false, instructions: 'We call late parcels snails.' })
  await shop.tag('Snail', 'A parcel that came late or never')
  model.answer = ({ text }) => {
    const tag = /tag\\":\\"([\w-]+)\\",\\"name\\":\\"Snail/.exec(text)?.[1]
    return {
      object: { tags: [{ tag, message: 1, quote: 'never came', confidence: 0.95, reason: 'The parcel never came.' }] },
    }
  }
  const contactId = await closes(shop)
  expect(model.requests).toHaveLength(1)
  expect(model.requests[0]!.text).toContain('We call late parcels snails.')
  expect((await shop.admin.call(getContact, { params: { id: contactId } })).active_tags).toMatchObject([
    { tag: { name: 'Snail' }, source: 'ai_auto_close', actor: { name: 'Luna' } },
  ])

  await shop.admin.call(schema.updateAiAgent, {
    params: { id: shop.agent.id },
    body: { ...shop.settings, active: false },
  })
  await closes(shop)
  expect(model.requests).toHaveLength(1)
})

test('its page shows what it read, which tags it put on or not, and when its model failed', async () => {
  const shop = await openShop(server, model, { user_facing: false })
  await shop.tag('Late parcel', 'A parcel that came late or never')
  const page = async () => {
    const params = { id: shop.agent.id }
    const { acts } = await shop.admin.call(schema.listAiAgentActs, { params, query: {} })
    const { figures } = await shop.admin.call(schema.getAiAgent, { params })
    return { acts: acts.map(({ kind, tag, reason }) => [kind, tag?.name ?? reason]).toReversed(), figures }
  }
  model.answer = ({ text }) => {
    const tag = /tag\\":\\"([\w-]+)\\",\\"name\\":\\"Late parcel/.exec(text)?.[1]
    const found = { message: 1, quote: 'never came', confidence: 0.95, reason: 'It never came.' }
    return {
      object: {
        tags: [
          { ...found, tag },
          { ...found, tag: 't_invented' },
        ],
      },
    }
  }
  await closes(shop)
  const first = [
    ['read', null],
    ['refused', null],
    ['tagged', 'Late parcel'],
  ]
  expect(await page()).toMatchObject({ acts: first, figures: { conversations: 1, tagged: 1, failed: 0 } })

  model.answer = () => ({ status: 401, error: 'No such key', type: 'authentication_error' })
  await closes(shop)
  expect(await page()).toMatchObject({
    acts: [...first, ['failed', 'key_refused']],
    figures: { conversations: 2, tagged: 1, failed: 1 },
  })
})

test('what an agent told colleagues goes with the messages that the organization keeps no longer, and with the contact', async () => {
  const shop = await openShop(server, model)
  model.answer = () => ({ calls: [{ name: 'hand_over', input: { summary: 'Wants a cake.' } }], text: 'One moment.' })
  const { id, contact } = await shop.writes(aPhone(), 'A cake please')
  await work(server)
  const told = async () => (await shop.admin.call(schema.listHandOvers, { params: { id } })).hand_overs
  expect(await told()).toMatchObject([{ summary: 'Wants a cake.' }])
  await shop.admin.call(setRetention, { body: { message_days: 30, delivery_days: 30 } })
  await enforceRetention(server.db, new AbortController().signal)
  expect(await told()).toMatchObject([{ summary: 'Wants a cake.' }])
  await server.pool.query(`update ai_agent_acts set at = at - interval '31 days' where conversation_id = $1`, [id])
  await enforceRetention(server.db, new AbortController().signal)
  expect(await told()).toMatchObject([{ summary: null, reason: 'asked_by_model' }])
  await shop.admin.call(eraseContact, { params: { id: contact.id } })
  const { rows } = await server.pool.query('select from ai_agent_acts where conversation_id = $1', [id])
  expect(rows).toEqual([])
})
