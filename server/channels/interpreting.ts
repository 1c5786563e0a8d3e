// Interpreting stored deliveries: in the order of their arrival, many in one transaction, each exactly once.
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import type { FastifyBaseLogger } from 'fastify'
import { flushActivity } from '../contacts/identity-rows.ts'
import { receive, type Arrival } from '../conversations/receiving.ts'
import { prepared, type Db, type Tx } from '../lib/db.ts'
import { answerWithin, databaseAtFault } from '../lib/http.ts'
import { readPayload } from './whatsapp/payload.ts'
import type { Payload } from './whatsapp/update.ts'

const MOST_DELIVERIES = 500
const MOST_BYTES = 4 << 20
/** From so many deliveries in a batch on, it is a flood. */
const FLOOD = 100
/**
 * What comes is interpreted at once, and what comes within so long after that together: a batch of ten takes hardly
 * longer than one of two, and what is told of it to open screens is told once.
 */
const GATHER_MS = 50
/**
 * So many times as long as a batch took is left to storing at least, and never longer than `MOST_PAUSE_MS`. What cannot be kept up
 * with in half the time ends in full batches; a large one alone may come of any hold-up.
 */
const PAUSE_SHARE = { kept_up: 1, full: 6 }
const MOST_PAUSE_MS = 1000
/** Behind the wake-ups: what another server stored and then died is found by looking. */
const LOOK_EVERY_MS = 5000
const GIVE_UP_AFTER = 5
/**
 * A batch that takes longer is left to itself: its database may be cut off without a word, and would be waited for as
 * long as the operating system does. There its transaction ends after the same time, and with it the lock.
 */
const SILENT_MS = 30_000
export interface Interpreter {
  wake(): void
  stop(): Promise<void>
}

/** Interprets in the background whenever woken, and every few seconds besides. */
export function openInterpreter({
  db,
  log,
  onInterpreted,
}: {
  db: Db
  log: FastifyBaseLogger
  /** Called after each batch is committed, with how many deliveries it held. */
  onInterpreted(count: number): void
}): Interpreter {
  let woken = false
  let running: Promise<void> | null = null
  let restsUntil = 0
  let stopped = false

  const work = async (): Promise<void> => {
    try {
      let more = false
      while ((more || woken) && !stopped) {
        const rest = more ? 0 : restsUntil - performance.now()
        if (rest > 0) await sleep(rest)
        woken = false
        const began = performance.now()
        const done = stopped ? NONE : await answerWithin(SILENT_MS, interpretSome(db, log))
        if (done.count > 0) onInterpreted(done.count)
        // While deliveries pour in, storing them comes first: what is left for later is interpreted in larger batches.
        const share = done.count < MOST_DELIVERIES ? PAUSE_SHARE.kept_up : PAUSE_SHARE.full
        const took = performance.now() - began
        restsUntil = began + Math.max(GATHER_MS, took + Math.min(MOST_PAUSE_MS, share * took))
        more = done.more && !woken
      }
    } catch (error) {
      if (databaseAtFault(error)) log.warn({ err: error }, 'interpreting waits for the database')
      else log.error({ err: error }, 'interpreting failed; it is tried again')
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

interface DeliveryRow {
  id: string | number
  account_id: string
  received_at: string
  body: Buffer
}

/** Interprets one batch of one organization's deliveries; answers how many. Zero when nothing waits, or others are at it. */
export async function interpretBatch(db: Db, log: FastifyBaseLogger): Promise<number> {
  return (await interpretSome(db, log)).count
}

interface Interpreted {
  count: number
  /** Of what had been stored before it began, something is left. */
  more: boolean
}
const NONE: Interpreted = { count: 0, more: false }

async function interpretSome(db: Db, log: FastifyBaseLogger): Promise<Interpreted> {
  const busy: string[] = []
  let othersAtIt = false
  for (;;) {
    const next = await nextOrganization(prepared(db), busy)
    if (next === null) {
      // Who is at it now will come here as well, when there is nothing left to do.
      if (!othersAtIt) await writeGathered(db)
      return NONE
    }
    const { org_id: orgId, others } = next
    let rows: DeliveryRow[] = []
    try {
      const done = await prepared(db)
        .transaction()
        .execute(async (tx) => {
          if (!(await lockOrganization(tx, orgId))) return null
          rows = await takeDeliveries(tx, orgId)
          // A full batch is a flood: more waits behind it. Whatever was gathered in one is written when it ends.
          const flood = rows.length >= FLOOD
          await flushActivity(tx, orgId, flood ? { olderThanSeconds: 60 } : {})
          await interpret(tx, orgId, rows, flood)
          return rows.length
        })
      if (done === null) othersAtIt = true
      // Nothing taken: another server is at it, or what waits is to be tried again later.
      if (done === null || done === 0) busy.push(orgId)
      else return { count: done, more: others || isMuch(rows) }
    } catch (error) {
      if (databaseAtFault(error) || rows.length === 0) throw error
      // One of them is at fault: find it by taking each on its own, so that it does not hold up the others.
      await interpretOneByOne(db, log, orgId, rows)
      return { count: rows.length, more: true }
    }
  }
}

/** When a flood has ended: last seen of everybody in it, in one statement an organization. */
async function writeGathered(db: Db): Promise<void> {
  const { rows } = await sql<{ org_id: string }>`select distinct org_id from contact_activity`.execute(db)
  for (const { org_id } of rows) {
    await db.transaction().execute(async (tx) => {
      if (await lockOrganization(tx, org_id)) await flushActivity(tx, org_id)
    })
  }
}

/**
 * The organization whose oldest waiting delivery is the oldest, but for those that are busy, and whether others wait.
 * Hops from one to the next in the index.
 */
async function nextOrganization(db: Db, busy: string[]): Promise<{ org_id: string; others: boolean } | null> {
  const { rows } = await sql<{ org_id: string; others: boolean }>`
    with recursive waiting as (
      (select org_id from deliveries where interpreted_at is null order by org_id limit 1)
      union all
      select (select d.org_id from deliveries d where d.interpreted_at is null and d.org_id > w.org_id order by d.org_id limit 1)
      from waiting w where w.org_id is not null
    )
    select org_id, count(*) over () > 1 as others from waiting where org_id is not null and org_id <> all(${busy}::uuid[])
    order by (select min(d.id) from deliveries d where d.org_id = waiting.org_id and d.interpreted_at is null) limit 1`.execute(
    db,
  )
  return rows[0] ?? null
}

/** One interpreter an organization at a time, on whichever server: deliveries keep their order, and nobody is created twice. */
async function lockOrganization(tx: Tx, orgId: string): Promise<boolean> {
  const { rows } = await sql<{ locked: boolean }>`
    select pg_try_advisory_xact_lock(hashtextextended('earmark:interpret:' || ${orgId}, 0)) as locked,
      set_config('idle_in_transaction_session_timeout', ${String(SILENT_MS)}, true),
      set_config('plan_cache_mode', 'force_generic_plan', true), set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true)`.execute(
    tx,
  )
  return rows[0]!.locked
}

/** Whether more may be behind what was taken at once, or, at the end of a flood, what was gathered in it is to be written. */
const isMuch = (rows: readonly DeliveryRow[]): boolean =>
  rows.length >= FLOOD || rows.reduce((sum, { body }) => sum + body.length, 0) >= MOST_BYTES

async function takeDeliveries(tx: Tx, orgId: string): Promise<DeliveryRow[]> {
  const { rows } = await sql<DeliveryRow>`
    select account_id, id, received_at, body
    from (
      select account_id, id, received_at, body, sum(octet_length(body)) over (order by id) - octet_length(body) as bytes_before
      from (select account_id, id, received_at, body from deliveries
        where org_id = ${orgId} and interpreted_at is null and (retry_at is null or retry_at <= now())
        order by id limit ${MOST_DELIVERIES}) first
    ) waiting
    where bytes_before < ${MOST_BYTES}
    order by id`.execute(tx)
  return rows
}

async function interpret(tx: Tx, orgId: string, rows: DeliveryRow[], flood: boolean): Promise<void> {
  const read = rows.map((row) => ({ row, payload: readPayload(row.body) }))
  const arrivals = read.flatMap(({ row, payload }): Arrival[] =>
    payload.updates.map((update) => ({
      delivery_id: row.id,
      account_id: row.account_id,
      received_at: row.received_at,
      update,
    })),
  )
  const left = await receive(tx, orgId, arrivals, { flood })
  // By lists of keys, not by a join: without statistics, as in a new day's partition, a join read the whole day for each batch.
  const times = rows.map((row) => row.received_at).toSorted()
  await sql`
    update deliveries set interpreted_at = now(), problem = null, retry_at = null, left_for = null
    where org_id = ${orgId} and account_id = any(${[...new Set(rows.map((row) => row.account_id))]}::uuid[]) and id = any(${rows.map((row) => row.id)}::bigint[])
      and received_at >= ${times[0]} and received_at <= ${times.at(-1)}`.execute(tx)
  await noteExceptions(tx, orgId, read, left)
  await sql`
    update whatsapp_accounts a set last_delivery_at = greatest(a.last_delivery_at, latest.at)
    from (select account_id, max(received_at) as at from unnest(${rows.map((row) => row.account_id)}::uuid[], ${rows.map((row) => row.received_at)}::timestamptz[])
      as d (account_id, received_at) group by account_id) latest
    where a.org_id = ${orgId} and a.id = latest.account_id`.execute(tx)
}

/** What could not be read, and what was for numbers that are not connected: few rows, written one by one. */
async function noteExceptions(
  tx: Tx,
  orgId: string,
  read: readonly { row: DeliveryRow; payload: Payload }[],
  left: readonly Arrival[],
): Promise<void> {
  const numbers = Map.groupBy(left, (arrival) => arrival.delivery_id)
  for (const { row, payload } of read) {
    const leftFor = numbers.get(row.id)?.map(({ update }) => update.phone_number_id!) ?? []
    if (payload.problem === null && leftFor.length === 0) continue
    await sql`update deliveries set problem = ${payload.problem}, left_for = ${leftFor.length > 0 ? [...new Set(leftFor)] : null}::text[]
      where org_id = ${orgId} and account_id = ${row.account_id} and id = ${row.id} and received_at = ${row.received_at}`.execute(
      tx,
    )
  }
}

async function interpretOneByOne(db: Db, log: FastifyBaseLogger, orgId: string, rows: DeliveryRow[]): Promise<void> {
  for (const row of rows) {
    try {
      await db.transaction().execute(async (tx) => {
        if (!(await lockOrganization(tx, orgId))) return
        await interpret(tx, orgId, [row], false)
      })
    } catch (error) {
      if (databaseAtFault(error)) throw error
      log.error({ err: error, delivery_id: row.id }, 'a delivery could not be interpreted; it is kept')
      const reason = error instanceof Error ? error.message.slice(0, 1000) : 'unknown'
      await sql`
        update deliveries set failures = failures + 1, problem = ${reason},
          retry_at = now() + make_interval(secs => 10 * power(4, failures)),
          interpreted_at = case when failures + 1 >= ${GIVE_UP_AFTER} then now() end
        where org_id = ${orgId} and account_id = ${row.account_id} and id = ${row.id} and received_at = ${row.received_at}`.execute(
        db,
      )
    }
  }
}
