// Starting operations, and what a person may do with them after: cancel, resume, undo.
import { sql, type RawBuilder } from 'kysely'
import { actorColumns, type Actor } from '../access/actor.ts'
import type { ContactFilter } from '../contacts/schema.ts'
import { recordEvents, type EventKind } from '../events/events.ts'
import type { Tx } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import { newId } from '../lib/ids.ts'
import { markStarted, prepareWriting } from '../imports/beginning.ts'
import { markMerged } from '../tags/merging.ts'
import {
  getOperation,
  mayCancel,
  mayUndo,
  noOperation,
  type OperationRequest,
  type OperationRow,
} from './operations.ts'
import type { Operation, OperationKind, StartOperation } from './schema.ts'
import { selectionCondition, tagsOfChange } from './selecting.ts'

/** Contacts a batch: its transaction takes some tenths of a second, and so long a cancel waits at most. */
export const BATCH_SIZE = 500
/** Rows of a file a batch: they take about as long. */
const ROWS_A_BATCH = 1000

/**
 * Takes the contacts that match now, in one snapshot, and leaves them as batches to the background. Refuses the tags that
 * `tagsOfChange` refuses, a choice of nobody, and a number of contacts that is no longer the one expected (`count_changed`).
 */
export async function startOperation(
  tx: Tx,
  actor: Actor,
  { filter, ids, add, remove, expected }: StartOperation,
): Promise<Operation> {
  const tags = await tagsOfChange(tx, actor, { add, remove })
  const { condition } = await selectionCondition(tx, actor, { filter, ids })
  const id = await insertOperation(tx, actor, {
    kind: 'change_tags',
    request: { ...(filter ? { filter: filterAsGiven(filter) } : {}), ...tags },
    tagIds: [...tags.add, ...tags.remove],
  })
  const matched = await takeContacts(tx, actor.org_id, id, sql`select c.id from contacts c where ${condition}`)
  if (matched === 0) throw new Problem('invalid', 'No contacts match these filters.', { reason: 'no_contacts' })
  if (expected !== undefined && Math.abs(matched - expected) > Math.floor(expected / 100))
    throw new Problem(
      'conflict',
      `The contacts that match have changed meanwhile: ${expected} matched before, ${matched} do now. Look at the numbers again.`,
      { reason: 'count_changed', data: { expected, matched } },
    )
  return begun(tx, actor, id)
}

/**
 * Merges a tag into another at once, as far as names and tagging go; its assignments move in the background.
 * Refuses what `markMerged` refuses.
 */
export async function startMerge(tx: Tx, actor: Actor, fromId: string, intoId: string): Promise<Operation> {
  const { from, into } = await markMerged(tx, actor, fromId, intoId)
  const id = await insertOperation(tx, actor, { kind: 'merge_tags', request: { from, into }, tagIds: [from, into] })
  await takeContacts(
    tx,
    actor.org_id,
    id,
    sql`select distinct contact_id as id from tag_assignments where org_id = ${actor.org_id} and tag_id = ${from}`,
  )
  return begun(tx, actor, id)
}

/**
 * Writes a file that was checked, in the background: its rows as they were staged, whoever they lead to when they are written.
 * Refuses what `prepareWriting` refuses.
 */
export async function startImport(tx: Tx, actor: Actor, importId: string): Promise<Operation> {
  const { tagIds } = await prepareWriting(tx, actor, importId)
  const id = await insertOperation(tx, actor, { kind: 'import', request: { import_id: importId }, tagIds })
  await markStarted(tx, actor.org_id, importId, id)
  // From the end of the file on: see writeRows.
  const { rows } = await sql<{ matched: number }>`
    with batches as (
      insert into operation_batches (org_id, operation_id, n, contact_ids, size, first_row, last_row)
      select ${actor.org_id}, ${id}, batch, '{}', count(*), min(n), max(n) from (
        select n, (row_number() over (order by n desc) - 1) / ${ROWS_A_BATCH}::int as batch from import_rows
        where org_id = ${actor.org_id} and import_id = ${importId} and reason is null and same_as is null
      ) placed group by batch
      returning size
    )
    select coalesce(sum(size), 0)::int as matched from batches`.execute(tx)
  await setMatched(tx, actor.org_id, id, rows[0]!.matched)
  return begun(tx, actor, id)
}

/**
 * Takes back what an operation changed, as an operation of its own. Refuses one that still runs, that changed nothing, that is
 * no change of tags, or that is being or was undone (`already_undone`).
 */
export async function startUndo(tx: Tx, actor: Actor, id: string): Promise<Operation> {
  const row = await lockOperation(tx, actor, id)
  if (row.kind !== 'change_tags' && row.kind !== 'import')
    throw new Problem('conflict', 'Only changes of tags and imports can be undone.', { reason: 'not_undoable' })
  if (row.finished_at === null)
    throw new Problem('conflict', 'It is still under way. Cancel it or wait for its end first.', {
      reason: 'unfinished',
    })
  const { undone_by: undoneBy } = await getOperation(tx, actor, id)
  if (undoneBy !== null)
    throw new Problem('conflict', 'This was undone already.', {
      reason: 'already_undone',
      data: { operation_id: undoneBy },
    })
  if (!mayUndo(row))
    throw new Problem('conflict', 'It changed nothing that could be undone.', { reason: 'nothing_to_undo' })
  const { add = [], remove = [], import_id } = row.request
  const undoId = await insertOperation(tx, actor, {
    kind: 'undo',
    request: import_id === undefined ? { add: remove, remove: add } : { import_id },
    tagIds: row.tag_ids,
    undoes: id,
  })
  await sql`
    insert into operation_batches (org_id, operation_id, n, contact_ids, size)
    select org_id, ${undoId}, n, '{}', changed from operation_batches
    where org_id = ${actor.org_id} and operation_id = ${id} and changed > 0`.execute(tx)
  await setMatched(tx, actor.org_id, undoId, row.changed)
  return begun(tx, actor, undoId)
}

/** Ends an operation before its next batch; asking twice is one. Refuses a merge, and what has ended. */
export async function cancelOperation(tx: Tx, actor: Actor, id: string): Promise<Operation> {
  const row = await lockOperation(tx, actor, id)
  if (row.status === 'cancelling' || row.status === 'cancelled') return getOperation(tx, actor, id)
  if (row.kind === 'merge_tags')
    throw new Problem('conflict', 'A merge cannot be cancelled: the tag leads to its survivor already.', {
      reason: 'not_cancellable',
    })
  if (!mayCancel(row)) throw new Problem('conflict', 'It has ended already.', { reason: 'ended' })
  await (
    row.status === 'waiting'
      ? sql`update operations set status = 'cancelled', finished_at = now() where org_id = ${actor.org_id} and id = ${id}`
      : sql`update operations set status = 'cancelling' where org_id = ${actor.org_id} and id = ${id}`
  ).execute(tx)
  if (row.status === 'waiting') await tell(tx, actor, 'operation.cancelled', { ...row, status: 'cancelled' })
  return getOperation(tx, actor, id)
}

/** Goes on with an operation that failed, from the batch at which it ended. Refuses any other. */
export async function resumeOperation(tx: Tx, actor: Actor, id: string): Promise<Operation> {
  const row = await lockOperation(tx, actor, id)
  if (row.status !== 'failed')
    throw new Problem('conflict', 'Only an operation that failed can be resumed.', { reason: 'not_failed' })
  if (!(await getOperation(tx, actor, id)).can_resume)
    throw new Problem('conflict', 'What it had changed was undone. Start a new one instead.', { reason: 'undone' })
  await sql`update operations set status = 'waiting', error = null, finished_at = null, worked_at = null where org_id = ${actor.org_id} and id = ${id}`.execute(
    tx,
  )
  return begun(tx, actor, id)
}

type Numbers = 'status' | 'matched' | 'done' | 'changed' | 'unchanged' | 'failed'

/** Records where an operation stands, for whoever follows events. */
export async function tell(
  tx: Tx,
  actor: Actor,
  kind: EventKind,
  { id, ...row }: Pick<OperationRow, 'id' | 'kind' | Numbers>,
): Promise<void> {
  const { status, matched, done, changed, unchanged, failed } = row
  await recordEvents(tx, actor, [
    { kind, after: { operation_id: id, kind: row.kind, status, matched, done, changed, unchanged, failed } },
  ])
}

async function insertOperation(
  tx: Tx,
  actor: Actor,
  what: { kind: OperationKind; request: OperationRequest; tagIds: string[]; undoes?: string },
): Promise<string> {
  const id = newId()
  const by = actorColumns(actor)
  const role = actor.kind === 'user' ? actor.role : actor.kind === 'api_key' ? actor.key_kind : null
  await sql`
    insert into operations (org_id, id, kind, actor_kind, actor_id, actor_name, actor_role, request, tag_ids, undoes, matched)
    values (${actor.org_id}, ${id}, ${what.kind}, ${by.actor_kind}, ${by.actor_id}, ${by.actor_name}, ${role}, ${JSON.stringify(what.request)}::jsonb,
      ${what.tagIds}::uuid[], ${what.undoes ?? null}, 0)`.execute(tx)
  return id
}

/** Writes the contacts of a query (`id`) as batches; answers how many. One statement, and so one snapshot. */
async function takeContacts(tx: Tx, orgId: string, id: string, contacts: RawBuilder<unknown>): Promise<number> {
  const { rows } = await sql<{ matched: number }>`
    with batches as (
      insert into operation_batches (org_id, operation_id, n, contact_ids, size)
      select ${orgId}, ${id}, batch.n, batch.ids, cardinality(batch.ids)
      from (
        select (place - 1) / ${BATCH_SIZE}::int as n, array_agg(id order by id) as ids
        from (select id, row_number() over (order by id) as place from (${contacts}) matching) placed
        group by 1
      ) batch
      returning size
    )
    select coalesce(sum(size), 0)::int as matched from batches`.execute(tx)
  await setMatched(tx, orgId, id, rows[0]!.matched)
  return rows[0]!.matched
}

async function setMatched(tx: Tx, orgId: string, id: string, matched: number): Promise<void> {
  await sql`update operations set matched = ${matched} where org_id = ${orgId} and id = ${id}`.execute(tx)
}

async function begun(tx: Tx, actor: Actor, id: string): Promise<Operation> {
  const operation = await getOperation(tx, actor, id)
  await tell(tx, actor, 'operation.started', operation)
  return operation
}

/** Waits for the batch under way, if any. */
async function lockOperation(tx: Tx, actor: Actor, id: string): Promise<OperationRow> {
  const { rows } =
    await sql<OperationRow>`select * from operations where org_id = ${actor.org_id} and id = ${id} for update`.execute(
      tx,
    )
  if (!rows[0]) throw noOperation()
  return rows[0]
}

/** The filter as it stands in an address: what it was parsed from. */
function filterAsGiven(filter: ContactFilter): Record<string, string> {
  return Object.fromEntries(
    Object.entries(filter).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(',') : String(value)]],
    ),
  )
}
