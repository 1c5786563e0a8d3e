// Raw deliveries: stored durably before they are answered, many in one commit when many arrive at once.
import type pg from 'pg'
import { sql } from 'kysely'
import type { Db } from '../lib/db.ts'

export interface NewDelivery {
  org_id: string
  account_id: string
  body: Buffer
}

const MOST_ROWS = 64
const MOST_BYTES = 8 << 20
/** Two commits under way at once keep the disk busy; more only make smaller batches. */
const WRITERS = 2

interface Waiting extends NewDelivery {
  stored: () => void
  failed: (error: unknown) => void
}

export interface DeliveryStore {
  /** Resolves once the delivery is on disk; rejects when it is not, and then nothing of it was kept. */
  store(delivery: NewDelivery): Promise<void>
}

/**
 * Opens the store. While a commit is under way the deliveries that arrive meanwhile gather, and share the next one:
 * over 16 connections this trebles what one commit each can do. `onStored` is called after each commit.
 */
export function openDeliveryStore(pool: pg.Pool, onStored: () => void): DeliveryStore {
  const waiting: Waiting[] = []
  let writing = 0

  const write = async (): Promise<void> => {
    writing++
    while (waiting.length > 0) {
      const batch = takeBatch(waiting)
      try {
        await pool.query({
          name: `store-deliveries-${batch.length}`,
          text: `insert into deliveries (org_id, account_id, body) values ${batch.map((_, n) => `($${n * 3 + 1}, $${n * 3 + 2}, $${n * 3 + 3})`).join(', ')}`,
          values: batch.flatMap((delivery) => [delivery.org_id, delivery.account_id, delivery.body]),
        })
        for (const delivery of batch) delivery.stored()
        onStored()
      } catch (error) {
        for (const delivery of batch) delivery.failed(error)
      }
    }
    writing--
  }

  return {
    store: (delivery) =>
      new Promise((stored, failed) => {
        waiting.push({ ...delivery, stored, failed })
        if (writing < WRITERS) void write()
      }),
  }
}

function takeBatch(waiting: Waiting[]): Waiting[] {
  let bytes = 0
  let rows = 0
  while (rows < waiting.length && rows < MOST_ROWS && (rows === 0 || bytes + waiting[rows]!.body.length <= MOST_BYTES)) {
    bytes += waiting[rows]!.body.length
    rows++
  }
  return waiting.splice(0, rows)
}

const DAYS_AHEAD = 7
export const KEEP_DAYS = 30

/**
 * Makes the partitions of the coming days and drops those older than 30 days. Rows that arrive without a partition
 * of their own are kept in the default one.
 */
export async function prepareDeliveryPartitions(db: Db): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await sql`select pg_advisory_xact_lock(hashtextextended('earmark:delivery-partitions', 0))`.execute(tx)
    const { rows: days } = await sql<{ name: string; from: string; to: string; covered: boolean }>`
      select 'deliveries_' || to_char(day, 'YYYYMMDD') as name,
        to_char(day, 'YYYY-MM-DD"T00:00:00Z"') as "from", to_char(day + interval '1 day', 'YYYY-MM-DD"T00:00:00Z"') as "to",
        to_regclass('deliveries_' || to_char(day, 'YYYYMMDD')) is not null
          or exists (select 1 from deliveries_default where received_at >= day at time zone 'UTC' and received_at < (day + interval '1 day') at time zone 'UTC') as covered
      from generate_series(date_trunc('day', now() at time zone 'UTC'), date_trunc('day', now() at time zone 'UTC') + make_interval(days => ${DAYS_AHEAD}), interval '1 day') day`.execute(tx)
    for (const day of days.filter((each) => !each.covered)) {
      await sql`create table ${sql.id(day.name)} partition of deliveries for values from (${sql.lit(day.from)}) to (${sql.lit(day.to)})`.execute(tx)
    }
    const { rows: old } = await sql<{ name: string }>`
      select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
      where i.inhparent = 'deliveries'::regclass and c.relname ~ '^deliveries_[0-9]{8}$'
        and c.relname < 'deliveries_' || to_char(now() at time zone 'UTC' - make_interval(days => ${KEEP_DAYS}), 'YYYYMMDD')`.execute(tx)
    for (const { name } of old) await sql`drop table ${sql.id(name)}`.execute(tx)
    await sql`delete from deliveries_default where received_at < now() - make_interval(days => ${KEEP_DAYS})`.execute(tx)
  })
}
