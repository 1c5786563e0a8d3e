// What merging two tags promises: nothing is lost, nothing new lands on the old one, and its name and id lead to the survivor.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { mergeContacts } from '../contacts/merging.ts'
import { countContacts, getContact } from '../contacts/schema.ts'
import { cancelOperation, getOperation, mergeTags, previewOperation } from '../operations/schema.ts'
import { BATCH_SIZE } from '../operations/starting.ts'
import { sighted } from '../../test/help/people.ts'
import { openTestServer, type Person, type TestServer } from '../../test/help/server.ts'
import { resolveTagNames, resolveTags } from './resolving.ts'
import { changeContactTags, createTag, deleteTags, listTagChanges, listTags, restoreTag } from './schema.ts'
import { changeTags } from './tagging.ts'

let server: TestServer
beforeAll(async () => {
  server = await openTestServer()
})
afterAll(() => server.close())
beforeEach(() => server.operate())

const tagNamed = (person: Person, name: string) => person.call(createTag, { body: { name } })
const put = (person: Person, id: string, change: { add?: string[]; remove?: string[] }) =>
  person.call(changeContactTags, { params: { id }, body: change })
const merge = (person: Person, from: string, into: string) =>
  person.call(mergeTags, { params: { id: from }, body: { into } })
const tagsOf = async (person: Person, id: string) =>
  (await person.call(getContact, { params: { id } })).active_tags.map((each) => each.tag.name)
const carriers = async (person: Person, tagId: string) =>
  (await person.call(countContacts, { query: { any_tags: tagId } })).count

/** Contacts that carry a tag, made set-based through the one way of tagging. */
async function carrying(person: Person, tagId: string, size: number): Promise<string[]> {
  const { rows } = await server.pool.query<{ id: string }>(
    `insert into contacts (org_id, id, search_text, first_seen_at) select $1, gen_random_uuid(), '', now() from generate_series(1, $2::int) returning id`,
    [person.actor.org_id, size],
  )
  const ids = rows.map((row) => row.id)
  await server.db.transaction().execute((tx) => changeTags(tx, person.actor, ids, { add: [tagId] }))
  return ids
}

test('assignments move with source, actor and date; where a contact has both, the older stays and the other ends as merged', async () => {
  const admin = await server.newPerson()
  const agent = await server.newPerson('agent', admin.actor.org_id)
  const [refund, refunds] = [await tagNamed(admin, 'Refund'), await tagNamed(admin, 'Refunds')]
  const [one, both, reverse, past] = await Promise.all(
    [1, 2, 3, 4].map((n) => sighted(server, admin, { name: `M${n}`, wa_id: `491526000000${n}` })),
  )
  const at = (contact: string, tag: string, day: string) =>
    server.db
      .transaction()
      .execute((tx) => changeTags(tx, agent.actor, [contact], { add: [tag], at: `2026-0${day}T10:00:00.000Z` }))
  await at(one!, refund.id, '3-01')
  await at(both!, refund.id, '4-01')
  await at(both!, refunds.id, '4-02')
  await at(reverse!, refunds.id, '5-01')
  await at(reverse!, refund.id, '5-02')
  await at(past!, refund.id, '6-01')
  await put(admin, past!, { remove: [refund.id] })

  const operation = await merge(admin, refund.id, refunds.id)
  expect(operation).toMatchObject({
    kind: 'merge_tags',
    matched: 4,
    merge: { from: { name: 'Refund', deleted: true }, into: { name: 'Refunds' } },
  })
  await server.operate()
  expect(await admin.call(getOperation, { params: { id: operation.id } })).toMatchObject({
    status: 'done',
    done: 4,
    changed: 4,
    can_undo: false,
  })

  const active = async (id: string) => (await admin.call(getContact, { params: { id } })).active_tags
  for (const [id, day] of [
    [one!, '2026-03-01'],
    [both!, '2026-04-01'],
    [reverse!, '2026-05-01'],
  ])
    expect(await active(id!)).toMatchObject([
      {
        tag: { name: 'Refunds' },
        source: 'manual_agent',
        actor: { name: agent.actor.name },
        added_at: `${day}T10:00:00.000Z`,
      },
    ])
  expect(await active(past!)).toEqual([])
  const historyOf = async (id: string) =>
    (await admin.call(listTagChanges, { params: { id } })).changes.map(
      (change) => `${change.change} ${change.tag.name} ${change.why ? JSON.stringify(change.why['reason']) : ''}`,
    )
  expect(await historyOf(both!)).toEqual(['removed Refunds "merged"', 'added Refunds ', 'added Refunds '])
  expect(await historyOf(past!)).toEqual(['removed Refunds ', 'added Refunds '])
  const { rows } = await server.pool.query(
    `select count(*)::int as stale from contacts c where org_id = $1
      and array(select unnest(tag_ids) order by 1) <> array(select tag_id from tag_assignments a where a.org_id = c.org_id and a.contact_id = c.id and removed_at is null order by 1)`,
    [admin.actor.org_id],
  )
  expect(rows).toEqual([{ stale: 0 }])
  const merged = (await admin.call(listTags, { query: { status: 'deleted' } })).tags
  expect(merged).toMatchObject([{ name: 'Refund', merged_into: { id: refunds.id, name: 'Refunds' }, contact_count: 0 }])
  await expect(admin.call(restoreTag, { params: { id: refund.id }, body: {} })).rejects.toMatchObject({
    status: 409,
    problem: { reason: 'tag_merged', data: { tag_id: refunds.id } },
  })
  const events = await server.pool.query(`select tag_id, after from events where org_id = $1 and kind = 'tag.merged'`, [
    admin.actor.org_id,
  ])
  expect(events.rows).toEqual([{ tag_id: refund.id, after: { merged_into: refunds.id, name: 'Refunds' } }])
})

test('the old id and the old name lead to the survivor, through chains, wherever a tag is named', async () => {
  const admin = await server.newPerson()
  const [a, b, c] = [await tagNamed(admin, 'Aa'), await tagNamed(admin, 'Bb'), await tagNamed(admin, 'Cc')]
  const contactId = await sighted(server, admin)
  await merge(admin, a.id, b.id)
  await merge(admin, b.id, c.id)
  expect(await put(admin, contactId, { add: [a.id] })).toMatchObject({ added: [{ name: 'Cc' }], unchanged: [] })
  expect(await put(admin, contactId, { add: [b.id, c.id] })).toMatchObject({ added: [], unchanged: [{ name: 'Cc' }] })
  expect(await put(admin, contactId, { remove: [b.id] })).toMatchObject({ removed: [{ name: 'Cc' }] })
  await expect(put(admin, contactId, { add: [a.id], remove: [c.id] })).rejects.toMatchObject({ status: 422 })
  await put(admin, contactId, { add: [c.id] })
  expect([await carriers(admin, a.id), await carriers(admin, b.id), await carriers(admin, c.id)]).toEqual([1, 1, 1])
  expect(await admin.call(countContacts, { query: { all_tags: a.id } })).toEqual({ count: 1 })
  expect(await admin.call(countContacts, { query: { no_tags: a.id } })).toEqual({ count: 0 })
  expect(await admin.call(previewOperation, { body: { filter: { any_tags: a.id }, remove: [b.id] } })).toMatchObject({
    matched: 1,
    changes: 1,
  })

  const orgId = admin.actor.org_id
  expect((await resolveTags(server.db, orgId, [a.id])).get(a.id)).toMatchObject({
    id: c.id,
    merged_from: 'Aa',
    deleted: false,
  })
  const byName = await resolveTagNames(server.db, orgId, [' AA ', 'cc', 'Unknown'])
  expect([byName.get(' AA ')?.id, byName.get('cc')?.id, byName.has('Unknown')]).toEqual([c.id, c.id, false])
  // A new tag of the name takes it; the id still leads where it led.
  const young = await tagNamed(admin, 'AA')
  expect((await resolveTagNames(server.db, orgId, ['aa'])).get('aa')).toMatchObject({ id: young.id, merged_from: null })
  expect((await resolveTags(server.db, orgId, [a.id])).get(a.id)!.id).toBe(c.id)
  await admin.call(deleteTags, { body: { ids: [c.id] } })
  expect((await resolveTagNames(server.db, orgId, ['bb'])).get('bb')).toMatchObject({ name: 'Cc', deleted: true })
})

test('while assignments still move, nothing new lands on the merged tag, and who is tagged meanwhile is moved first', async () => {
  const admin = await server.newPerson()
  const [old, young] = [await tagNamed(admin, 'Old one'), await tagNamed(admin, 'Young one')]
  const ids = await carrying(admin, old.id, BATCH_SIZE + 20)
  const operation = await merge(admin, old.id, young.id)
  const [first, second, third] = ids as [string, string, string]
  expect(await put(admin, first, { remove: [young.id] })).toMatchObject({ removed: [{ name: 'Young one' }] })
  expect(await put(admin, second, { add: [young.id] })).toMatchObject({ added: [], unchanged: [{ name: 'Young one' }] })
  expect(await put(admin, third, { remove: [old.id] })).toMatchObject({ removed: [{ name: 'Young one' }] })
  const preview = await admin.call(previewOperation, { body: { filter: {}, add: [young.id] } })
  expect(preview).toMatchObject({ matched: ids.length, changes: 2, unchanged: ids.length - 2 })
  await expect(admin.call(cancelOperation, { params: { id: operation.id } })).rejects.toMatchObject({ status: 409 })
  await server.operate()
  expect(await admin.call(getOperation, { params: { id: operation.id } })).toMatchObject({
    status: 'done',
    done: ids.length,
  })
  expect(await tagsOf(admin, first)).toEqual([])
  expect(await carriers(admin, young.id)).toBe(ids.length - 2)
  const { rows } = await server.pool.query('select count(*)::int as left from tag_assignments where tag_id = $1', [
    old.id,
  ])
  expect(rows).toEqual([{ left: 0 }])
})

test('a merge of contacts in the middle of a merge of tags leaves nothing behind', async () => {
  const admin = await server.newPerson()
  const [old, young] = [await tagNamed(admin, 'Before'), await tagNamed(admin, 'After')]
  const kept = await sighted(server, admin, { name: 'K', wa_id: '4915270000001' })
  const gone = await sighted(server, admin, { name: 'G', wa_id: '4915270000002' })
  await put(admin, gone, { add: [old.id] })
  await merge(admin, old.id, young.id)
  await server.db.transaction().execute((tx) => mergeContacts(tx, admin.actor, kept, gone))
  await server.operate()
  expect(await tagsOf(admin, kept)).toEqual(['After'])
})

test('a chain of merges started at once ends with everybody on the last one', async () => {
  const admin = await server.newPerson()
  const [a, b, c] = [await tagNamed(admin, 'X1'), await tagNamed(admin, 'X2'), await tagNamed(admin, 'X3')]
  const ids = [...(await carrying(admin, a.id, BATCH_SIZE + 5)), ...(await carrying(admin, b.id, 7))]
  await merge(admin, a.id, b.id)
  await server.operate(1)
  await merge(admin, b.id, c.id)
  await server.operate()
  expect(await carriers(admin, c.id)).toBe(ids.length)
  const { rows } = await server.pool.query('select count(*)::int as left from tag_assignments where tag_id = any($1)', [
    [a.id, b.id],
  ])
  expect(rows).toEqual([{ left: 0 }])
})

test('refused: into itself, into a deleted tag, twice, of another organization, by an agent', async () => {
  const admin = await server.newPerson()
  const stranger = await server.newPerson()
  const agent = await server.newPerson('agent', admin.actor.org_id)
  const [a, b, gone] = [await tagNamed(admin, 'A'), await tagNamed(admin, 'B'), await tagNamed(admin, 'Gone')]
  const theirs = await tagNamed(stranger, 'Theirs')
  await admin.call(deleteTags, { body: { ids: [gone.id] } })
  await expect(merge(admin, a.id, a.id)).rejects.toMatchObject({ status: 422 })
  await expect(merge(admin, a.id, gone.id)).rejects.toMatchObject({ status: 422, problem: { reason: 'tag_deleted' } })
  await expect(merge(admin, a.id, theirs.id)).rejects.toMatchObject({ status: 404 })
  await expect(merge(admin, theirs.id, a.id)).rejects.toMatchObject({ status: 404 })
  await expect(merge(agent, a.id, b.id)).rejects.toMatchObject({ status: 403 })
  await merge(admin, a.id, b.id)
  await expect(merge(admin, b.id, a.id)).rejects.toMatchObject({ status: 422 })
  await expect(merge(admin, a.id, b.id)).rejects.toMatchObject({
    status: 409,
    problem: { reason: 'tag_merged_already' },
  })
})

test('a deleted tag whose name was taken is merged into the one that took it, and its assignments count again', async () => {
  const admin = await server.newPerson()
  const contactId = await sighted(server, admin)
  const old = await tagNamed(admin, 'Refund')
  await put(admin, contactId, { add: [old.id] })
  await admin.call(deleteTags, { body: { ids: [old.id] } })
  const young = await tagNamed(admin, 'refund')
  await expect(admin.call(restoreTag, { params: { id: old.id }, body: {} })).rejects.toMatchObject({
    status: 409,
    problem: { reason: 'name_taken', data: { tag_id: young.id } },
  })
  const answered = await admin.call(restoreTag, { params: { id: old.id }, body: { merge_into: young.id } })
  expect(answered).toMatchObject({ id: old.id, merged_into: { id: young.id, name: 'refund' } })
  expect(answered.deleted_at).not.toBeNull()
  await server.operate()
  expect(await tagsOf(admin, contactId)).toEqual(['refund'])
  expect(await carriers(admin, young.id)).toBe(1)
})
