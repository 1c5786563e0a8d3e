// What the catalog promises: renaming reaches everybody, deleting loses nothing, restoring brings all back.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { countContacts, exportContacts, getContact, listContacts } from '../contacts/schema.ts'
import { sighted } from '../../test/help/people.ts'
import { openTestServer, type Person, type TestServer } from '../../test/help/server.ts'
import { changeContactTags, createTag, deleteTags, listTags, restoreTag, updateTag } from './schema.ts'

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
