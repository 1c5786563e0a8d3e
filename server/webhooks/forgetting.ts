// What the log of webhooks lets go: what is older than it keeps, and what was about somebody who is erased.
import { sql } from 'kysely'
import type { Db, Tx } from '../lib/db.ts'
import type { EndpointKey } from './line.ts'
import { KEEP_DAYS } from './schema.ts'

const PAGE = 5000

/** Deletes what was settled longer ago than the log keeps it, in small transactions, until it is to stop. */
export async function forgetOldDispatches(db: Db, stopping: AbortSignal): Promise<void> {
  for (const [state, days] of Object.entries(KEEP_DAYS)) {
    for (let deleted = PAGE; deleted === PAGE && !stopping.aborted;) {
      const { numAffectedRows } = await sql`
        delete from webhook_dispatches where ctid = any(array(
          select ctid from webhook_dispatches where settled_at < now() - make_interval(days => ${days}) and state = ${state} limit ${PAGE} for update skip locked))`.execute(
        db,
      )
      deleted = Number(numAffectedRows)
    }
  }
}

/** Forgets that events were sent or are to be: they told of contacts that are erased, whatever the receivers answered. */
export async function forgetDispatches(tx: Tx, orgId: string, eventSeqs: readonly number[]): Promise<void> {
  if (eventSeqs.length === 0) return
  await sql`
    delete from webhook_dispatches where org_id = ${orgId}
      and endpoint_id = any(array(select id from webhook_endpoints where org_id = ${orgId})) and event_seq = any(${[...eventSeqs]}::bigint[])`.execute(
    tx,
  )
}

/** One whose event was erased just when it was put in line. */
export async function forgetDispatch(db: Db, { org_id, id }: EndpointKey, eventSeq: number): Promise<void> {
  await sql`
    delete from webhook_dispatches where org_id = ${org_id} and endpoint_id = ${id} and event_seq = ${eventSeq}`.execute(
    db,
  )
}
