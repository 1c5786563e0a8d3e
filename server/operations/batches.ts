// The work of one batch, in the caller's transaction: changing tags, taking a change back, moving a merged tag.
import { sql } from 'kysely'
import { mergedInto } from '../contacts/merged-into.ts'
import { writeRows, type Renamed } from '../imports/writing.ts'
import type { Tx } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import { sparingMemory, throwAway } from '../lib/heap.ts'
import { databaseAtFault } from '../lib/http.ts'
import { changeTags, changeTagsOfEach, moveTag, type TagChangeDone, type TagChanges } from '../tags/tagging.ts'
import type { EndReason } from './schema.ts'
import { actorOfOperation, type Failure, type OperationRow } from './operations.ts'
import { NOTHING_BACK, takeBack, type UndoneBatch } from './taking-back.ts'

export interface Batch {
  n: number
  size: number
  contact_ids: string[]
  first_row: number | null
  last_row: number | null
}

/** What became of a batch; the contacts that are neither changed nor failed were as asked already. */
export interface BatchDone {
  changed: number
  added: (number | string)[]
  removed: (number | string)[]
  failures: Failure[]
  /** Of an import. */
  imported?: {
    created: string[]
    renamed: Renamed[]
    /** Everybody on whom it changed something. */
    contact_ids: string[]
    refused: number
  }
}

/** Whether the whole operation cannot go on, and not one contact: its tags are gone. */
export const endOf = (error: unknown): EndReason | null => {
  const reason = error instanceof Problem ? error.details.reason : null
  return reason === 'tag_deleted' || reason === 'tag_unknown' ? reason : null
}

const changesOf = (operation: OperationRow): TagChanges => ({
  add: operation.request.add ?? [],
  remove: operation.request.remove ?? [],
  why: { reason: 'bulk_change', operation_id: operation.id },
})

const summary = (done: { added: TagChangeDone[]; removed: TagChangeDone[] }, failures: Failure[] = []): BatchDone => ({
  changed: new Set([...done.added, ...done.removed].map((each) => each.contact_id)).size,
  added: done.added.map((each) => each.assignment_id),
  removed: done.removed.map((each) => each.assignment_id),
  failures,
})

/** Changes the tags of all contacts of a batch; throws when a single one cannot be changed. */
export async function changeAll(tx: Tx, operation: OperationRow, batch: Batch): Promise<BatchDone> {
  return summary(await changeTags(tx, actorOfOperation(operation), batch.contact_ids, changesOf(operation)))
}

/**
 * The same for a batch in which some contact cannot be changed: whoever was merged stands for the contact that it is part of
 * now, and those that are refused are found by halving, so that the others are changed all the same.
 */
export async function changeEach(
  tx: Tx,
  operation: OperationRow,
  batch: Batch,
  unforeseen: (error: unknown, contactId: string) => void,
): Promise<BatchDone> {
  const { there, gone } = await followContacts(tx, operation.org_id, batch.contact_ids)
  const failures: Failure[] = gone.map(goneFailure)
  const added: TagChangeDone[] = []
  const removed: TagChangeDone[] = []
  const attempt = async (ids: string[]): Promise<void> => {
    if (ids.length === 0) return
    await sql`savepoint attempt`.execute(tx)
    try {
      const done = await changeTags(tx, actorOfOperation(operation), ids, changesOf(operation))
      await sql`release savepoint attempt`.execute(tx)
      added.push(...done.added)
      removed.push(...done.removed)
    } catch (error) {
      if (databaseAtFault(error) || endOf(error) !== null) throw error
      await sql`rollback to savepoint attempt`.execute(tx)
      await sql`release savepoint attempt`.execute(tx)
      if (ids.length === 1) {
        if (!(error instanceof Problem)) unforeseen(error, ids[0]!)
        failures.push(failureOf(ids[0]!, error))
        return
      }
      const half = Math.ceil(ids.length / 2)
      await attempt(ids.slice(0, half))
      await attempt(ids.slice(half))
    }
  }
  await attempt(there)
  return summary({ added, removed }, failures)
}

/** What goes between the server and the database for a row of an import. */
const BYTES_A_ROW = 500

/**
 * Writes a batch of an import's rows. With `unforeseen`, after that has failed: rows that cannot be written are found, told to
 * it, and refused.
 */
export async function importBatch(
  tx: Tx,
  operation: OperationRow,
  { first_row, last_row }: Batch,
  unforeseen?: (error: unknown, row: number) => void,
): Promise<BatchDone> {
  const { created, renamed, refused, born, ...tags } = await sparingMemory(() =>
    writeRows(
      tx,
      actorOfOperation(operation),
      { operationId: operation.id, first: first_row!, last: last_row! },
      unforeseen && { isFatal: (error) => databaseAtFault(error) || endOf(error) !== null, unforeseen },
    ),
  )
  throwAway((last_row! - first_row! + 1) * BYTES_A_ROW)
  const done = summary(tags)
  const touched = new Set([...created, ...[...renamed, ...tags.added, ...tags.removed].map((each) => each.contact_id)])
  const added = [...done.added, ...born]
  return { ...done, added, changed: touched.size, imported: { created, renamed, contact_ids: [...touched], refused } }
}

const goneFailure = (contactId: string): Failure => ({
  contact_id: contactId,
  reason: 'contact_gone',
  message: 'The contact was erased meanwhile.',
})

function failureOf(contactId: string, error: unknown): Failure {
  if (!(error instanceof Problem))
    return {
      contact_id: contactId,
      reason: 'contact_failed',
      message: 'Something went wrong on the server with this contact. It was logged.',
    }
  const { reason, data } = error.details
  const tagId = data?.['tag_id']
  return {
    contact_id: contactId,
    reason,
    message: error.message,
    ...(typeof tagId === 'string' ? { tag_id: tagId } : {}),
  }
}

/** Locks those that are there, merged ones followed, so that they stay; and names those that were erased. */
async function followContacts(tx: Tx, orgId: string, ids: string[]): Promise<{ there: string[]; gone: string[] }> {
  const merged = await mergedInto(tx, orgId, ids)
  const { rows } = await sql<{ id: string }>`
    select id from contacts where org_id = ${orgId} and id = any(${[...new Set([...ids, ...merged.values()])]}::uuid[])
    order by id for no key update`.execute(tx)
  const there = new Set(rows.map((row) => row.id))
  return { there: [...there], gone: ids.filter((id) => !there.has(id) && !there.has(merged.get(id) ?? '')) }
}

interface ChangedAssignment {
  id: number | string
  contact_id: string
  tag_id: string
  name: string
  tag_deleted: boolean
  active: boolean
  again: boolean
}

/**
 * Takes back what the undone operation's batch of this number changed, where it still stands: a tag that it put on is taken
 * off when that very assignment goes on, and one that it took off comes back when nobody put it on since.
 */
export async function undoBatch(tx: Tx, operation: OperationRow, { n, size }: Batch): Promise<BatchDone> {
  const { org_id: orgId, undoes } = operation
  const { rows: undone } = await sql<UndoneBatch>`
    select contact_ids, added, removed, created, renamed from operation_batches where org_id = ${orgId} and operation_id = ${undoes} and n = ${n}`.execute(
    tx,
  )
  const { contact_ids: contactIds, added, removed } = undone[0]!
  const takenBack = operation.request.import_id === undefined ? NOTHING_BACK : await takeBack(tx, operation, undone[0]!)
  const all = [...added, ...removed]
  await sql`
    select c.id from contacts c where c.org_id = ${orgId} and c.id in (select contact_id from tag_assignments where org_id = ${orgId} and id = any(${all}::bigint[]))
    order by c.id for no key update`.execute(tx)
  const { rows: found } = await sql<ChangedAssignment>`
    select a.id, a.contact_id, a.tag_id, t.name, t.deleted_at is not null as tag_deleted, a.removed_at is null as active,
      exists (select from tag_assignments later where later.org_id = a.org_id and later.contact_id = a.contact_id and later.tag_id = a.tag_id and (later.id > a.id or later.removed_at is null) and later.id <> a.id) as again
    from tag_assignments a join tags own on own.org_id = a.org_id and own.id = a.tag_id
    join tags t on t.org_id = own.org_id and t.id = coalesce(own.merged_into, own.id)
    where a.org_id = ${orgId} and a.id = any(${all}::bigint[]) order by a.id`.execute(tx)
  const rows = found.filter((row) => !takenBack.removed.has(row.contact_id))
  const wasAdded = new Set(added.map(String))
  const takeOff = rows.filter((row) => wasAdded.has(String(row.id)))
  const putBack = rows.filter((row) => !wasAdded.has(String(row.id)))
  const failures = [
    ...takeOff.flatMap((row) => notUndone(row, row.active, 'changed_since')),
    ...putBack.flatMap((row) => notUndone(row, !row.active && !row.again, 'put_on_since')),
  ]
  if (found.length < all.length) {
    const others = contactIds.filter((id) => !takenBack.removed.has(id))
    const { gone } = await followContacts(tx, orgId, others)
    failures.push(...gone.slice(0, all.length - found.length).map(goneFailure))
  }
  failures.push(...takenBack.failures)
  const why = { reason: 'undo', operation_id: operation.id, undoes }
  const done = { added: [] as TagChangeDone[], removed: [] as TagChangeDone[] }
  const change = async (direction: 'add' | 'remove', each: ChangedAssignment[]): Promise<void> => {
    const wishes = [...Map.groupBy(each, (row) => row.contact_id)].map(([contact_id, group]) => ({
      contact_id,
      tag_ids: group.map((row) => row.tag_id),
    }))
    const { added: on, removed: off } = await changeTagsOfEach(tx, actorOfOperation(operation), direction, wishes, {
      why,
    })
    done.added.push(...on)
    done.removed.push(...off)
  }
  const fallen = new Set(failures.map((failure) => `${failure.contact_id} ${failure.tag_id}`))
  const standing = (row: ChangedAssignment) => !fallen.has(`${row.contact_id} ${row.tag_id}`)
  await change('remove', takeOff.filter(standing))
  await change('add', putBack.filter(standing))
  const failed = new Set(failures.map((failure) => failure.contact_id))
  const changed = new Set(
    [...[...done.added, ...done.removed].map((each) => each.contact_id), ...takenBack.restored].filter(
      (id) => !failed.has(id),
    ),
  )
  return { ...summary(done, failures), changed: Math.min(changed.size + takenBack.removed.size, size) }
}

const SINCE = {
  tag_deleted_since: (name: string) => `“${name}” was deleted from the catalog since.`,
  changed_since: (name: string) => `“${name}” was taken off or changed since.`,
  put_on_since: (name: string) => `“${name}” was put on again since.`,
}

function notUndone(row: ChangedAssignment, stands: boolean, otherwise: keyof typeof SINCE): Failure[] {
  if (stands && !row.tag_deleted) return []
  const reason = row.tag_deleted ? 'tag_deleted_since' : otherwise
  return [{ contact_id: row.contact_id, tag_id: row.tag_id, reason, message: SINCE[reason](row.name) }]
}

/** Moves the assignments of a batch's contacts from a merged tag to its survivor. */
export async function mergeBatch(tx: Tx, operation: OperationRow, batch: Batch): Promise<BatchDone> {
  const moved = await moveTag(tx, operation.org_id, operation.request.from!, batch.contact_ids)
  return { changed: moved.length, added: [], removed: [], failures: [] }
}
