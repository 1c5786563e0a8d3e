// What a contact carried at some time: by the intervals, through merges, deletions and renames.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { mergeContacts } from '../contacts/merging-schema.ts'
import { newId } from '../lib/ids.ts'
import { sighted } from '../../test/help/people.ts'
import { openTestServer, type TestServer } from '../../test/help/server.ts'
import { listTagsAsOf } from './as-of-schema.ts'
import { createTag, deleteTags, restoreTag, updateTag } from './schema.ts'
import { changeTags } from './tagging.ts'

let server: TestServer
beforeAll(async () => {
  server = await openTestServer()
})
afterAll(() => server.close())

async function openShop() {
  const admin = await server.newPerson()
  const key = await server.newKey(admin)
  const id = await sighted(server, admin)
  const tag = async (name: string) => (await admin.call(createTag, { body: { name } })).id
  const change = (contactId: string, changes: { add?: string[]; remove?: string[]; at: string }) =>
    server.db.transaction().execute((tx) => changeTags(tx, admin.actor, [contactId], changes))
  const asOf = (contactId: string, as_of?: string) =>
    key.call(listTagsAsOf, { params: { id: contactId }, query: { as_of } })
  const namesAt = async (as_of?: string) => (await asOf(id, as_of)).tags.map((each) => each.tag.name)
  return { admin, key, id, tag, change, asOf, namesAt }
}
const [jan, feb, mar, apr] = ['01', '02', '03', '04'].map((month) => `2026-${month}-01T00:00:00.000Z`) as [
  string,
  string,
  string,
  string,
]

test('a tag counts from the instant it was put on until before the one it was taken off, with who and how', async () => {
  const { admin, id, tag, change, asOf, namesAt } = await openShop()
  const [vip, prospect] = [await tag('VIP'), await tag('Prospect')]
  await change(id, { add: [prospect], at: jan })
  await change(id, { add: [vip], remove: [prospect], at: mar })
  await change(id, { add: [prospect], at: apr })
  expect(await namesAt('2025-12-31T23:59:59.999Z')).toEqual([])
  expect(await namesAt(jan)).toEqual(['Prospect'])
  expect(await namesAt('2026-02-28T23:59:59.999Z')).toEqual(['Prospect'])
  expect(await namesAt(mar)).toEqual(['VIP'])
  // The same instant in another zone.
  expect(await namesAt('2026-03-01T01:00:00+01:00')).toEqual(['VIP'])
  expect(await namesAt('2026-03-01T00:59:59.999+01:00')).toEqual(['Prospect'])
  expect(await namesAt()).toEqual(['Prospect', 'VIP'])
  expect(await asOf(id, feb)).toMatchObject({
    as_of: feb,
    tags: [
      {
        tag: { id: prospect, deleted: false },
        source: 'manual_admin',
        added_at: jan,
        removed_at: mar,
        actor: { kind: 'user', id: admin.actor.id },
      },
    ],
  })
})

test('a renamed tag has its name of today, and a deleted one says so, also for times before', async () => {
  const { admin, id, tag, change, asOf } = await openShop()
  const [vip, old] = [await tag('VIP'), await tag('Old')]
  await change(id, { add: [vip, old], at: jan })
  await admin.call(updateTag, { params: { id: vip }, body: { name: 'Gold' } })
  await admin.call(deleteTags, { body: { ids: [old] } })
  const told = (await asOf(id, feb)).tags.map((each) => [each.tag.name, each.tag.deleted, each.removed_at])
  expect(told).toEqual([
    ['Gold', false, null],
    ['Old', true, null],
  ])
})

test('what was carried of a merged tag or contact is the survivor’s, once, from when the older was put on', async () => {
  const { admin, id, tag, change, asOf } = await openShop()
  const [vip, gold] = [await tag('VIP'), await tag('Gold')]
  const other = await sighted(server, admin)
  await change(id, { add: [vip], at: feb })
  await change(id, { add: [gold], at: jan })
  await change(other, { add: [vip], at: jan })
  await admin.call(deleteTags, { body: { ids: [gold] } })
  await admin.call(restoreTag, { params: { id: gold }, body: { merge_into: vip } })
  await server.operate()
  const told = async (at: string) => (await asOf(id, at)).tags.map((each) => [each.tag.name, each.added_at])
  expect(await told(jan)).toEqual([['VIP', jan]])
  await admin.call(mergeContacts, { params: { id }, body: { merged_id: other } })
  expect(await told(mar)).toEqual([['VIP', jan]])
})

test('a time to come, no time, and a contact of nobody or of others are refused', async () => {
  const { id, asOf, key } = await openShop()
  const theirs = await openShop()
  const reasonOf = (call: Promise<unknown>) =>
    call.then(
      () => 'taken',
      (error: { problem: { reason?: string } }) => error.problem.reason,
    )
  expect(await reasonOf(asOf(id, new Date(Date.now() + 60_000).toISOString()))).toBe('time_future')
  expect(await reasonOf(asOf(newId()))).toBe('contact_missing')
  expect(await reasonOf(theirs.asOf(id))).toBe('contact_missing')
  for (const as_of of [
    'yesterday',
    '2026-03-01',
    '2026-03-01T09:30:00',
    '0000-01-01T00:00:00Z',
    '2026-02-30T00:00:00Z',
  ])
    expect(await reasonOf(key.call(listTagsAsOf, { params: { id }, query: { as_of } }))).toBe('input_invalid')
})
