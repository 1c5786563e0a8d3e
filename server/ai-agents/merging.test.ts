// Conversations that an AI agent has, or had, when their contacts turn out to be one person.
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { mergeContacts, undoMerge } from '../contacts/merging.ts'
import { getContact } from '../contacts/schema.ts'
import {
  closeConversation,
  getConversation,
  giveBackConversation,
  takeConversation,
  type Conversation,
} from '../conversations/schema.ts'
import { AT_ONCE, aPhone, numberOf, openShop, withTags, work, type Shop } from '../../test/help/ai-agents.ts'
import { openScriptedModel, type ScriptedModel } from '../../test/help/models.ts'
import { openTestServer, type TestServer } from '../../test/help/server.ts'
import { listAiAgentActs, listHandOvers } from './schema.ts'
import { answerDue } from './turns.ts'

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

const merge = (shop: Shop, into: Conversation, from: Conversation) =>
  server.db.transaction().execute((tx) => mergeContacts(tx, shop.admin.actor, into.contact.id, from.contact.id))

/** An AI agent passes it over until it is left to anyone. */
const setAside = (id: string, aside: boolean) =>
  server.pool.query('update conversations set people_only = $2 where id = $1', [id, aside])

/** One that no agent has taken yet, in which the customer wrote before what stands in the other one, which one has. */
async function waitingAndHad(shop: Shop) {
  const waiting = await shop.writes(aPhone(), 'Is there a table for ten?')
  await setAside(waiting.id, true)
  const had = await shop.writes(aPhone(), 'Hello')
  return { waiting, had }
}

const textsOf = (request: { text: string } | undefined) => request?.text ?? ''
const lookAt = (shop: Shop, id: string) => shop.admin.call(getConversation, { params: { id } })

test('what the other contact had asked before is answered, once', async () => {
  model.answer = () => ({ text: 'Yes.' })
  const shop = await openShop(server, model)
  const { waiting, had } = await waitingAndHad(shop)
  await work(server)
  expect(model.requests).toHaveLength(1)
  await setAside(waiting.id, false)
  await merge(shop, had, waiting)
  await work(server)
  expect(model.requests).toHaveLength(2)
  expect(textsOf(model.requests[1])).toContain('a table for ten')
  expect(await lookAt(shop, had.id)).toMatchObject({ unread_count: 0, waiting_since: null })
  await work(server)
  expect(model.requests).toHaveLength(2)
})

test('what the other contact had asked before, and what a merge brings while the model thinks, is not answered unseen', async () => {
  const shop = await openShop(server, model)
  const { waiting, had } = await waitingAndHad(shop)
  let asked = 0
  model.answer = async () => {
    if (asked++ === 0) {
      await setAside(waiting.id, false)
      await merge(shop, had, waiting)
    }
    return { text: `Answer ${asked}` }
  }
  await work(server)
  expect(asked).toBe(2)
  expect(textsOf(model.requests[1])).toContain('a table for ten')
  expect((await shop.said(had.id)).flatMap(({ direction, text }) => (direction === 'out' ? [text] : []))).toEqual([
    'Answer 2',
  ])
})

test('what has an earlier id than what was read, by another server’s clock, goes to people and not round and round', async () => {
  model.answer = () => ({ text: 'Yes.' })
  const shop = await openShop(server, model)
  const { id } = await shop.writes(aPhone(), 'Hello')
  await work(server)
  await server.pool.query('update conversations set unread_count = 1 where id = $1', [id])
  await work(server)
  expect(await lookAt(shop, id)).toMatchObject({ status: 'pending', agent: null, unread_count: 1 })
  await work(server)
  expect(await lookAt(shop, id)).toMatchObject({ status: 'pending', agent: null })
  expect(model.requests).toHaveLength(1)
})

test('what another server has answered since it was found due stays with the agent', async () => {
  const shop = await openShop(server, model)
  const { id } = await shop.writes(aPhone(), 'Hello')
  await work(server)
  await answerDue(server, { org_id: shop.admin.actor.org_id, conversation_id: id }, AT_ONCE)
  expect(await lookAt(shop, id)).toMatchObject({ status: 'active', agent: { ai: true }, unread_count: 0 })
  expect(model.requests).toHaveLength(1)
})

test('no AI agent answers whom a person has, or whom one is to answer', async () => {
  for (const handedOver of [false, true]) {
    model.answer = () => ({ text: 'Yes.' })
    const shop = await openShop(server, model)
    const { waiting, had } = await waitingAndHad(shop)
    await work(server)
    const asked = model.requests.length
    const params = { id: waiting.id }
    await shop.person.call(takeConversation, { params })
    if (handedOver) await shop.person.call(giveBackConversation, { params })
    const id = await merge(shop, had, waiting)
    await work(server)
    expect(model.requests).toHaveLength(asked)
    expect(await lookAt(shop, had.id)).toMatchObject({
      status: handedOver ? 'pending' : 'active',
      agent: handedOver ? null : { id: shop.person.actor.id },
    })
    await server.db.transaction().execute((tx) => undoMerge(tx, shop.admin.actor, id))
    await work(server)
    expect(await lookAt(shop, waiting.id)).toMatchObject({ agent: handedOver ? null : { id: shop.person.actor.id } })
    await shop.writes(had.contact.phone!, 'Are you there?')
    await work(server)
    expect(await lookAt(shop, had.id)).toMatchObject({ agent: { name: 'Luna', ai: true }, unread_count: 0 })
  }
})

test('what an agent did, told colleagues and was answered stays with the conversation, and goes back with it', async () => {
  model.answer = () => ({ text: 'Yes.' })
  const shop = await openShop(server, model)
  const had = await shop.writes(aPhone(), 'Hello')
  const from = await shop.writes(aPhone(), 'This is a complaint')
  await work(server)
  const also = await shop.writes(aPhone(), 'Hi')
  await work(server)
  const acts = async () =>
    (await shop.admin.call(listAiAgentActs, { params: { id: shop.agent.id }, query: {} })).acts.map(
      ({ id, kind, conversation_id: where }) => ({ id, kind, where }),
    )
  const exchanges = async () =>
    (
      await server.pool.query(
        `select x.call_id, x.conversation_id as where from model_exchanges x join model_calls c on c.id = x.call_id
        where x.org_id = $1 and c.conversation_id = x.conversation_id order by call_id`,
        [shop.admin.actor.org_id],
      )
    ).rows as { where: string }[]
  const before = [await acts(), await exchanges()]
  expect(before.map(({ length }) => length)).toEqual([6, 2])
  const first = await merge(shop, had, from)
  const second = await merge(shop, had, also)
  const movedTo = (rows: { where: string }[]) =>
    rows.map((row) => ([from.id, also.id].includes(row.where) ? { ...row, where: had.id } : row))
  expect([await acts(), await exchanges()]).toEqual(before.map(movedTo))
  expect((await shop.admin.call(listHandOvers, { params: { id: had.id } })).hand_overs).toHaveLength(1)
  for (const id of [second, first]) await server.db.transaction().execute((tx) => undoMerge(tx, shop.admin.actor, id))
  expect([await acts(), await exchanges()]).toEqual(before)
})

test('a contact that is merged into another while the model thinks is answered, and tagged, as the other', async () => {
  const shop = await openShop(server, model)
  const booking = await shop.tag('Table booking', 'Customer wants to book a table')
  const other = await shop.writes(aPhone(), 'Hello')
  await setAside(other.id, true)
  await shop.admin.call(takeConversation, { params: { id: other.id } })
  await shop.admin.call(closeConversation, { params: { id: other.id }, body: {} })
  const asking = await shop.writes(aPhone(), 'I would like to book a table')
  let merged = false
  const answer = withTags(
    (tags, request) => [
      {
        name: 'add_tag',
        input: {
          message: numberOf(request, 'book a table'),
          quote: 'book a table',
          reason: 'Wants a table.',
          confidence: 0.9,
          tag_id: tags.get('Table booking'),
        },
      },
    ],
    'For when?',
  )
  model.answer = async (request) => {
    if (!merged) {
      merged = true
      await merge(shop, other, asking)
    }
    return answer(request)
  }
  await work(server)
  expect((await shop.said(asking.id)).map(({ text }) => text)).toContain('For when?')
  const contact = await shop.admin.call(getContact, { params: { id: other.contact.id } })
  expect(contact.active_tags.map(({ tag }) => tag.id)).toEqual([booking])
})
