// What a person took off, the key of an AI agent puts back by naming what the customer wrote since, and by nothing else.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { changeAiTags, decideSuggestions, listSuggestions } from '../analysis/schema.ts'
import { composeMessage, deletionOf } from '../channels/whatsapp/compose.ts'
import { getContact } from '../contacts/schema.ts'
import { listMessages } from '../conversations/schema.ts'
import { newId } from '../lib/ids.ts'
import { newShop, newTag, write, type Shop } from '../../test/help/closed-talks.ts'
import { openTestServer, type KeyHolder, type Person, type TestServer } from '../../test/help/server.ts'
import { useTool } from '../../test/help/tools.ts'
import { changeTagsOfMany } from './many-schema.ts'
import { changeContactTags } from './schema.ts'

let server: TestServer
beforeAll(async () => {
  server = await openTestServer()
})
afterAll(() => server.close())

const FIRST = 'I have bought here for years'
const SINCE = 'I am moving my whole company to you'

interface Scene {
  shop: Shop
  vip: string
  key: KeyHolder
  contactId: string
  conversationId: string
  from: string
}
let scene: Scene
/** The tag was put on by the key, and taken off by a person. */
beforeEach(async () => {
  const shop = await newShop(server)
  const vip = await newTag(shop.admin, 'VIP')
  await allow(shop, vip, 'apply')
  const key = await server.newKey(shop.admin, { name: 'Assistant', kind: 'ai_agent' })
  scene = { shop, vip, key, ...(await write(server, shop, [FIRST])) }
  await add(key)
  await change(shop.admin, { remove: ['VIP'] })
})

const allow = ({ admin }: Shop, id: string, mode: 'apply' | 'suggest') =>
  admin.call(changeAiTags, { body: { tags: [{ id, mode }] } })
const change = (
  by: Pick<Person, 'call'>,
  body: { add?: string[]; remove?: string[]; evidence?: string },
  id = scene.contactId,
) => by.call(changeContactTags, { params: { id }, body })
const add = (by: Pick<Person, 'call'>, evidence?: string) =>
  change(by, { add: ['VIP'], ...(evidence === undefined ? {} : { evidence }) })
const says = ({ shop, from }: Scene, text: string) => write(server, shop, [text], { from })
/** The id of what was written so, in the conversation. */
const messageOf = async (text: string, { shop, conversationId }: Scene = scene) =>
  (await shop.admin.call(listMessages, { params: { id: conversationId } })).messages.find((each) => each.text === text)!
    .id
const tagsOf = async () =>
  (await scene.shop.admin.call(getContact, { params: { id: scene.contactId } })).active_tags.map(
    ({ tag, source, evidence }) => [tag.name, source, evidence?.quote],
  )
const waiting = async () =>
  (await scene.shop.admin.call(listSuggestions, { query: { contact_id: scene.contactId } })).suggestions
const refusedAs = (reason: string, status: number) => ({ status, problem: { reason } })

test('with the message that the customer wrote since it is put back, and the message is shown beside the tag', async () => {
  await says(scene, SINCE)
  await expect(add(scene.key)).rejects.toMatchObject({
    ...refusedAs('removed_by_person', 403),
    problem: { detail: expect.stringContaining('evidence') as string },
  })
  await expect(add(scene.key, await messageOf(FIRST))).rejects.toMatchObject(refusedAs('removed_by_person', 403))
  const evidence = await messageOf(SINCE)
  expect(await add(scene.key, evidence)).toMatchObject({ added: [{ name: 'VIP' }] })
  expect(await tagsOf()).toEqual([['VIP', 'ai_tool', SINCE]])
  expect(await add(scene.key, evidence)).toMatchObject({ added: [], unchanged: [{ name: 'VIP' }] })
})

describe('is refused, and nothing changes:', () => {
  test('a message of somebody else, of another organization, of nobody, or that was taken back or written by the shop', async () => {
    const stranger = await newShop(server)
    const far = await write(server, stranger, [SINCE])
    const other = await write(server, scene.shop, [SINCE])
    await says(scene, 'I am moving away')
    const takenBack = await messageOf('I am moving away')
    const { rows } = await server.pool.query<{ wa_message_id: string }>(
      'select wa_message_id from messages where id = $1',
      [takenBack],
    )
    const { phoneNumberId, displayPhone } = scene.shop.account
    const number = { phoneNumberId, displayPhone, wabaId: '102290129340398' }
    const message = deletionOf(rows[0]!.wa_message_id)
    await scene.shop.account.deliver(
      composeMessage({ ...number, from: scene.from, name: scene.from, at: new Date(), message }),
    )
    await server.interpret()
    const ours = newId()
    await server.pool.query(
      `insert into messages (org_id, id, contact_id, channel_id, direction, origin, type, text, content, sent_at, received_at, conversation_id)
       select org_id, $2, contact_id, channel_id, 'out', 'sent', 'text', 'Welcome back', '{}', now(), now(), conversation_id
       from messages where id = $1`,
      [takenBack, ours],
    )
    const unusable = [
      await messageOf(SINCE, { ...scene, ...other }),
      await messageOf(SINCE, { ...scene, ...far, shop: stranger }),
      newId(),
      takenBack,
      ours,
    ]
    for (const id of unusable)
      await expect(add(scene.key, id)).rejects.toMatchObject(refusedAs('evidence_unusable', 422))
    expect(await tagsOf()).toEqual([])
  })

  test('a message named for several contacts, or for nothing that is added; of one contact among many it is taken', async () => {
    const other = await write(server, scene.shop, ['good morning'])
    await says(scene, SINCE)
    const evidence = await messageOf(SINCE)
    const many = (contact_ids: string[]) =>
      scene.key.call(changeTagsOfMany, { body: { contact_ids, add: ['VIP'], evidence } })
    await expect(many([scene.contactId, other.contactId])).rejects.toMatchObject(
      refusedAs('evidence_of_one_contact', 422),
    )
    await expect(change(scene.key, { remove: ['VIP'], evidence })).rejects.toMatchObject(
      refusedAs('evidence_for_nothing', 422),
    )
    expect(await tagsOf()).toEqual([])
    expect(await many([scene.contactId])).toMatchObject({ changed: [{ added: [scene.vip] }] })
    expect(await tagsOf()).toEqual([['VIP', 'ai_tool', SINCE]])
  })

  test('a message named by a person or another system, who need none', async () => {
    await says(scene, SINCE)
    const evidence = await messageOf(SINCE)
    for (const by of [scene.shop.admin, scene.shop.agent, await server.newKey(scene.shop.admin)])
      await expect(add(by, evidence)).rejects.toMatchObject(refusedAs('evidence_of_ai_only', 422))
    expect(await tagsOf()).toEqual([])
  })
})

describe('a tag that AIs may only suggest', () => {
  beforeEach(() => allow(scene.shop, scene.vip, 'suggest'))

  test('is suggested by the message, which a person sees and keeps by accepting it', async () => {
    await says(scene, SINCE)
    await expect(add(scene.key)).rejects.toMatchObject(refusedAs('removed_by_person', 403))
    expect(await add(scene.key, await messageOf(SINCE))).toMatchObject({ suggested: [{ name: 'VIP' }] })
    const [one] = await waiting()
    expect(one).toMatchObject({
      source: 'ai_tool',
      conversation_id: scene.conversationId,
      evidence: { quote: SINCE, conversation_id: scene.conversationId },
    })
    await scene.shop.agent.call(decideSuggestions, { body: { accept: [one!.id] } })
    expect(await tagsOf()).toEqual([['VIP', 'manual_agent', SINCE]])
  })

  test('is suggested anew where what was suggested before it was taken off is shown to nobody any more', async () => {
    await says(scene, SINCE)
    await add(scene.key, await messageOf(SINCE))
    await change(scene.shop.admin, { add: ['VIP'] })
    await change(scene.shop.admin, { remove: ['VIP'] })
    expect(await waiting()).toEqual([])
    await says(scene, 'And my brother’s as well')
    expect(await add(scene.key, await messageOf('And my brother’s as well'))).toMatchObject({
      suggested: [{ name: 'VIP' }],
    })
    expect((await waiting()).map(({ evidence }) => evidence?.quote)).toEqual(['And my brother’s as well'])
  })

  test('that was rejected is suggested again by what was written since the rejection only', async () => {
    await says(scene, SINCE)
    const evidence = await messageOf(SINCE)
    await add(scene.key, evidence)
    await scene.shop.agent.call(decideSuggestions, { body: { reject: [(await waiting())[0]!.id] } })
    await says(scene, 'And my brother’s as well')
    await expect(add(scene.key, evidence)).rejects.toMatchObject(refusedAs('suggestion_rejected', 403))
    expect(await add(scene.key, await messageOf('And my brother’s as well'))).toMatchObject({
      suggested: [{ name: 'VIP' }],
    })
  })
})

test('at /mcp the tool takes the message, says so in its input, and can be tried without changing anything', async () => {
  await says(scene, SINCE)
  const call = { contact_ids: [scene.contactId], add: ['VIP'] }
  const use = (input: object) => useTool(server, scene.key.secret, 'tag_contacts', { ...call, ...input })
  expect(await use({})).toMatchObject({ reason: 'removed_by_person' })
  const evidence = await messageOf(SINCE)
  const changed = [{ contact_id: scene.contactId, added: ['VIP'] }]
  expect(await use({ evidence, dry_run: true })).toMatchObject({ dry_run: true, changed })
  expect(await tagsOf()).toEqual([])
  expect(await use({ evidence: await messageOf(FIRST) })).toMatchObject({ reason: 'removed_by_person' })
  expect(await use({ evidence: newId() })).toMatchObject({ reason: 'evidence_unusable' })
  expect(await use({ evidence })).toMatchObject({ changed })
  expect(await tagsOf()).toEqual([['VIP', 'ai_tool', SINCE]])
})
