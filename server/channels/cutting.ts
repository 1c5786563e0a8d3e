// Cutting an erased contact out of the raw deliveries, without losing what else they hold.
import { sql, type RawBuilder } from 'kysely'
import type { Traces } from '../contacts/erasing.ts'
import type { Tx } from '../lib/db.ts'
import { cutPerson, recognizing } from './whatsapp/cutting.ts'

/** A delivery by its key, but for the organization and the time. */
export type DeliveryPlace = [accountId: string, id: number | string]

interface DeliveryRow {
  account_id: string
  id: number | string
  received_at: string
  body: Buffer
}

const PAGE_ROWS = 200
const PAGE_BYTES = 4 << 20

/**
 * Cuts the contact out of the deliveries that are still to be interpreted, or could be once more: what else they hold is
 * interpreted as ever, and nobody makes the contact anew out of what came before it was erased. The caller holds the lock
 * of identities, so that none of them is being interpreted. Answers how many were changed or removed.
 */
export async function cutOutOfWaiting(tx: Tx, orgId: string, traces: Traces): Promise<number> {
  let cut = 0
  for (let after: DeliveryPlace | null = null; ;) {
    const page = await cutPage(tx, orgId, traces, {
      after,
      which: sql`and (interpreted_at is null or problem is not null)`,
    })
    cut += page.cut
    if (page.next === null) return cut
    after = page.next
  }
}

/**
 * The same, one page after a place, for deliveries that came until `until` and are interpreted. Answers where the next page
 * begins; null after the last.
 */
export async function cutOutOfInterpreted(
  tx: Tx,
  orgId: string,
  traces: Traces,
  { after, until }: { after: DeliveryPlace | null; until: string },
): Promise<{ cut: number; next: DeliveryPlace | null }> {
  return cutPage(tx, orgId, traces, {
    after,
    which: sql`and interpreted_at is not null and received_at <= ${until}::timestamptz`,
  })
}

async function cutPage(
  tx: Tx,
  orgId: string,
  traces: Traces,
  { after, which }: { after: DeliveryPlace | null; which: RawBuilder<unknown> },
): Promise<{ cut: number; next: DeliveryPlace | null }> {
  const from = after === null ? sql`` : sql`and (account_id, id) > (${after[0]}::uuid, ${after[1]}::bigint)`
  const { rows } = await sql<DeliveryRow>`
    select account_id, id, received_at, body from (
      select *, sum(octet_length(body)) over (order by account_id, id) - octet_length(body) as bytes_before from (
        select account_id, id, received_at, body from deliveries
        where org_id = ${orgId} and account_id ${traces.test ? sql`in` : sql`not in`} (select id from whatsapp_accounts where org_id = ${orgId} and kind = 'test')
          ${which} ${from}
        order by account_id, id limit ${PAGE_ROWS}) first
    ) page where bytes_before < ${PAGE_BYTES} order by account_id, id`.execute(tx)
  const isTrace = recognizing(traces)
  let cut = 0
  for (const row of rows) {
    const body = cutPerson(row.body, isTrace, traces)
    if (body === 'untouched') continue
    cut++
    const mine = sql`org_id = ${orgId} and account_id = ${row.account_id} and id = ${row.id}::bigint and received_at = ${row.received_at}::timestamptz`
    if (body === 'emptied') await sql`delete from deliveries where ${mine}`.execute(tx)
    else await sql`update deliveries set body = ${body} where ${mine}`.execute(tx)
  }
  const last = rows.at(-1)
  return { cut, next: last ? [last.account_id, last.id] : null }
}
