// The figures of how well AIs tag say what became of each tag that one put on or suggested, and nothing of anybody else's.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { mergeContacts } from '../contacts/merging.ts'
import { mergeTags } from '../operations/schema.ts'
import { changeContactTags, deleteTags, restoreTag } from '../tags/schema.ts'
import { openTestServer, type TestServer } from '../../test/help/server.ts'
import { newShop, newTag, talk } from '../../test/help/closed-talks.ts'
import { analyzeOne } from './analyzing.ts'
import { getTagQuality, listTagOverlaps, QUALITY_WEEKS } from './quality-schema.ts'
import { changeAiTags, decideSuggestions, listSuggestions } from './schema.ts'

let server: TestServer
beforeAll(async () => {
  server = await openTestServer()
})
afterAll(() => server.close())

const analyze = async () => {
  while (await analyzeOne(server, server.classifier));
}
const WANTS_TABLE = 'I would like to book a table for two'
const WANTS_MONEY = 'I want my money back, please refund me'

async function scene() {
  const shop = await newShop(server)
  const booking = await newTag(shop.admin, 'Table booking', 'Customer wants to book or reserve a table')
  const refund = await newTag(shop.admin, 'Refund', 'Customer wants their money back')
  const key = await server.newKey(shop.admin, { name: 'Assistant', kind: 'ai_agent' })
  const change = (id: string, add: string[], remove: string[]) =>
    shop.agent.call(changeContactTags, { params: { id }, body: { add, remove } })
  return { ...shop, shop, booking, refund, key, change }
}

test('put on, kept, taken off; suggested, accepted, rejected: each under the tag and the AI that did it', async () => {
  const { shop, admin, agent, booking, refund, key, change } = await scene()
  const talks = [
    await talk(server, shop, [WANTS_TABLE]),
    await talk(server, shop, [WANTS_TABLE]),
    await talk(server, shop, [WANTS_TABLE]),
  ]
  await analyze()
  await change(talks[0]!.contactId, [], [booking])
  await admin.call(changeAiTags, { body: { tags: [{ id: refund, mode: 'suggest' }] } })
  const asking = [await talk(server, shop, [WANTS_MONEY]), await talk(server, shop, [WANTS_MONEY])]
  await analyze()
  for (const [i, { contactId }] of asking.entries()) {
    const [suggestion] = (await agent.call(listSuggestions, { query: { contact_id: contactId } })).suggestions
    await agent.call(decideSuggestions, { body: { [i === 0 ? 'accept' : 'reject']: [suggestion!.id] } })
  }
  await key.call(changeContactTags, { params: { id: asking[0]!.contactId }, body: { add: [booking], remove: [] } })
  await key.call(changeContactTags, { params: { id: asking[0]!.contactId }, body: { add: [], remove: [booking] } })
  // People's own tags are nobody's to judge.
  await change(talks[0]!.contactId, [refund], [])
  const { tags } = await admin.call(getTagQuality)
  const rows = tags.map(({ tag, source, mode, weeks: _, ...counts }) => [tag.name, source, mode, counts])
  expect(rows).toEqual([
    [
      'Table booking',
      'ai_auto_close',
      'apply',
      { applied: 3, kept: 2, removed: 1, suggested: 0, accepted: 0, rejected: 0 },
    ],
    ['Refund', 'ai_auto_close', 'suggest', { applied: 0, kept: 0, removed: 0, suggested: 2, accepted: 1, rejected: 1 }],
    // What an AI takes off again by itself was not taken off by a person.
    ['Table booking', 'ai_tool', 'apply', { applied: 1, kept: 0, removed: 0, suggested: 0, accepted: 0, rejected: 0 }],
  ])
})

test('each week has its own, and what is older than twelve weeks is not there', async () => {
  const { shop, admin } = await scene()
  const ages = [0, 8, 30, 83, 85]
  for (const days of ages) {
    const { contactId } = await talk(server, shop, [WANTS_TABLE])
    await analyze()
    await server.pool.query(
      `update tag_assignments set added_at = added_at - make_interval(days => $2) where contact_id = $1`,
      [contactId, days],
    )
  }
  const [row] = (await admin.call(getTagQuality)).tags
  expect(row!.weeks).toHaveLength(QUALITY_WEEKS)
  expect(row!.weeks.map(({ applied }) => applied)).toEqual([1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 1])
  expect(row!.applied).toBe(4)
})

test('what ended because two contacts were merged counts as neither kept nor taken off', async () => {
  const { shop, admin } = await scene()
  const a = await talk(server, shop, [WANTS_TABLE])
  const b = await talk(server, shop, [WANTS_TABLE])
  await analyze()
  await server.db.transaction().execute((tx) => mergeContacts(tx, admin.actor, a.contactId, b.contactId))
  expect((await admin.call(getTagQuality)).tags).toMatchObject([{ applied: 2, kept: 1, removed: 0 }])
})

test('tags are confused when people take one of an AI off, or reject it, and put another on within a day', async () => {
  const { shop, admin, agent, booking, refund, change } = await scene()
  const talks = []
  for (let n = 0; n < 3; n++) talks.push(await talk(server, shop, [WANTS_TABLE]))
  await analyze()
  for (const { contactId } of talks) await change(contactId, [refund], [booking])
  await server.pool.query(
    `update tag_assignments set added_at = added_at - interval '3 days' where contact_id = $1 and tag_id = $2`,
    [talks[2]!.contactId, refund],
  )
  await admin.call(changeAiTags, { body: { tags: [{ id: booking, mode: 'suggest' }] } })
  const { contactId } = await talk(server, shop, [WANTS_TABLE])
  await analyze()
  const [suggestion] = (await agent.call(listSuggestions, { query: { contact_id: contactId } })).suggestions
  await agent.call(decideSuggestions, { body: { reject: [suggestion!.id] } })
  await change(contactId, [refund], [])
  const { confused } = await admin.call(getTagQuality)
  expect(confused).toMatchObject([{ taken_off: { name: 'Table booking' }, put_on: { name: 'Refund' }, times: 3 }])
})

test('a tag that was deleted since is shown as deleted', async () => {
  const { shop, admin, booking } = await scene()
  await talk(server, shop, [WANTS_TABLE])
  await analyze()
  await admin.call(deleteTags, { body: { ids: [booking] } })
  expect((await admin.call(getTagQuality)).tags).toMatchObject([
    { tag: { name: 'Table booking', deleted: true }, kept: 1 },
  ])
})

test('a tag that was merged counts for its survivor, for each AI apart and once, while its assignments move and after', async () => {
  const { shop, admin, agent, booking, key, change } = await scene()
  const into = await newTag(admin, 'Reservations')
  const byKey = (id: string, add: string[]) =>
    key.call(changeContactTags, { params: { id }, body: { add, remove: [] } })
  const talks = []
  for (let n = 0; n < 3; n++) talks.push(await talk(server, shop, [WANTS_TABLE]))
  await analyze()
  const [, both, off] = talks.map(({ contactId }) => contactId)
  await byKey(both!, [into])
  await change(off!, [], [booking])
  await admin.call(changeAiTags, { body: { tags: [booking, into].map((id) => ({ id, mode: 'suggest' as const })) } })
  const asking = [await talk(server, shop, [WANTS_TABLE]), await talk(server, shop, [WANTS_TABLE])]
  await analyze()
  await byKey(asking[0]!.contactId, [into])
  for (const [i, { contactId }] of asking.entries()) {
    const [suggestion] = (await agent.call(listSuggestions, { query: { contact_id: contactId } })).suggestions.filter(
      ({ source }) => source === 'ai_auto_close',
    )
    await agent.call(decideSuggestions, { body: { [i === 0 ? 'accept' : 'reject']: [suggestion!.id] } })
  }
  const counts = async () =>
    (await admin.call(getTagQuality)).tags.map(({ tag, source, weeks: _, mode: __, ...each }) => [
      tag.name,
      tag.deleted,
      source,
      each,
    ])
  expect(new Set((await counts()).map(([name]) => name))).toEqual(new Set(['Table booking', 'Reservations']))
  await admin.call(mergeTags, { params: { id: booking }, body: { into } })
  const all = (kept: number) => [
    [
      'Reservations',
      false,
      'ai_auto_close',
      { applied: 3, kept: 2, removed: 1, suggested: 2, accepted: 1, rejected: 1 },
    ],
    ['Reservations', false, 'ai_tool', { applied: 1, kept, removed: 0, suggested: 1, accepted: 0, rejected: 0 }],
  ]
  expect(await counts()).toEqual(all(1))
  await server.operate()
  // Of the contact that carried both, the older stays; the other was neither kept nor taken off.
  expect(await counts()).toEqual(all(0))
  await admin.call(deleteTags, { body: { ids: [into] } })
  expect((await counts()).map(([name, deleted]) => [name, deleted])).toEqual([
    ['Reservations', true],
    ['Reservations', true],
  ])
  await admin.call(restoreTag, { params: { id: into }, body: {} })
  expect(await counts()).toEqual(all(0))
})

test('a tag is not confused with the one that it was merged into', async () => {
  const { shop, admin, agent, booking, refund, change } = await scene()
  const into = await newTag(admin, 'Reservations')
  await admin.call(changeAiTags, { body: { tags: [{ id: booking, mode: 'suggest' }] } })
  const { contactId } = await talk(server, shop, [WANTS_TABLE])
  await analyze()
  const [suggestion] = (await agent.call(listSuggestions, { query: { contact_id: contactId } })).suggestions
  await agent.call(decideSuggestions, { body: { reject: [suggestion!.id] } })
  await change(contactId, [into, refund], [])
  const pairs = async () =>
    (await admin.call(getTagQuality)).confused.map(({ taken_off, put_on, times }) => [
      taken_off.name,
      put_on.name,
      times,
    ])
  expect(await pairs()).toHaveLength(2)
  await admin.call(mergeTags, { params: { id: booking }, body: { into } })
  expect(await pairs()).toEqual([['Reservations', 'Refund', 1]])
  await server.operate()
  expect(await pairs()).toEqual([['Reservations', 'Refund', 1]])
})

test('tags whose names or descriptions are alike are named, and no others', async () => {
  const { admin } = await scene()
  await newTag(admin, 'Money back', 'Customer asks for a refund of what they paid')
  await newTag(admin, 'Job application', 'Somebody wants to work for us')
  const { overlaps, compared, all } = await admin.call(listTagOverlaps)
  expect(overlaps.map(({ tags }) => tags.map(({ name }) => name).toSorted())).toEqual([['Money back', 'Refund']])
  expect(overlaps[0]!.meaning).toBeGreaterThan(0.8)
  expect([compared, all]).toEqual([4, 4])
})

test('an organization sees its own figures, an empty one none, and an agent none at all', async () => {
  const { shop, admin, agent } = await scene()
  await talk(server, shop, [WANTS_TABLE])
  await analyze()
  const stranger = await server.newPerson()
  expect(await stranger.call(getTagQuality)).toMatchObject({ tags: [], confused: [] })
  expect(await stranger.call(listTagOverlaps)).toEqual({ overlaps: [], compared: 0, all: 0 })
  expect((await admin.call(getTagQuality)).tags).toHaveLength(1)
  for (const route of [getTagQuality, listTagOverlaps])
    await expect(agent.call(route)).rejects.toMatchObject({ status: 403 })
})
