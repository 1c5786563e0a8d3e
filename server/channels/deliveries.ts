// Raw deliveries as an administrator sees them, and the upkeep of their partitions.
import { sql } from 'kysely'
import type { Actor } from '../access/actor.ts'
import type { Db, Tx } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import type { Delivery } from './schema.ts'
import { readPayload } from './whatsapp/payload.ts'
import type { Payload, Update } from './whatsapp/update.ts'

interface DeliveryRow extends Omit<Delivery, 'id' | 'held'> {
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
  if (!row) throw new Problem('not_found', 'There is no such delivery. Deliveries are kept for 30 days.')
  return { ...toDelivery(row), body: row.body.toString('utf8') }
}

const toDelivery = ({ body, ...row }: DeliveryRow): Delivery => ({
  ...row,
  id: String(row.id),
  held: heldIn(readPayload(body)),
})

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

/**
 * Makes the partitions of the coming days and drops those older than 30 days, but for deliveries that could not be
 * interpreted. Rows that arrive without a partition of their own are kept in the default one.
 */
export async function prepareDeliveryPartitions(db: Db): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await sql`select pg_advisory_xact_lock(hashtextextended('earmark:delivery-partitions', 0))`.execute(tx)
    const { rows: days } = await sql<{ name: string; from: string; to: string; covered: boolean }>`
      select 'deliveries_' || to_char(day, 'YYYYMMDD') as name,
        to_char(day, 'YYYY-MM-DD"T00:00:00Z"') as "from", to_char(day + interval '1 day', 'YYYY-MM-DD"T00:00:00Z"') as "to",
        to_regclass('deliveries_' || to_char(day, 'YYYYMMDD')) is not null
          or exists (select 1 from deliveries_default where received_at >= day at time zone 'UTC' and received_at < (day + interval '1 day') at time zone 'UTC') as covered
      from generate_series(date_trunc('day', now() at time zone 'UTC'), date_trunc('day', now() at time zone 'UTC') + make_interval(days => ${DAYS_AHEAD}), interval '1 day') day`.execute(
      tx,
    )
    for (const day of days.filter((each) => !each.covered)) {
      await sql`create table ${sql.id(day.name)} partition of deliveries for values from (${sql.lit(day.from)}) to (${sql.lit(day.to)})`.execute(
        tx,
      )
    }
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
