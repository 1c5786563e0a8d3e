// Raw deliveries as an administrator sees them, and the upkeep of their partitions.
import { sql } from 'kysely'
import type { Actor } from '../access/actor.ts'
import type { Db, Tx } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import { errorCode } from '../lib/start-error.ts'
import { stepByStep } from '../lib/steps.ts'
import type { Delivery } from './schema.ts'
import { readPayload } from './whatsapp/payload.ts'
import type { Payload, Update } from './whatsapp/update.ts'

interface DeliveryRow extends Omit<Delivery, 'id' | 'held' | 'misread'> {
  id: number | string
  body: Buffer
}

const columns = sql`id, received_at, octet_length(body) as size, body, problem, coalesce(left_for, '{}') as left_for,
  case when interpreted_at is null and problem is null then 'waiting' when problem is not null then 'problem' else 'interpreted' end as state`

/** Deliveries of an account, newest first: all, those with a problem, or those that held something for other numbers. */
export async function listDeliveries(
  db: Db,
  actor: Actor,
  accountId: string,
  { show, limit, cursor }: { show: 'all' | 'problems' | 'other_numbers'; limit: number; cursor?: string | undefined },
): Promise<{ deliveries: Delivery[]; next_cursor: string | null }> {
  const shown = { all: sql``, problems: sql`and problem is not null`, other_numbers: sql`and left_for is not null` }[
    show
  ]
  const { rows } = await sql<DeliveryRow>`
    select ${columns} from deliveries
    where org_id = ${actor.org_id} and account_id = ${accountId} ${shown} ${cursor === undefined ? sql`` : sql`and id < ${cursor}::bigint`}
    order by id desc limit ${limit + 1}`.execute(db)
  const page = rows.slice(0, limit).map(toDelivery)
  return { deliveries: page, next_cursor: rows.length > limit ? page.at(-1)!.id : null }
}

/** One delivery with its body as it came. */
export async function getDelivery(
  db: Db,
  actor: Actor,
  accountId: string,
  id: string,
): Promise<Delivery & { body: string }> {
  const { rows } = await sql<DeliveryRow>`
    select ${columns} from deliveries where org_id = ${actor.org_id} and account_id = ${accountId} and id = ${id}::bigint`.execute(
    db,
  )
  const row = rows[0]
  if (!row)
    throw new Problem('not_found', 'There is no such delivery. Deliveries are kept for a limited time.', {
      reason: 'delivery_missing',
    })
  return { ...toDelivery(row), body: row.body.toString('utf8') }
}

function toDelivery({ body, ...row }: DeliveryRow): Delivery {
  const payload = readPayload(body)
  return {
    ...row,
    id: String(row.id),
    misread: row.problem !== null && row.problem === payload.problem ? payload.misread : null,
    held: heldIn(payload),
  }
}

/** How many updates of each kind a delivery held, in words for people. */
function heldIn({ updates }: Payload): Record<string, number> {
  const held: Record<string, number> = {}
  for (const update of updates) {
    const what = labelOf(update)
    held[what] = (held[what] ?? 0) + 1
  }
  return held
}

function labelOf(update: Update): string {
  switch (update.kind) {
    case 'message':
    case 'echo':
    case 'history':
      return `${update.kind}: ${update.type ?? 'unknown'}`
    case 'status':
      return `status: ${update.status === 'other' ? (update.status_as_written ?? 'other') : update.status}`
    case 'identity_change':
      return 'change of number or id'
    case 'other':
      return update.what
  }
}

/** Has every delivery with a problem interpreted again; answers how many. What is known already changes nothing. */
export async function retryDeliveries(tx: Tx, actor: Actor, accountId: string): Promise<number> {
  const { rows } = await sql`
    update deliveries set interpreted_at = null, problem = null, failures = 0, retry_at = null
    where org_id = ${actor.org_id} and account_id = ${accountId} and problem is not null returning id`.execute(tx)
  return rows.length
}

const DAYS_AHEAD = 7
export const KEEP_DAYS = 30

/** A backup reads the partitions and keeps them from being changed; nothing may wait behind the upkeep meanwhile. */
const LOCK_WAIT_MS = 500
const LOCK_NOT_AVAILABLE = '55P03'

/** The days that have a partition of their own, such as `2026-05-30`. */
export async function listDeliveryDays(db: Db): Promise<string[]> {
  const { rows } = await sql<{ day: string }>`
    select to_char(to_date(right(c.relname, 8), 'YYYYMMDD'), 'YYYY-MM-DD') as day
    from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'deliveries'::regclass and c.relname ~ '^deliveries_[0-9]{8}$' order by 1`.execute(db)
  return rows.map((row) => row.day)
}

/** Makes the partition of a day. There must be none yet, and no delivery of that day. */
export async function makeDeliveryPartition(tx: Db, day: string): Promise<void> {
  const from = new Date(`${day}T00:00:00Z`)
  const to = new Date(from.getTime() + 24 * 60 * 60 * 1000)
  await sql`create table ${sql.id(`deliveries_${day.replaceAll('-', '')}`)} partition of deliveries
    for values from (${sql.lit(from.toISOString())}) to (${sql.lit(to.toISOString())})`.execute(tx)
}

/**
 * Makes the partitions of the coming days and drops those older than 30 days, but for deliveries that could not be
 * interpreted. Rows that arrive without a partition of their own are kept in the default one. While a backup reads them
 * it does nothing; there are days of time.
 */
export async function prepareDeliveryPartitions(db: Db): Promise<void> {
  await preparePartitions(db).catch((error: unknown) => {
    if (errorCode(error) !== LOCK_NOT_AVAILABLE) throw error
  })
}

async function preparePartitions(db: Db): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await sql`select set_config('lock_timeout', ${String(LOCK_WAIT_MS)}, true)`.execute(tx)
    await sql`select pg_advisory_xact_lock(hashtextextended('earmark:delivery-partitions', 0))`.execute(tx)
    const { rows: days } = await sql<{ day: string; covered: boolean }>`
      select to_char(day, 'YYYY-MM-DD') as day,
        to_regclass('deliveries_' || to_char(day, 'YYYYMMDD')) is not null
          or exists (select 1 from deliveries_default where received_at >= day at time zone 'UTC' and received_at < (day + interval '1 day') at time zone 'UTC') as covered
      from generate_series(date_trunc('day', now() at time zone 'UTC'), date_trunc('day', now() at time zone 'UTC') + make_interval(days => ${DAYS_AHEAD}), interval '1 day') day`.execute(
      tx,
    )
    for (const { day } of days.filter((each) => !each.covered)) await makeDeliveryPartition(tx, day)
    const { rows: old } = await sql<{ name: string }>`
      select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
      where i.inhparent = 'deliveries'::regclass and c.relname ~ '^deliveries_[0-9]{8}$'
        and c.relname < 'deliveries_' || to_char(now() at time zone 'UTC' - make_interval(days => ${KEEP_DAYS}), 'YYYYMMDD')`.execute(
      tx,
    )
    for (const { name } of old) {
      // What could not be interpreted is kept: without its partition it goes to the default one.
      await sql`alter table deliveries detach partition ${sql.id(name)}`.execute(tx)
      await sql`insert into deliveries select * from ${sql.id(name)} where problem is not null or interpreted_at is null`.execute(
        tx,
      )
      await sql`drop table ${sql.id(name)}`.execute(tx)
    }
    await sql`delete from deliveries_default
      where received_at < now() - make_interval(days => ${KEEP_DAYS}) and problem is null and interpreted_at is not null`.execute(
      tx,
    )
  })
}

const MOST_AT_ONCE = 1000
const isOld = (orgId: string, days: number) =>
  sql`d.org_id = ${orgId} and d.received_at < now() - make_interval(days => ${days}) and d.interpreted_at is not null and d.problem is null`

/** How many deliveries of an organization came so many days ago and longer, and were understood. */
export async function countOldDeliveries(db: Db, orgId: string, days: number): Promise<number> {
  const { rows } = await sql<{
    count: number
  }>`select count(*) as count from deliveries d where ${isOld(orgId, days)}`.execute(db)
  return rows[0]!.count
}

/** Deletes them before their day's partition goes, in small transactions; what could not be interpreted, or waits, stays. */
export async function forgetOldDeliveries(db: Db, orgId: string, days: number, stopping: AbortSignal): Promise<void> {
  await stepByStep(stopping, async () => {
    const { rows } = await sql`
      delete from deliveries where (org_id, account_id, id, received_at) in (
        select d.org_id, d.account_id, d.id, d.received_at from deliveries d where ${isOld(orgId, days)} limit ${MOST_AT_ONCE} for update skip locked)
      returning id`.execute(db)
    return rows.length === MOST_AT_ONCE
  })
}

/** Removes what was delivered for the test phone. */
export async function forgetTestDeliveries(tx: Tx, orgId: string): Promise<void> {
  await sql`delete from deliveries d using whatsapp_accounts a
    where d.org_id = ${orgId} and a.org_id = d.org_id and a.id = d.account_id and a.kind = 'test'`.execute(tx)
}
