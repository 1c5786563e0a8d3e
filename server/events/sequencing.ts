// The order of events: numbers given after commit, the only order in which anybody may read on.
import { sql } from 'kysely'
import { prepared, type Db, type Tx } from '../lib/db.ts'

const BATCH = 500
/** A server that is cut off without a word must not keep the others from numbering for longer. */
const SILENT_MS = 30_000

/**
 * Numbers events that are committed and have no number yet, up to 500 of each organization. Answers whether to look
 * again soon: more may wait, or another server is at it, and what it numbers is not committed yet. An id is given when a
 * row is written, and a transaction with smaller ids may commit later: whoever read on by ids would never see it. Here
 * such an event gets a greater number. Any server may do this at any time; one organization's events are numbered by one
 * at a time.
 */
export async function numberEvents(db: Db): Promise<boolean> {
  let again = false
  for (const orgId of await organizationsWaiting(db)) if ((await numberSome(db, orgId)) !== 'all') again = true
  return again
}

/** The same for one organization, until nothing is left or another server is at it. */
export async function numberEventsOf(db: Db, orgId: string): Promise<void> {
  while ((await numberSome(db, orgId)) === 'some');
}

/** Hops from one organization to the next in the index of what has no number. */
async function organizationsWaiting(db: Db): Promise<string[]> {
  const { rows } = await sql<{ org_id: string }>`
    with recursive waiting as (
      (select org_id from events where seq is null order by org_id limit 1)
      union all
      select (select e.org_id from events e where e.seq is null and e.org_id > w.org_id order by e.org_id limit 1)
      from waiting w where w.org_id is not null
    )
    select org_id from waiting where org_id is not null`.execute(prepared(db))
  return rows.map((row) => row.org_id)
}

/** None when another server is at it. */
async function numberSome(db: Db, orgId: string): Promise<'all' | 'some' | 'none'> {
  return prepared(db)
    .transaction()
    .execute(async (tx) => {
      const { rows } = await sql<{ locked: boolean }>`
      select pg_try_advisory_xact_lock(${orderOf(orgId)}) as locked,
        set_config('idle_in_transaction_session_timeout', ${String(SILENT_MS)}, true)`.execute(tx)
      if (!rows[0]!.locked) return 'none'
      return (await numberBatch(tx, orgId)) < BATCH ? 'all' : 'some'
    })
}

/** What numbers an organization's events holds this lock until its end. */
const orderOf = (orgId: string) => sql`hashtextextended('earmark:event-order:' || ${orgId}::text, 0)`

/** Answers how many got their number. */
async function numberBatch(tx: Tx, orgId: string): Promise<number> {
  const { numAffectedRows } = await sql`
      with batch as materialized (
        select id, row_number() over (order by id) as n from (
          select id from events where org_id = ${orgId} and seq is null order by id limit ${BATCH}) waiting
      ), head as (
        insert into event_positions as p (org_id, position) select ${orgId}, count(*) from batch having count(*) > 0
        on conflict (org_id) do update set position = p.position + excluded.position
        returning position - (select count(*) from batch) as before
      )
      update events e set seq = head.before + batch.n from batch, head
      where e.org_id = ${orgId} and e.id = batch.id`.execute(tx)
  return Number(numAffectedRows)
}

/** So many batches of waiting events at most go before events that are placed. */
const MOST_BEFORE = 20

/**
 * Keeps so many places in the order for events that this transaction is about to write, after everything that waits, and
 * answers the number before the first of them; null when too much waits, and they are numbered after commit as all others.
 * Numbering an event later means writing it, and its entries in the indexes, a second time, which took as long as an import's
 * whole writing of contacts. Only for contacts that this very transaction makes, of whom nothing else can have been told; and
 * as its last work, since nobody else numbers the organization's events until it ends.
 */
export async function placeEvents(tx: Tx, orgId: string, count: number): Promise<number | null> {
  await sql`select pg_advisory_xact_lock(${orderOf(orgId)})`.execute(tx)
  let batches = 0
  while ((await numberBatch(tx, orgId)) === BATCH) if (++batches === MOST_BEFORE) return null
  const { rows } = await sql<{ before: number }>`
    insert into event_positions as p (org_id, position) values (${orgId}, ${count})
    on conflict (org_id) do update set position = p.position + excluded.position
    returning position - ${count} as before`.execute(tx)
  return rows[0]!.before
}

/** The number of the newest event of each of the organizations; without any it is 0. */
export async function positionsOf(db: Db, orgIds: readonly string[]): Promise<Map<string, number>> {
  if (orgIds.length === 0) return new Map()
  const rows = await db
    .selectFrom('event_positions')
    .select(['org_id', 'position'])
    .where('org_id', 'in', [...orgIds])
    .execute()
  const known = new Map(rows.map((row) => [row.org_id, row.position]))
  return new Map(orgIds.map((id) => [id, known.get(id) ?? 0]))
}

export async function positionOf(db: Db, orgId: string): Promise<number> {
  return (await positionsOf(db, [orgId])).get(orgId)!
}

/** Forgets which contacts were active more than an hour ago: only screens that were open then wanted to know. */
export async function forgetActivity(db: Db): Promise<void> {
  await sql`delete from events where kind in ('contacts.active', 'conversation.delivery') and at < now() - interval '1 hour'`.execute(
    db,
  )
}
