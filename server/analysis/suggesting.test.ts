// What the key of an AI agent may do with a tag: put it on, only suggest it, or neither. At every door.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { getContact } from '../contacts/schema.ts'
import { previewOperation, startOperation } from '../operations/schema.ts'
import { changeTagsOfMany } from '../tags/many-schema.ts'
import { changeContactTags } from '../tags/schema.ts'
import { sighted } from '../../test/help/people.ts'
import { openTestServer, type Person, type TestServer } from '../../test/help/server.ts'
import { newShop, newTag, talk, write } from '../../test/help/closed-talks.ts'
import { useTool } from '../../test/help/tools.ts'
import { changeAiTags, decideSuggestions, listAiTags, listSuggestions } from './schema.ts'

let server: TestServer
beforeAll(async () => {
  server = await openTestServer()
})
afterAll(() => server.close())

async function scene() {
  const shop = await newShop(server)
  const { admin } = shop
  const ids = {
    apply: await newTag(admin, 'Prospect'),
    suggest: await newTag(admin, 'VIP'),
    off: await newTag(admin, 'Blocked'),
  }
  await admin.call(changeAiTags, {
    body: {
      tags: [
        { id: ids.suggest, mode: 'suggest' },
        { id: ids.off, mode: 'off' },
      ],
    },
  })
  const key = await server.newKey(admin, { name: 'Assistant', kind: 'ai_agent' })
  return { ...shop, ids, key, ...(await write(server, shop, ['hello'])) }
}

const tagsOf = async (person: Person, id: string) =>
  (await person.call(getContact, { params: { id } })).active_tags.map(({ tag }) => tag.name)
const suggestionsFor = async (person: Person, contact_id: string) =>
  (await person.call(listSuggestions, { query: { contact_id } })).suggestions
const names = (tags: readonly { name: string }[]) => tags.map(({ name }) => name)

describe('a tag that AIs may only suggest', () => {
  test('is suggested beside the contact’s conversation, once however often it is asked for, and a person puts it on', async () => {
    const { key, agent, contactId, conversationId } = await scene()
    const ask = () =>
      key.call(changeContactTags, { params: { id: contactId }, body: { add: ['vip', 'Prospect'], remove: [] } })
    const first = await ask()
    expect([first.added, first.suggested, first.unchanged].map(names)).toEqual([['Prospect'], ['VIP'], []])
    const again = await ask()
    expect([again.added, again.suggested, again.unchanged].map(names)).toEqual([[], [], ['Prospect', 'VIP']])
    expect(await tagsOf(agent, contactId)).toEqual(['Prospect'])
    const waiting = await suggestionsFor(agent, contactId)
    expect(waiting).toMatchObject([
      { confidence: null, engine: 'Assistant', source: 'ai_tool', conversation_id: conversationId, evidence: null },
    ])
    await agent.call(decideSuggestions, { body: { accept: [waiting[0]!.id] } })
    const [, vip] = (await agent.call(getContact, { params: { id: contactId } })).active_tags.toSorted((a, b) =>
      a.tag.name < b.tag.name ? -1 : 1,
    )
    expect(vip).toMatchObject({ tag: { name: 'VIP' }, source: 'manual_agent', why: { reason: 'suggestion' } })
  })

  test('rejected by a person, it is refused until the customer writes again', async () => {
    const shop = await scene()
    const { key, admin, contactId, from } = shop
    const ask = () => key.call(changeContactTags, { params: { id: contactId }, body: { add: ['VIP'], remove: [] } })
    await ask()
    await admin.call(decideSuggestions, { body: { reject: [(await suggestionsFor(admin, contactId))[0]!.id] } })
    await expect(ask()).rejects.toMatchObject({
      status: 403,
      problem: { reason: 'suggestion_rejected', detail: expect.stringContaining('“VIP”') as string },
    })
    await server.pool.query(`update suggestions set decided_at = decided_at - interval '5 seconds' where org_id = $1`, [
      admin.actor.org_id,
    ])
    await write(server, shop, ['I have another question'], { from })
    expect(names((await ask()).suggested)).toEqual(['VIP'])
  })

  test('taken off by a person, it is not even suggested', async () => {
    const { key, admin, contactId } = await scene()
    const change = { params: { id: contactId } }
    await admin.call(changeContactTags, { ...change, body: { add: ['VIP'], remove: [] } })
    await admin.call(changeContactTags, { ...change, body: { add: [], remove: ['VIP'] } })
    await expect(key.call(changeContactTags, { ...change, body: { add: ['VIP'], remove: [] } })).rejects.toMatchObject({
      status: 403,
      problem: { reason: 'removed_by_person' },
    })
    expect(await suggestionsFor(admin, contactId)).toEqual([])
  })

  test('for a contact without a conversation it is refused, and none of the others is changed', async () => {
    const { key, admin, contactId } = await scene()
    const silent = await sighted(server, admin, { wa_id: '34600123499', name: '<b>"); drop table tags; --' })
    const body = { contact_ids: [contactId, silent], add: ['VIP', 'Prospect'], remove: [] }
    await expect(key.call(changeTagsOfMany, { body })).rejects.toMatchObject({
      status: 409,
      problem: {
        reason: 'no_conversation_to_suggest',
        data: { contact_id: silent },
        detail: expect.stringContaining('drop table') as string,
      },
    })
    expect(await tagsOf(admin, contactId)).toEqual([])
    expect(await suggestionsFor(admin, contactId)).toEqual([])
  })

  test('for many contacts the answer says on whom it was put and for whom it waits', async () => {
    const shop = await scene()
    const { key, contactId, ids, admin } = shop
    const other = await talk(server, shop, ['good morning'])
    await admin.call(changeContactTags, { params: { id: other.contactId }, body: { add: ['VIP'], remove: [] } })
    const body = { contact_ids: [contactId, other.contactId], add: ['VIP', 'Prospect'], remove: [] }
    expect(await key.call(changeTagsOfMany, { body })).toMatchObject({
      changed: [
        { contact_id: contactId, added: [ids.apply], removed: [], suggested: [ids.suggest] },
        { contact_id: other.contactId, added: [ids.apply], removed: [], suggested: [] },
      ],
      unchanged: 0,
    })
    expect(await key.call(changeTagsOfMany, { body })).toMatchObject({ changed: [], unchanged: 2 })
  })

  test('two calls at once make one suggestion', async () => {
    const { key, admin, contactId } = await scene()
    const ask = () => key.call(changeContactTags, { params: { id: contactId }, body: { add: ['VIP'], remove: [] } })
    const answers = await Promise.all([ask(), ask(), ask()])
    expect(answers.flatMap(({ suggested }) => suggested)).toHaveLength(1)
    expect(await suggestionsFor(admin, contactId)).toHaveLength(1)
  })
})

test('a tag that is off for AIs refuses the whole call, and is named', async () => {
  const { key, admin, contactId } = await scene()
  const body = { add: ['Prospect', 'Blocked'], remove: [] }
  for (const call of [
    () => key.call(changeContactTags, { params: { id: contactId }, body }),
    () => key.call(changeTagsOfMany, { body: { contact_ids: [contactId], ...body } }),
  ])
    await expect(call()).rejects.toMatchObject({
      status: 403,
      problem: { reason: 'tag_off_for_ai', detail: expect.stringContaining('“Blocked”') as string },
    })
  expect(await tagsOf(admin, contactId)).toEqual([])
})

test('a change of all who match a filter only puts on what AIs may put on; the preview says the same', async () => {
  const { key, ids } = await scene()
  const change = (id: string) => ({ body: { filter: {}, add: [id], remove: [] } })
  for (const [id, reason] of [
    [ids.off, 'tag_off_for_ai'],
    [ids.suggest, 'tag_only_suggested'],
  ] as const) {
    await expect(key.call(startOperation, change(id))).rejects.toMatchObject({ status: 403, problem: { reason } })
    await expect(key.call(previewOperation, change(id))).rejects.toMatchObject({ status: 403, problem: { reason } })
  }
  expect(await key.call(startOperation, change(ids.apply))).toMatchObject({ matched: 1 })
})

test('people and other systems are not bound by it', async () => {
  const { admin, agent, contactId } = await scene()
  const system = await server.newKey(admin)
  const change = (add: string[]) => ({ params: { id: contactId }, body: { add, remove: [] } })
  expect(names((await system.call(changeContactTags, change(['Blocked']))).added)).toEqual(['Blocked'])
  expect(names((await agent.call(changeContactTags, change(['VIP']))).added)).toEqual(['VIP'])
})

test('an agent at /mcp reads what it may do with each tag, rehearses it, and is told what waits for a person', async () => {
  const { key, admin, contactId } = await scene()
  const use = (name: string, input: object) => useTool(server, key.secret, name, input)
  const { tags } = (await use('list_tags', {})) as { tags: { name: string; for_ai: string }[] }
  expect(tags.map(({ name, for_ai }) => [name, for_ai])).toEqual([
    ['Blocked', 'off'],
    ['Prospect', 'apply'],
    ['VIP', 'suggest'],
  ])
  expect((await key.call(listAiTags)).tags.map(({ mode }) => mode)).toEqual(['off', 'apply', 'suggest'])
  const change = { contact_ids: [contactId], add: ['VIP'] }
  const changed = [{ contact_id: contactId, added: [], removed: [], suggested: ['VIP'] }]
  expect(await use('tag_contacts', { ...change, dry_run: true })).toEqual({ dry_run: true, changed, unchanged: 0 })
  expect(await suggestionsFor(admin, contactId)).toEqual([])
  expect(await use('tag_contacts', change)).toEqual({ dry_run: false, changed, unchanged: 0 })
  expect(await use('tag_contacts', change)).toEqual({ dry_run: false, changed: [], unchanged: 1 })
  expect(await use('tag_contacts', { ...change, add: ['Blocked'] })).toMatchObject({ reason: 'tag_off_for_ai' })
})
