// What bulk changes of tags promise: exact numbers first, whole batches whatever happens, and an undo that respects others.
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { countContacts, getContact } from '../contacts/schema.ts'
import { mergeContacts } from '../contacts/merging.ts'
import { newId } from '../lib/ids.ts'
import { countErased } from '../tags/counting.ts'
import { changeContactTags, createTag, deleteTags, listTagChanges, restoreTag } from '../tags/schema.ts'
import { sighted } from '../../test/help/people.ts'
import { openTestServer, type Person, type TestServer } from '../../test/help/server.ts'
import { openOperator, workOnce } from './running.ts'
import { BATCH_SIZE } from './starting.ts'
import {
  cancelOperation,
  getOperation,
  listOperationFailures,
  listOperations,
  previewOperation,
  resumeOperation,
  startOperation,
  undoOperation,
} from './schema.ts'

let server: TestServer
beforeAll(async () => {
  server = await openTestServer()
})
afterAll(() => server.close())
// Nothing of another test waits.
beforeEach(() => server.operate())

const tagNamed = (person: Person, name: string) => person.call(createTag, { body: { name } })
const put = (person: Person, id: string, change: { add?: string[]; remove?: string[] }) =>
  person.call(changeContactTags, { params: { id }, body: change })
const shown = (person: Person, id: string) => person.call(getOperation, { params: { id } })
const carriers = async (person: Person, tagId: string) =>
  (await person.call(countContacts, { query: { any_tags: tagId } })).count
const tagsOf = async (person: Person, id: string) =>
  (await person.call(getContact, { params: { id } })).active_tags.map((each) => each.tag.name)

/** As privacy would: with what it carries. */
const erase = (person: Person, id: string) =>
  server.db.transaction().execute(async (tx) => {
    await countErased(tx, person.actor.org_id, [id])
    await sql`delete from contacts where org_id = ${person.actor.org_id} and id = ${id}`.execute(tx)
  })

/** Many contacts at once, set-based: what several batches need. Their names are “Crowd 1” and on. */
async function crowd(person: Person, size: number): Promise<void> {
  await server.pool.query(
    `insert into contacts (org_id, id, display_name, search_text, first_seen_at, last_seen_at)
     select $1, gen_random_uuid(), 'Crowd ' || n, 'crowd ' || n, now(), now() - n * interval '1 minute' from generate_series(1, $2::int) n`,
    [person.actor.org_id, size],
  )
}

/** What the assignments, the arrays of tags and the events say about a tag must be one and the same. */
async function truthAbout(orgId: string, tagId: string) {
  const { rows } = await server.pool.query<{ active: number; arrays: number; added: number; removed: number }>(
    `select (select count(*)::int from tag_assignments where org_id = $1 and tag_id = $2 and removed_at is null) as active,
       (select count(*)::int from contacts where org_id = $1 and $2::uuid = any(tag_ids)) as arrays,
       (select count(*)::int from events where org_id = $1 and tag_id = $2 and kind = 'contact.tag_added') as added,
       (select count(*)::int from events where org_id = $1 and tag_id = $2 and kind = 'contact.tag_removed') as removed`,
    [orgId, tagId],
  )
  return rows[0]!
}

test('the preview counts exactly who matches, who would change, and who has it already', async () => {
  const admin = await server.newPerson()
  const [vip, old] = [await tagNamed(admin, 'VIP'), await tagNamed(admin, 'Old')]
  const ids = await Promise.all(
    ['Ana', 'Bo', 'Cy', 'Dee'].map((name, n) => sighted(server, admin, { name, wa_id: `491525000000${n}` })),
  )
  await put(admin, ids[0]!, { add: [vip.id] })
  await put(admin, ids[1]!, { add: [vip.id, old.id] })
  const preview = await admin.call(previewOperation, { body: { filter: {}, add: [vip.id], remove: [old.id] } })
  expect(preview).toEqual({
    matched: 4,
    changes: 3,
    unchanged: 1,
    refused: 0,
    missing: 0,
    tags: [
      { tag: expect.objectContaining({ name: 'VIP' }) as unknown, change: 'add', changes: 2, unchanged: 2 },
      { tag: expect.objectContaining({ name: 'Old' }) as unknown, change: 'remove', changes: 1, unchanged: 3 },
    ],
  })
  const some = await admin.call(previewOperation, { body: { ids: [ids[2]!, newId()], add: [vip.id] } })
  expect(some).toMatchObject({ matched: 1, changes: 1, missing: 1 })
  const { operations } = await admin.call(listOperations, {})
  expect(operations).toEqual([])
})

test('a filter, or a word beside it, that is not known refuses the change instead of finding everybody', async () => {
  const admin = await server.newPerson()
  const tag = await tagNamed(admin, 'VIP')
  await sighted(server, admin)
  for (const [field, misspelt] of [
    ['filter.any_tag', { filter: { any_tag: tag.id } }],
    ['filter.untagged', { filter: { untagged: 'false' } }],
    ['filters', { filter: {}, filters: { search: 'nobody' } }],
  ] as const) {
    const body = { ...misspelt, add: [tag.id] } as never
    const refusal = { status: 422, problem: { field } }
    await expect(admin.call(startOperation, { body })).rejects.toMatchObject(refusal)
    await expect(admin.call(previewOperation, { body })).rejects.toMatchObject(refusal)
  }
  const body = { filter: {}, add: [tag.id], expect: 1 } as never
  await expect(admin.call(startOperation, { body })).rejects.toMatchObject({
    status: 422,
    problem: { field: 'expect' },
  })
  expect((await admin.call(listOperations, {})).operations).toEqual([])
})

test('tags are named by name or by id, as for one contact; unknown names refuse everything, and say what there is instead', async () => {
  const admin = await server.newPerson()
  const [vip, prospect] = [await tagNamed(admin, 'VIP'), await tagNamed(admin, 'Prospect')]
  const id = await sighted(server, admin)
  await put(admin, id, { add: [prospect.id] })
  for (const route of [previewOperation, startOperation]) {
    const call = (change: { add?: string[]; remove?: string[] }) =>
      admin.call(route, { body: { filter: {}, ...change } })
    await expect(call({ add: ['VIP', 'Prospects'], remove: ['Refund'] })).rejects.toMatchObject({
      status: 422,
      problem: {
        reason: 'tag_names_unknown',
        data: {
          unknown: [
            { name: 'Prospects', near: [{ id: prospect.id, name: 'Prospect' }] },
            { name: 'Refund', near: [] },
          ],
        },
      },
    })
    await expect(call({ add: ['vip'], remove: [vip.id] })).rejects.toMatchObject({ problem: { reason: 'tag_both' } })
  }
  const body = { filter: {}, add: [' vip '], remove: ['PROSPECT'] }
  expect(await admin.call(previewOperation, { body })).toMatchObject({
    changes: 1,
    tags: [{ tag: { id: vip.id } }, { tag: { id: prospect.id } }],
  })
  const begun = await admin.call(startOperation, { body })
  expect(begun).toMatchObject({ add: [{ id: vip.id }], remove: [{ id: prospect.id }] })
  await server.operate()
  expect(await tagsOf(admin, id)).toEqual(['VIP'])
})

test('all that match are changed in batches, recorded with the source and name of the one who started it', async () => {
  const admin = await server.newPerson()
  const tag = await tagNamed(admin, 'Autumn')
  await crowd(admin, BATCH_SIZE * 2 + 40)
  const other = await sighted(server, admin, { name: 'Zoe', wa_id: '4915777000001' })
  const begun = await admin.call(startOperation, {
    body: { filter: { search: 'crowd' }, add: [tag.id], expected: BATCH_SIZE * 2 + 40 },
  })
  expect(begun).toMatchObject({ status: 'waiting', matched: BATCH_SIZE * 2 + 40, done: 0, filter: { search: 'crowd' } })
  const late = await sighted(server, admin, { name: 'Crowd late', wa_id: '4915777000002' })
  await server.operate(1)
  expect(await shown(admin, begun.id)).toMatchObject({
    status: 'running',
    done: BATCH_SIZE,
    changed: BATCH_SIZE,
    can_cancel: true,
  })
  await server.operate()
  expect(await shown(admin, begun.id)).toMatchObject({
    status: 'done',
    done: 1040,
    changed: 1040,
    unchanged: 0,
    failed: 0,
    can_undo: true,
  })
  expect(await carriers(admin, tag.id)).toBe(1040)
  expect([await tagsOf(admin, other), await tagsOf(admin, late)]).toEqual([[], []])
  expect(await truthAbout(admin.actor.org_id, tag.id)).toEqual({ active: 1040, arrays: 1040, added: 1040, removed: 0 })
  const { rows } = await server.pool.query(
    `select distinct added_source, added_actor_name, added_why from tag_assignments where org_id = $1`,
    [admin.actor.org_id],
  )
  expect(rows).toEqual([
    {
      added_source: 'manual_admin',
      added_actor_name: admin.actor.name,
      added_why: { reason: 'bulk_change', operation_id: begun.id },
    },
  ])
  const told = await server.pool.query<{ kind: string; after: object }>(
    `select kind, after from events where org_id = $1 and kind like 'operation.%' order by id`,
    [admin.actor.org_id],
  )
  expect(told.rows.map((row) => row.kind)).toEqual(['operation.started', 'operation.progress', 'operation.finished'])
  expect(told.rows.at(-1)!.after).toEqual({
    operation_id: begun.id,
    kind: 'change_tags',
    status: 'done',
    matched: 1040,
    done: 1040,
    changed: 1040,
    unchanged: 0,
    failed: 0,
  })
})

test('killed in the middle of a batch, and between two, it goes on elsewhere with nothing doubled and nothing lost', async () => {
  const admin = await server.newPerson()
  const tag = await tagNamed(admin, 'Survives')
  await crowd(admin, BATCH_SIZE * 4)
  const { id } = await admin.call(startOperation, { body: { filter: {}, add: [tag.id] } })
  await server.operate(2)
  // A process that dies within a batch: its connection ends before the commit.
  const died = server.db.transaction().execute(async (tx) => {
    const { rows } = await server.pool.query<{ contact_ids: string[] }>(
      'select contact_ids from operation_batches where operation_id = $1 and done_at is null order by n limit 1',
      [id],
    )
    const { changeTags } = await import('../tags/tagging.ts')
    await changeTags(tx, admin.actor, rows[0]!.contact_ids, { add: [tag.id], why: { operation_id: id } })
    throw new Error('killed')
  })
  await expect(died).rejects.toThrow('killed')
  expect(await shown(admin, id)).toMatchObject({ status: 'running', done: BATCH_SIZE * 2 })
  // Another process, with nothing but the database.
  const elsewhere = openOperator(server)
  for (let n = 0; n < 200 && (await shown(admin, id)).status !== 'done'; n++) await sleep(50)
  await elsewhere.stop()
  expect(await shown(admin, id)).toMatchObject({ status: 'done', done: BATCH_SIZE * 4, changed: BATCH_SIZE * 4 })
  const all = BATCH_SIZE * 4
  expect(await truthAbout(admin.actor.org_id, tag.id)).toEqual({ active: all, arrays: all, added: all, removed: 0 })
})

test('two processes share the work of two operations and never do the same batch', async () => {
  const admin = await server.newPerson()
  const [a, b] = [await tagNamed(admin, 'A'), await tagNamed(admin, 'B')]
  await crowd(admin, BATCH_SIZE * 3)
  const begun = await Promise.all(
    [a, b].map((tag) => admin.call(startOperation, { body: { filter: {}, add: [tag.id] } })),
  )
  const process = async () => {
    while (await workOnce(server));
  }
  await Promise.all([process(), process(), process()])
  await process()
  for (const [i, tag] of [a, b].entries()) {
    expect(await shown(admin, begun[i]!.id)).toMatchObject({
      status: 'done',
      done: BATCH_SIZE * 3,
      changed: BATCH_SIZE * 3,
    })
    const all = BATCH_SIZE * 3
    expect(await truthAbout(admin.actor.org_id, tag.id)).toEqual({ active: all, arrays: all, added: all, removed: 0 })
  }
})

test('the same request twice changes everybody once; under one Idempotency-Key it is one operation', async () => {
  const admin = await server.newPerson()
  const tag = await tagNamed(admin, 'Once')
  await crowd(admin, 30)
  const twice = [
    await admin.call(startOperation, { body: { filter: {}, add: [tag.id] } }),
    await admin.call(startOperation, { body: { filter: {}, add: [tag.id] } }),
  ]
  await server.operate()
  expect(await shown(admin, twice[0]!.id)).toMatchObject({ changed: 30, unchanged: 0 })
  expect(await shown(admin, twice[1]!.id)).toMatchObject({ changed: 0, unchanged: 30, can_undo: false })
  expect(await truthAbout(admin.actor.org_id, tag.id)).toMatchObject({ active: 30, added: 30 })

  const repeated = await Promise.all(
    [1, 2].map(() =>
      server.app.inject({
        method: 'POST',
        url: '/v1/operations',
        headers: {
          cookie: admin.cookie,
          'earmark-organization': admin.slug,
          'earmark-request': 'test',
          'idempotency-key': 'again-and-again',
        },
        payload: { filter: {}, remove: [tag.id] },
      }),
    ),
  )
  const answered = repeated
    .filter((response) => response.statusCode === 202)
    .map((response) => response.json<{ id: string }>().id)
  expect(new Set(answered).size).toBe(1)
  expect((await admin.call(listOperations, {})).operations).toHaveLength(3)
})

test('of two operations that speak of one tag the older is worked off first', async () => {
  const admin = await server.newPerson()
  const tag = await tagNamed(admin, 'Contested')
  await crowd(admin, BATCH_SIZE + 10)
  const first = await admin.call(startOperation, { body: { filter: {}, add: [tag.id] } })
  const second = await admin.call(startOperation, { body: { filter: {}, remove: [tag.id] } })
  await server.operate(1)
  expect([(await shown(admin, first.id)).status, (await shown(admin, second.id)).status]).toEqual([
    'running',
    'waiting',
  ])
  await server.operate()
  expect(await carriers(admin, tag.id)).toBe(0)
  expect(await shown(admin, second.id)).toMatchObject({ status: 'done', changed: BATCH_SIZE + 10 })
})

test('who was erased meanwhile is named as a failure; who was merged is changed as the contact that it is now', async () => {
  const admin = await server.newPerson()
  const tag = await tagNamed(admin, 'Kept going')
  const [kept, merged, erased, plain] = await Promise.all(
    [1, 2, 3, 4].map((n) => sighted(server, admin, { name: `Person ${n}`, wa_id: `491523000000${n}` })),
  )
  const { id } = await admin.call(startOperation, { body: { ids: [merged!, erased!, plain!], add: [tag.id] } })
  await server.db.transaction().execute((tx) => mergeContacts(tx, admin.actor, kept!, merged!))
  await erase(admin, erased!)
  await server.operate()
  expect(await shown(admin, id)).toMatchObject({
    status: 'done',
    matched: 3,
    done: 3,
    changed: 2,
    unchanged: 0,
    failed: 1,
  })
  expect([await tagsOf(admin, kept!), await tagsOf(admin, plain!)]).toEqual([['Kept going'], ['Kept going']])
  const { failures, next_cursor } = await admin.call(listOperationFailures, { params: { id } })
  expect(failures).toEqual([
    {
      contact_id: erased,
      contact: null,
      tag: null,
      reason: 'contact_gone',
      message: 'The contact was erased meanwhile.',
    },
  ])
  expect(next_cursor).toBeNull()
})

test('one contact that cannot be changed stops nobody else, and many of them are listed page by page', async () => {
  const admin = await server.newPerson()
  const tag = await tagNamed(admin, 'Refused')
  await crowd(admin, 60)
  // The database itself refuses some of them.
  await server.pool.query(`
    create function refuse_some() returns trigger language plpgsql as $$ begin
      if (select display_name from contacts where org_id = new.org_id and id = new.contact_id) like '%7' then raise exception 'not this one'; end if;
      return new; end $$;
    create trigger refuse_some before insert on tag_assignments for each row execute function refuse_some()`)
  try {
    const { id } = await admin.call(startOperation, { body: { filter: {}, add: [tag.id] } })
    await server.operate()
    expect(await shown(admin, id)).toMatchObject({ status: 'done', done: 60, changed: 54, failed: 6 })
    const first = await admin.call(listOperationFailures, { params: { id }, query: { limit: 4 } })
    const second = await admin.call(listOperationFailures, {
      params: { id },
      query: { limit: 4, cursor: first.next_cursor! },
    })
    const names = [...first.failures, ...second.failures].map((failure) => failure.contact!.display_name!)
    expect(new Set(names)).toEqual(new Set(['Crowd 7', 'Crowd 17', 'Crowd 27', 'Crowd 37', 'Crowd 47', 'Crowd 57']))
    expect(second.next_cursor).toBeNull()
    expect(await truthAbout(admin.actor.org_id, tag.id)).toEqual({ active: 54, arrays: 54, added: 54, removed: 0 })
  } finally {
    await server.pool.query('drop trigger refuse_some on tag_assignments; drop function refuse_some')
  }
})

test('a tag deleted midway ends it with a sentence; once restored it is resumed where it stood', async () => {
  const admin = await server.newPerson()
  const tag = await tagNamed(admin, 'Fragile')
  await crowd(admin, BATCH_SIZE * 2)
  const { id } = await admin.call(startOperation, { body: { filter: {}, add: [tag.id] } })
  await server.operate(1)
  await admin.call(deleteTags, { body: { ids: [tag.id] } })
  await server.operate()
  expect(await shown(admin, id)).toMatchObject({
    status: 'failed',
    done: BATCH_SIZE,
    can_resume: true,
    can_undo: true,
    error: 'A tag of this change was deleted from the catalog. Restore it, then resume.',
    error_reason: 'tag_deleted',
  })
  await admin.call(restoreTag, { params: { id: tag.id }, body: {} })
  expect(await admin.call(resumeOperation, { params: { id } })).toMatchObject({ status: 'waiting', error: null })
  await server.operate()
  expect(await shown(admin, id)).toMatchObject({ status: 'done', done: BATCH_SIZE * 2, changed: BATCH_SIZE * 2 })
  await expect(admin.call(resumeOperation, { params: { id } })).rejects.toMatchObject({ status: 409 })
})

test('cancelled between two batches it leaves what is done, which can be undone', async () => {
  const admin = await server.newPerson()
  const tag = await tagNamed(admin, 'Halfway')
  await crowd(admin, BATCH_SIZE * 2)
  const { id } = await admin.call(startOperation, { body: { filter: {}, add: [tag.id] } })
  await server.operate(1)
  expect(await admin.call(cancelOperation, { params: { id } })).toMatchObject({
    status: 'cancelling',
    can_cancel: false,
  })
  await server.operate()
  expect(await shown(admin, id)).toMatchObject({
    status: 'cancelled',
    done: BATCH_SIZE,
    changed: BATCH_SIZE,
    can_undo: true,
  })
  expect(await admin.call(cancelOperation, { params: { id } })).toMatchObject({ status: 'cancelled' })
  const undo = await admin.call(undoOperation, { params: { id } })
  expect(undo).toMatchObject({ kind: 'undo', undoes: id, matched: BATCH_SIZE, remove: [{ name: 'Halfway' }] })
  await server.operate()
  expect(await shown(admin, undo.id)).toMatchObject({ status: 'done', changed: BATCH_SIZE, can_undo: false })
  expect(await carriers(admin, tag.id)).toBe(0)

  const waiting = await admin.call(startOperation, { body: { filter: {}, add: [tag.id] } })
  expect(await admin.call(cancelOperation, { params: { id: waiting.id } })).toMatchObject({
    status: 'cancelled',
    done: 0,
  })
  await server.operate()
  expect(await carriers(admin, tag.id)).toBe(0)
})

test('an undo restores exactly what was changed, and only where it still stands', async () => {
  const admin = await server.newPerson()
  const agent = await server.newPerson('agent', admin.actor.org_id)
  const [on, off] = [await tagNamed(admin, 'On'), await tagNamed(admin, 'Off')]
  const people = await Promise.all(
    Array.from({ length: 6 }, (_, n) => sighted(server, admin, { name: `U${n}`, wa_id: `491524000000${n}` })),
  )
  const [had, plain, again, lost, merged, keeps] = people as [string, string, string, string, string, string]
  await put(admin, had, { add: [on.id] })
  for (const id of [plain, again, lost, merged]) await put(agent, id, { add: [off.id] })
  const { id } = await admin.call(startOperation, {
    body: { ids: [had, plain, again, lost, merged], add: [on.id], remove: [off.id] },
  })
  await server.operate()
  expect(await shown(admin, id)).toMatchObject({ changed: 4, unchanged: 1 })

  // Others go on working.
  await put(agent, again, { add: [off.id] })
  await put(admin, lost, { remove: [on.id] })
  await put(admin, lost, { add: [on.id] })
  await server.db.transaction().execute((tx) => mergeContacts(tx, admin.actor, keeps, merged))

  const undo = await admin.call(undoOperation, { params: { id } })
  await server.operate()
  expect(await tagsOf(admin, had)).toEqual(['On'])
  expect(await tagsOf(admin, plain)).toEqual(['Off'])
  expect(await tagsOf(admin, again)).toEqual(['Off'])
  expect(await tagsOf(admin, lost)).toEqual(['Off', 'On'])
  expect(await tagsOf(admin, keeps)).toEqual(['Off'])
  expect(await shown(admin, undo.id)).toMatchObject({
    status: 'done',
    matched: 4,
    done: 4,
    changed: 2,
    unchanged: 0,
    failed: 2,
  })
  const { failures } = await admin.call(listOperationFailures, { params: { id: undo.id } })
  expect(new Set(failures.map((each) => [each.contact!.display_name, each.reason, each.message].join(' ')))).toEqual(
    new Set(['U2 put_on_since “Off” was put on again since.', 'U3 changed_since “On” was taken off or changed since.']),
  )
  const back = (await admin.call(getContact, { params: { id: plain } })).active_tags[0]!
  expect(back).toMatchObject({
    source: 'manual_admin',
    actor: { name: admin.actor.name },
    why: { reason: 'undo', undoes: id },
  })
  const { changes } = await admin.call(listTagChanges, { params: { id: plain } })
  expect(changes.map((change) => `${change.change} ${change.tag.name}`)).toEqual([
    'added Off',
    'removed On',
    'added On',
    'removed Off',
    'added Off',
  ])

  expect(await shown(admin, id)).toMatchObject({ undone_by: undo.id, can_undo: false })
  await expect(admin.call(undoOperation, { params: { id } })).rejects.toMatchObject({
    problem: { reason: 'already_undone' },
  })
  await expect(admin.call(undoOperation, { params: { id: undo.id } })).rejects.toMatchObject({
    problem: { reason: 'not_undoable' },
  })
})

test('an undo says so where the tag was deleted or the contact erased since', async () => {
  const admin = await server.newPerson()
  const tag = await tagNamed(admin, 'Gone')
  const [first, second] = [await sighted(server, admin, { name: 'One' }), await sighted(server, admin, { name: 'Two' })]
  const { id } = await admin.call(startOperation, { body: { filter: {}, add: [tag.id] } })
  await server.operate()
  await admin.call(deleteTags, { body: { ids: [tag.id] } })
  await erase(admin, second)
  const undo = await admin.call(undoOperation, { params: { id } })
  await server.operate()
  expect(await shown(admin, undo.id)).toMatchObject({ status: 'done', changed: 0, failed: 2 })
  const { failures } = await admin.call(listOperationFailures, { params: { id: undo.id } })
  expect(failures.map((each) => [each.contact_id, each.reason])).toEqual([
    [first, 'tag_deleted_since'],
    [second, 'contact_gone'],
  ])
})

test('a number of contacts that has changed since the preview is refused, with the new one', async () => {
  const admin = await server.newPerson()
  const tag = await tagNamed(admin, 'Counted')
  await crowd(admin, 300)
  await expect(
    admin.call(startOperation, { body: { filter: {}, add: [tag.id], expected: 290 } }),
  ).rejects.toMatchObject({ status: 409, problem: { reason: 'count_changed', data: { expected: 290, matched: 300 } } })
  expect((await admin.call(listOperations, {})).operations).toEqual([])
  expect(await admin.call(startOperation, { body: { filter: {}, add: [tag.id], expected: 298 } })).toMatchObject({
    matched: 300,
  })
  await expect(
    admin.call(startOperation, { body: { filter: { search: 'nobody at all' }, add: [tag.id] } }),
  ).rejects.toMatchObject({ status: 422, problem: { reason: 'no_contacts' } })
})

test('an agent may do none of it; another organization’s operations, contacts and tags are not there', async () => {
  const admin = await server.newPerson()
  const agent = await server.newPerson('agent', admin.actor.org_id)
  const stranger = await server.newPerson()
  const tag = await tagNamed(admin, 'Ours')
  const foreign = await tagNamed(stranger, 'Theirs')
  const contactId = await sighted(server, admin)
  const body = { filter: {}, add: [tag.id] }
  const { id } = await admin.call(startOperation, { body })
  const refusals = await Promise.allSettled([
    agent.call(previewOperation, { body }),
    agent.call(startOperation, { body }),
    agent.call(listOperations, {}),
    agent.call(undoOperation, { params: { id } }),
  ])
  for (const refusal of refusals) expect(refusal).toMatchObject({ status: 'rejected', reason: { status: 403 } })
  for (const route of [getOperation, listOperationFailures, cancelOperation, resumeOperation, undoOperation])
    await expect(stranger.call(route, { params: { id } })).rejects.toMatchObject({ status: 404 })
  expect((await stranger.call(listOperations, {})).operations).toEqual([])
  await expect(stranger.call(startOperation, { body: { ids: [contactId], add: [foreign.id] } })).rejects.toMatchObject({
    status: 404,
  })
  await expect(stranger.call(previewOperation, { body })).rejects.toMatchObject({
    status: 422,
    problem: { reason: 'tag_unknown' },
  })
  await expect(stranger.call(startOperation, { body })).rejects.toMatchObject({ status: 422 })
})

test('operations are listed newest first, page by page', async () => {
  const admin = await server.newPerson()
  const tag = await tagNamed(admin, 'Listed')
  await sighted(server, admin)
  const ids: string[] = []
  for (let n = 0; n < 5; n++)
    ids.unshift((await admin.call(startOperation, { body: { filter: {}, add: [tag.id] } })).id)
  const first = await admin.call(listOperations, { query: { limit: 3 } })
  const second = await admin.call(listOperations, { query: { limit: 3, cursor: first.next_cursor! } })
  expect([...first.operations, ...second.operations].map((each) => each.id)).toEqual(ids)
  expect(second.next_cursor).toBeNull()
})
