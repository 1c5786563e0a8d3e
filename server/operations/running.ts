// Working on operations in the background: batch by batch, each in one transaction, so that a killed process leaves whole batches.
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Server } from '../access/door.ts'
import type { EventKind } from '../events/events.ts'
import type { Tx } from '../lib/db.ts'
import { answerWithin, databaseAtFault } from '../lib/http.ts'
import { settleMerge } from '../tags/merging.ts'
import {
  changeAll,
  changeEach,
  endOf,
  importBatch,
  mergeBatch,
  undoBatch,
  type Batch,
  type BatchDone,
} from './batches.ts'
import { actorOfOperation, type OperationRow } from './operations.ts'
import type { OperationStatus } from './schema.ts'
import { BATCH_SIZE, tell } from './starting.ts'

/** Between two batches, as a share of the time that the last one took: what is left to everybody else. */
const PAUSE_SHARE = 0.15
/** Behind the wake-ups: what another server began and then died is found by looking. */
const LOOK_EVERY_MS = 5000
/** A batch that takes longer is left to itself, as its transaction is ended there after the same time. */
const SILENT_MS = 60_000
/** Progress is told so often at most. */
const TELL_EVERY_MS = 1000

type Resources = Pick<Server, 'db' | 'log'>

export interface Operator {
  wake(): void
  stop(): Promise<void>
}

/** Works on operations whenever woken, and looks for them every few seconds besides. */
export function openOperator(server: Resources): Operator {
  let woken = false
  let running: Promise<void> | null = null
  let stopped = false

  const work = async (): Promise<void> => {
    try {
      while (woken && !stopped) {
        woken = false
        for (;;) {
          const began = performance.now()
          if (stopped || !(await answerWithin(SILENT_MS, workOnce(server)))) break
          await sleep((performance.now() - began) * PAUSE_SHARE)
        }
      }
    } catch (error) {
      if (databaseAtFault(error)) server.log.warn({ err: error }, 'operations wait for the database')
      else server.log.error({ err: error }, 'working on an operation failed; it is tried again')
    }
    running = null
  }
  const wake = (): void => {
    woken = true
    if (!stopped) running ??= work()
  }
  const timer = setInterval(wake, LOOK_EVERY_MS).unref()
  wake()
  return {
    wake,
    async stop() {
      stopped = true
      clearInterval(timer)
      await running
    },
  }
}

/** The operation that was taken, for when the transaction is rolled back. */
interface Taken {
  operation?: OperationRow
}

/**
 * Works on one batch of the operation whose turn it is; answers whether there was any. Another process may do the same at the
 * same time: an operation is locked while one of its batches is worked on.
 */
export async function workOnce(server: Resources): Promise<boolean> {
  const { db } = server
  const taken: Taken = {}
  try {
    return await db.transaction().execute((tx) => takeAndDo(tx, taken, workOn))
  } catch (error) {
    if (!taken.operation || databaseAtFault(error)) throw error
    const { kind } = taken.operation
    if (endOf(error) || (kind !== 'change_tags' && kind !== 'import')) return fail(server, taken.operation, error)
  }
  // Somebody among them cannot be changed: all the others can.
  const one = taken.operation
  const note = (error: unknown, which: string | number) =>
    server.log.error({ err: error, operation_id: one.id, which }, 'a contact or a row of an operation failed')
  try {
    return await db
      .transaction()
      .execute((tx) =>
        takeAndDo(tx, { operation: one }, (_tx, operation, batch) =>
          operation.kind === 'import'
            ? importBatch(_tx, operation, batch, note)
            : changeEach(_tx, operation, batch, note),
        ),
      )
  } catch (error) {
    if (databaseAtFault(error)) throw error
    return fail(server, one, error)
  }
}

const workOn = (tx: Tx, operation: OperationRow, batch: Batch): Promise<BatchDone> =>
  ({ change_tags: changeAll, import: importBatch, undo: undoBatch, merge_tags: mergeBatch })[operation.kind](
    tx,
    operation,
    batch,
  )

async function takeAndDo(tx: Tx, taken: Taken, doBatch: typeof workOn): Promise<boolean> {
  const operation = await takeOperation(tx, taken.operation)
  if (!operation) return taken.operation !== undefined
  taken.operation = operation
  if (operation.status === 'cancelling') {
    await end(tx, operation, 'cancelled')
    return true
  }
  const batch = await nextBatch(tx, operation)
  if (!batch) {
    await end(tx, operation, 'done')
    return true
  }
  await finishBatch(tx, operation, batch, await doBatch(tx, operation, batch))
  return true
}

/**
 * Operations take turns, but of two that speak of the same tag the older is worked off first: what was asked last holds.
 */
async function takeOperation(tx: Tx, which: OperationRow | undefined): Promise<OperationRow | undefined> {
  const { rows } = await sql<OperationRow>`
    select o.*, set_config('idle_in_transaction_session_timeout', ${String(SILENT_MS)}, true) from operations o
    where o.status in ('waiting', 'running', 'cancelling') ${which ? sql`and o.org_id = ${which.org_id} and o.id = ${which.id}` : sql``}
      and not exists (select from operations older where older.org_id = o.org_id and older.id < o.id
        and older.status in ('waiting', 'running', 'cancelling') and older.tag_ids && o.tag_ids)
    order by o.worked_at nulls first, o.id
    limit 1 for update of o skip locked`.execute(tx)
  return rows[0]
}

async function nextBatch(tx: Tx, { org_id: orgId, id, kind, request }: OperationRow): Promise<Batch | undefined> {
  const { rows } = await sql<Batch>`
    select n, size, contact_ids, first_row, last_row from operation_batches
    where org_id = ${orgId} and operation_id = ${id} and done_at is null order by n limit 1`.execute(tx)
  if (rows[0] || kind !== 'merge_tags') return rows[0]
  // What a merge of contacts carried past the batches: nothing may stay on the tag that is no more.
  const { rows: left } = await sql<Batch>`
    insert into operation_batches (org_id, operation_id, n, contact_ids, size)
    select ${orgId}, ${id}, (select coalesce(max(n), -1) + 1 from operation_batches where org_id = ${orgId} and operation_id = ${id}), array_agg(contact_id), count(*)::int
    from (select distinct contact_id from tag_assignments where org_id = ${orgId} and tag_id = ${request.from!} limit ${BATCH_SIZE}) still
    having count(*) > 0
    returning n, size, contact_ids, first_row, last_row`.execute(tx)
  if (left[0])
    await sql`update operations set matched = matched + ${left[0].size} where org_id = ${orgId} and id = ${id}`.execute(
      tx,
    )
  return left[0]
}

async function finishBatch(tx: Tx, operation: OperationRow, batch: Batch, result: BatchDone): Promise<void> {
  const { imported } = result
  const failed = imported?.refused ?? new Set(result.failures.map((failure) => failure.contact_id)).size
  const { rows } = await sql<OperationRow & { tell: boolean }>`
    with batch as (
      update operation_batches set done_at = now(), changed = ${result.changed}, added = ${result.added}::bigint[], removed = ${result.removed}::bigint[],
        failures = ${JSON.stringify(result.failures)}::jsonb
        ${imported ? sql`, contact_ids = ${imported.contact_ids}::uuid[], created = ${imported.created}::uuid[], renamed = ${JSON.stringify(imported.renamed)}::jsonb` : sql``}
      where org_id = ${operation.org_id} and operation_id = ${operation.id} and n = ${batch.n}
    ), before as (select announced_at from operations where org_id = ${operation.org_id} and id = ${operation.id})
    update operations o set status = 'running', started_at = coalesce(o.started_at, now()), worked_at = clock_timestamp(),
      done = o.done + ${batch.size}, changed = o.changed + ${result.changed}, created = o.created + ${imported?.created.length ?? 0}, failed = o.failed + ${failed},
      unchanged = o.unchanged + ${Math.max(0, batch.size - result.changed - failed)},
      announced_at = case when before.announced_at > now() - ${TELL_EVERY_MS} * interval '1 millisecond' then before.announced_at else now() end
    from before where o.org_id = ${operation.org_id} and o.id = ${operation.id}
    returning o.*, o.announced_at = now()::timestamptz(3) as tell`.execute(tx)
  const now = rows[0]!
  if (now.done >= now.matched && now.kind !== 'merge_tags') await end(tx, now, 'done')
  else if (now.tell) await tell(tx, actorOfOperation(now), 'operation.progress', now)
}

const TOLD = { done: 'operation.finished', cancelled: 'operation.cancelled' } as const satisfies Partial<
  Record<OperationStatus, EventKind>
>

async function end(tx: Tx, operation: OperationRow, status: 'done' | 'cancelled'): Promise<void> {
  if (operation.kind === 'merge_tags') await settleMerge(tx, operation.org_id, operation.request.from!)
  await sql`update operations set status = ${status}, finished_at = clock_timestamp(), started_at = coalesce(started_at, now()) where org_id = ${operation.org_id} and id = ${operation.id}`.execute(
    tx,
  )
  await tell(tx, actorOfOperation(operation), TOLD[status], { ...operation, status })
}

/** Ends an operation that cannot go on; it can be resumed from where it stands. */
async function fail({ db, log }: Resources, { org_id: orgId, id }: OperationRow, error: unknown): Promise<true> {
  const reason = endOf(error)
  if (reason === null) log.error({ err: error, operation_id: id }, 'an operation failed')
  await db.transaction().execute(async (tx) => {
    const { rows } = await sql<OperationRow>`
      update operations set status = 'failed', error = ${reason ?? 'internal'}, finished_at = now()
      where org_id = ${orgId} and id = ${id} and status in ('waiting', 'running', 'cancelling') returning *`.execute(tx)
    if (rows[0]) await tell(tx, actorOfOperation(rows[0]), 'operation.failed', rows[0])
  })
  return true
}
