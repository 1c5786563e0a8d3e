// What the numbers of the catalog promise: they are those of the assignments, whatever happened and whoever did it at once.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eraseTestContacts } from '../contacts/erasing.ts'
import { mergeContacts, undoMerge } from '../contacts/merging.ts'
import { mergeTags } from '../operations/schema.ts'
import { sighted } from '../../test/help/people.ts'
import { openTestServer, type Person, type TestServer } from '../../test/help/server.ts'
import { addUpCounts } from './counting.ts'
import { changeContactTags, createTag, deleteTags, listTags, restoreTag } from './schema.ts'

let server: TestServer
beforeAll(async () => {
  server = await openTestServer()
})
afterAll(() => server.close())

const put = (person: Person, id: string, change: { add?: string[]; remove?: string[] }) =>
  person.call(changeContactTags, { params: { id }, body: change })

/** What the catalog says, after checking it against the assignments themselves. */
async function counts(person: Person): Promise<Record<string, number>> {
  const { tags } = await person.call(listTags, { query: { status: 'all' } })
  const { rows } = await server.pool.query<{ id: string; count: number }>(
    `select t.id, count(a.id)::int as count from tags t
     left join tag_assignments a on a.org_id = t.org_id and a.tag_id = t.id and a.removed_at is null
     where t.org_id = $1 group by t.id`,
    [person.actor.org_id],
  )
  expect(Object.fromEntries(tags.map((tag) => [tag.id, tag.contact_count]))).toEqual(
    Object.fromEntries(rows.map((row) => [row.id, row.count])),
  )
  return Object.fromEntries(tags.map((tag) => [tag.name, tag.contact_count]))
}

test('the numbers follow tagging, deleting, merging of tags and of contacts, its undo and erasing', async () => {
  const admin = await server.newPerson()
  const [a, b] = [
    await admin.call(createTag, { body: { name: 'A' } }),
    await admin.call(createTag, { body: { name: 'B' } }),
  ]
  const [one, two, played] = [
    await sighted(server, admin),
    await sighted(server, admin),
    await sighted(server, admin, { test: true, wa_id: '4915199999999' }),
  ]
  for (const id of [one, two, played]) await put(admin, id, { add: [a.id, b.id] })
  await put(admin, one, { add: [a.id] })
  expect(await counts(admin)).toEqual({ A: 3, B: 3 })
  await put(admin, one, { remove: [b.id] })
  await put(admin, one, { remove: [b.id] })
  expect(await counts(admin)).toEqual({ A: 3, B: 2 })

  await admin.call(deleteTags, { body: { ids: [a.id] } })
  expect(await counts(admin)).toEqual({ A: 3, B: 2 })
  await admin.call(restoreTag, { params: { id: a.id }, body: {} })

  const mergeId = await server.db.transaction().execute((tx) => mergeContacts(tx, admin.actor, one, two))
  expect(await counts(admin)).toEqual({ A: 2, B: 2 })
  await server.db.transaction().execute((tx) => undoMerge(tx, admin.actor, mergeId))
  expect(await counts(admin)).toEqual({ A: 3, B: 2 })

  await admin.call(mergeTags, { params: { id: a.id }, body: { into: b.id } })
  await server.operate()
  expect(await counts(admin)).toEqual({ A: 0, B: 3 })

  await server.db.transaction().execute((tx) => eraseTestContacts(tx, admin.actor.org_id))
  expect(await counts(admin)).toEqual({ A: 0, B: 2 })
})

test('adding up changes no number, also while many tag at once and two servers add up', async () => {
  const admin = await server.newPerson()
  const tag = await admin.call(createTag, { body: { name: 'Busy' } })
  const ids = []
  for (let n = 0; n < 12; n++) ids.push(await sighted(server, admin))
  await Promise.all([
    ...ids.map(async (id) => {
      await put(admin, id, { add: [tag.id] })
      await put(admin, id, { remove: [tag.id] })
      await put(admin, id, { add: [tag.id] })
    }),
    ...[1, 2, 3, 4].map(() => addUpCounts(server.db)),
  ])
  await put(admin, ids[0]!, { remove: [tag.id] })
  expect(await counts(admin)).toEqual({ Busy: 11 })
  await addUpCounts(server.db)
  expect(await counts(admin)).toEqual({ Busy: 11 })
  const { rows } = await server.pool.query(`select change from tag_counts where org_id = $1`, [admin.actor.org_id])
  expect(rows).toEqual([{ change: 11 }])
})
