// What the catalog promises: renaming reaches everybody, deleting loses nothing, restoring brings all back.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { countContacts, exportContacts, getContact, listContacts } from '../contacts/schema.ts'
import { sighted } from '../../test/help/people.ts'
import { openTestServer, type Person, type TestServer } from '../../test/help/server.ts'
import { changeContactTags, createTag, deleteTags, listTagChanges, listTags, restoreTag, updateTag } from './schema.ts'
import { restoreTags } from './restoring-schema.ts'
import { mergeTags, previewMerge } from '../operations/schema.ts'

let server: TestServer
beforeAll(async () => {
  server = await openTestServer()
})
afterAll(() => server.close())

const put = (person: Person, id: string, change: { add?: string[]; remove?: string[] }) =>
  person.call(changeContactTags, { params: { id }, body: change })

test('a renamed tag shows its new name, description and color on every contact at once', async () => {
  const admin = await server.newPerson()
  const contactId = await sighted(server, admin)
  const tag = await admin.call(createTag, { body: { name: 'Vip', color: 'red' } })
  await put(admin, contactId, { add: [tag.id] })
  const updated = await admin.call(updateTag, {
    params: { id: tag.id },
    body: { name: 'VIP', color: null, description: 'Buys a lot.' },
  })
  expect(updated).toMatchObject({ name: 'VIP', color: null, description: 'Buys a lot.', contact_count: 1 })
  const [contact] = (await admin.call(listContacts, {})).contacts
  expect(contact!.tags).toEqual([{ id: tag.id, name: 'VIP', color: null, deleted: false }])
})

test('fifty family emoji are a name; of what is put together of still more parts it is said that it is', async () => {
  const admin = await server.newPerson()
  const families = '👨‍👩‍👧‍👦'.repeat(50)
  const { id } = await admin.call(createTag, { body: { name: families, description: '👨‍👩‍👧‍👦'.repeat(500) } })
  const contactId = await sighted(server, admin)
  await put(admin, contactId, { add: [families] })
  expect((await admin.call(getContact, { params: { id: contactId } })).active_tags).toMatchObject([{ tag: { id } }])
  const refused = (body: { name: string; description?: string }, reason: string) =>
    expect(admin.call(createTag, { body })).rejects.toMatchObject({ problem: { reason } })
  await refused({ name: `${families}!` }, 'too_long')
  await refused({ name: `e${'\u0301'.repeat(501)}` }, 'too_intricate')
  await refused({ name: 'x', description: `e${'\u0301'.repeat(5001)}` }, 'too_intricate')
  await refused({ name: 'x'.repeat(5000) }, 'too_long')
})

test('a name that another tag bears is refused, and of two people who take it at once one gets it', async () => {
  const admin = await server.newPerson()
  const [a, b] = await Promise.all(['A', 'B'].map((name) => admin.call(createTag, { body: { name } })))
  await expect(admin.call(updateTag, { params: { id: a!.id }, body: { name: ' b ' } })).rejects.toMatchObject({
    status: 409,
    problem: { reason: 'name_taken', field: 'name', data: { tag_id: b!.id } },
  })
  await admin.call(updateTag, { params: { id: a!.id }, body: { name: 'a' } })
  const attempts = await Promise.allSettled([
    admin.call(updateTag, { params: { id: a!.id }, body: { name: 'C' } }),
    admin.call(updateTag, { params: { id: b!.id }, body: { name: 'c' } }),
    admin.call(createTag, { body: { name: 'C' } }),
  ])
  expect(attempts.filter((attempt) => attempt.status === 'fulfilled')).toHaveLength(1)
  for (const attempt of attempts)
    if (attempt.status === 'rejected') expect(attempt.reason).toMatchObject({ status: 409 })
})

test('a deleted tag counts nowhere, stays visible as deleted, cannot be put on or taken off, and restoring brings it back', async () => {
  const admin = await server.newPerson()
  const contactId = await sighted(server, admin)
  const [gone, stays] = await Promise.all(['Gone', 'Stays'].map((name) => admin.call(createTag, { body: { name } })))
  await put(admin, contactId, { add: [gone!.id, stays!.id] })
  expect(await admin.call(deleteTags, { body: { ids: [gone!.id, gone!.id] } })).toEqual({ deleted: [gone!.id] })
  expect(await admin.call(deleteTags, { body: { ids: [gone!.id] } })).toEqual({ deleted: [] })

  const names = async (status: 'active' | 'deleted' | 'all') =>
    (await admin.call(listTags, { query: { status } })).tags.map((tag) => tag.name)
  expect([await names('active'), await names('deleted'), await names('all')]).toEqual([
    ['Stays'],
    ['Gone'],
    ['Gone', 'Stays'],
  ])
  const [listed] = (await admin.call(listContacts, {})).contacts
  expect(listed!.tags.map((tag) => [tag.name, tag.deleted])).toEqual([
    ['Stays', false],
    ['Gone', true],
  ])
  const contact = await admin.call(getContact, { params: { id: contactId } })
  expect(contact.active_tags.map((each) => each.tag.name)).toEqual(['Stays'])
  expect(contact.historical_tags).toMatchObject([{ tag: { name: 'Gone' }, removable: false, source: 'manual_admin' }])
  expect(await admin.call(countContacts, { query: { any_tags: gone!.id } })).toEqual({ count: 0 })
  expect(await admin.call(exportContacts, {})).not.toContain('Gone')
  for (const change of [{ add: [gone!.id] }, { remove: [gone!.id] }]) {
    await expect(put(admin, contactId, change)).rejects.toMatchObject({
      status: 422,
      problem: { reason: 'tag_deleted' },
    })
  }
  await expect(admin.call(updateTag, { params: { id: gone!.id }, body: { name: 'Other' } })).rejects.toMatchObject({
    status: 409,
  })

  expect(await admin.call(restoreTag, { params: { id: gone!.id }, body: {} })).toMatchObject({
    deleted_at: null,
    contact_count: 1,
  })
  expect(await admin.call(countContacts, { query: { any_tags: gone!.id } })).toEqual({ count: 1 })
  expect((await admin.call(getContact, { params: { id: contactId } })).historical_tags).toEqual([])
})

test('restoring a tag whose name was taken meanwhile asks for another name', async () => {
  const admin = await server.newPerson()
  const old = await admin.call(createTag, { body: { name: 'Refund' } })
  await admin.call(deleteTags, { body: { ids: [old.id] } })
  const young = await admin.call(createTag, { body: { name: 'refund' } })
  await expect(admin.call(restoreTag, { params: { id: old.id }, body: {} })).rejects.toMatchObject({
    status: 409,
    problem: { reason: 'name_taken', field: 'new_name', data: { tag_id: young.id } },
  })
  expect(await admin.call(restoreTag, { params: { id: old.id }, body: { new_name: 'Refund (old)' } })).toMatchObject({
    name: 'Refund (old)',
    deleted_at: null,
  })
})

test('deleting several is all or none, and another organization’s tag is not there', async () => {
  const admin = await server.newPerson()
  const stranger = await server.newPerson()
  const [mine, theirs] = [
    await admin.call(createTag, { body: { name: 'Mine' } }),
    await stranger.call(createTag, { body: { name: 'Theirs' } }),
  ]
  await expect(admin.call(deleteTags, { body: { ids: [mine.id, theirs.id] } })).rejects.toMatchObject({ status: 404 })
  expect((await admin.call(listTags, {})).tags).toHaveLength(1)
  await expect(admin.call(updateTag, { params: { id: theirs.id }, body: { name: 'x' } })).rejects.toMatchObject({
    status: 404,
  })
  await expect(admin.call(restoreTag, { params: { id: theirs.id }, body: {} })).rejects.toMatchObject({ status: 404 })
})

test('a new tag under the name of a deleted one is created and names it; asked to, it is refused until somebody decides', async () => {
  const admin = await server.newPerson()
  const contactId = await sighted(server, admin)
  const old = await admin.call(createTag, { body: { name: 'Refund', if_deleted: 'refuse' } })
  expect(old.deleted_namesake).toBe(null)
  await put(admin, contactId, { add: [old.id] })
  await admin.call(deleteTags, { body: { ids: [old.id] } })
  await expect(admin.call(createTag, { body: { name: ' refund ', if_deleted: 'refuse' } })).rejects.toMatchObject({
    status: 409,
    problem: {
      reason: 'name_deleted',
      field: 'name',
      data: { tag: { id: old.id, name: 'Refund', contact_count: 1, merged_into: null } },
    },
  })
  const young = await admin.call(createTag, { body: { name: 'refund' } })
  expect(young).toMatchObject({ name: 'refund', deleted_at: null, deleted_namesake: { id: old.id, name: 'Refund' } })
  await expect(admin.call(createTag, { body: { name: 'REFUND', if_deleted: 'refuse' } })).rejects.toMatchObject({
    status: 409,
    problem: { reason: 'name_taken' },
  })

  // One that was merged is named when no other is left to restore.
  const other = await admin.call(createTag, { body: { name: 'Claim' } })
  await admin.call(mergeTags, { params: { id: other.id }, body: { into: young.id } })
  await expect(admin.call(createTag, { body: { name: 'claim', if_deleted: 'refuse' } })).rejects.toMatchObject({
    problem: { reason: 'name_deleted', data: { tag: { merged_into: { name: 'refund' } } } },
  })
})

test('of two who change the same field at once the second is told what it is now; of different fields both are kept', async () => {
  const ana = await server.newPerson()
  const ben = await server.newPerson('admin', ana.actor.org_id)
  const seen = await ana.call(createTag, { body: { name: 'Vip', description: 'Buys a lot.', color: 'red' } })
  const expected = { name: seen.name, description: seen.description, color: seen.color }
  const change = (person: Person, body: { name?: string; description?: string; color?: 'blue' | 'red' | null }) =>
    person.call(updateTag, { params: { id: seen.id }, body: { ...body, expected } })

  const attempts = await Promise.allSettled([change(ana, { name: 'VIPs' }), change(ben, { name: 'V.I.P.' })])
  expect(attempts.map((attempt) => attempt.status).toSorted()).toEqual(['fulfilled', 'rejected'])
  const [first, second] = attempts[0].status === 'fulfilled' ? [ana, ben] : [ben, ana]
  const now = first === ana ? 'VIPs' : 'V.I.P.'
  await expect(change(second, { name: 'Other', color: 'blue' })).rejects.toMatchObject({
    status: 409,
    problem: {
      reason: 'changed_meanwhile',
      field: 'name',
      data: { fields: ['name'], tag: { name: now, description: 'Buys a lot.', color: 'red' }, by: first.actor.name },
    },
  })
  expect(await change(second, { color: 'blue' })).toMatchObject({ name: now, color: 'blue' })
  expect(await change(first, { description: 'Buys often.' })).toMatchObject({
    name: now,
    description: 'Buys often.',
    color: 'blue',
  })
  // What somebody else has set to the very same is no conflict; what the caller has seen is overwritten.
  expect(await change(second, { name: now })).toMatchObject({ name: now })
  expect(
    await second.call(updateTag, { params: { id: seen.id }, body: { name: 'Other', expected: { name: now } } }),
  ).toMatchObject({ name: 'Other', color: 'blue' })
  // The one who changed the field in question is named, not the last one to change anything.
  await expect(change(first, { color: null })).rejects.toMatchObject({
    problem: { field: 'color', data: { by: second.actor.name } },
  })
})

test('changing a tag that was deleted or merged meanwhile is refused, and changes nothing', async () => {
  const admin = await server.newPerson()
  const [gone, merged, into] = [
    await admin.call(createTag, { body: { name: 'Gone' } }),
    await admin.call(createTag, { body: { name: 'Merged' } }),
    await admin.call(createTag, { body: { name: 'Into' } }),
  ]
  await admin.call(deleteTags, { body: { ids: [gone.id] } })
  await admin.call(mergeTags, { params: { id: merged.id }, body: { into: into.id } })
  await expect(admin.call(updateTag, { params: { id: gone.id }, body: { name: 'x' } })).rejects.toMatchObject({
    status: 409,
    problem: { reason: 'tag_deleted' },
  })
  await expect(admin.call(updateTag, { params: { id: merged.id }, body: { name: 'x' } })).rejects.toMatchObject({
    status: 409,
    problem: { reason: 'tag_merged', data: { tag_id: into.id } },
  })
  expect((await admin.call(listTags, { query: { status: 'all' } })).tags.map((tag) => tag.name)).toEqual([
    'Gone',
    'Into',
    'Merged',
  ])
})

test('deleting two thousand tags and restoring those that can be is one call each; who cannot is named with the reason', async () => {
  const admin = await server.newPerson()
  const { rows } = await server.pool.query<{ id: string }>(
    `insert into tags (org_id, id, name, name_key) select $1, gen_random_uuid(), 'T' || n, 't' || n from generate_series(1, 2000) n returning id`,
    [admin.actor.org_id],
  )
  const ids = rows.map((row) => row.id)
  expect((await admin.call(deleteTags, { body: { ids } })).deleted).toHaveLength(2000)
  const taken = await admin.call(createTag, { body: { name: 't5' } })
  const merged = await admin.call(createTag, { body: { name: 'Merged' } })
  await admin.call(mergeTags, { params: { id: merged.id }, body: { into: taken.id } })
  // Two deleted tags of one name: the one deleted last comes back.
  const older = await admin.call(createTag, { body: { name: 't7' } })
  await admin.call(deleteTags, { body: { ids: [older.id] } })

  const { restored, refused } = await admin.call(restoreTags, {
    body: { ids: [...ids, merged.id, older.id, taken.id] },
  })
  expect(restored).toHaveLength(2000)
  expect(restored).toContain(older.id)
  expect(restored).toContain(taken.id)
  expect(
    refused.map((each) => `${each.tag.name} ${each.reason} ${each.by.name} ${each.by.deleted}`).toSorted(),
  ).toEqual(['Merged tag_merged t5 false', 'T5 name_taken t5 false', 'T7 name_taken t7 false'])
  expect((await admin.call(listTags, {})).tags).toHaveLength(2000)
  const events = await server.pool.query(
    `select count(*)::int as n from events where org_id = $1 and kind = 'tag.restored'`,
    [admin.actor.org_id],
  )
  expect(events.rows).toEqual([{ n: 1999 }])

  const stranger = await server.newPerson()
  await expect(stranger.call(restoreTags, { body: { ids: [taken.id] } })).rejects.toMatchObject({ status: 404 })
})

test('before a merge its numbers are exact', async () => {
  const admin = await server.newPerson()
  const [from, into] = [
    await admin.call(createTag, { body: { name: 'From' } }),
    await admin.call(createTag, { body: { name: 'Into' } }),
  ]
  const [both, one, past] = [await sighted(server, admin), await sighted(server, admin), await sighted(server, admin)]
  await put(admin, both, { add: [from.id, into.id] })
  await put(admin, one, { add: [from.id] })
  await put(admin, past, { add: [from.id] })
  await put(admin, past, { remove: [from.id] })
  const preview = () => admin.call(previewMerge, { params: { id: from.id }, query: { into: into.id } })
  expect(await preview()).toEqual({ contacts: 2, both: 1 })
  await admin.call(deleteTags, { body: { ids: [from.id] } })
  expect(await preview()).toEqual({ contacts: 2, both: 1 })
})

test('a history of any length is read page by page, newest first, with nothing left out or doubled', async () => {
  const admin = await server.newPerson()
  const contactId = await sighted(server, admin)
  const tag = await admin.call(createTag, { body: { name: 'On and off' } })
  for (let n = 0; n < 20; n++) await put(admin, contactId, n % 2 === 0 ? { add: [tag.id] } : { remove: [tag.id] })
  const read: string[] = []
  const times: string[] = []
  let cursor: string | null | undefined
  do {
    const page = await admin.call(listTagChanges, {
      params: { id: contactId },
      query: { limit: 3, ...(cursor ? { cursor } : {}) },
    })
    read.push(...page.changes.map((change) => `${change.id} ${change.change}`))
    times.push(...page.changes.map((change) => change.at))
    cursor = page.next_cursor
  } while (cursor)
  expect(read).toHaveLength(20)
  expect(new Set(read).size).toBe(20)
  expect(read.map((each) => each.split(' ')[1])).toEqual(
    Array.from({ length: 20 }, (_, n) => (n % 2 === 0 ? 'removed' : 'added')),
  )
  expect(times).toEqual(times.toSorted().toReversed())
  await expect(
    admin.call(listTagChanges, { params: { id: contactId }, query: { cursor: 'nonsense' } }),
  ).rejects.toMatchObject({ status: 422, problem: { field: 'cursor' } })
})
