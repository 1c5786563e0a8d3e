// Messages as a whole: moving them between contacts, and when somebody was active.
import { sql } from 'kysely'
import type { Db, Tx } from '../lib/db.ts'

/** Gives all messages of one contact to another; answers their ids. */
export async function moveMessages(tx: Tx, orgId: string, from: string, to: string): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    update messages set contact_id = ${to} where org_id = ${orgId} and contact_id = ${from} returning id`.execute(tx)
  return rows.map((row) => row.id)
}

/** Gives these messages, as far as the one still has them, back to the other. */
export async function returnMessages(
  tx: Tx,
  orgId: string,
  from: string,
  to: string,
  ids: readonly string[],
): Promise<void> {
  await sql`update messages set contact_id = ${to} where org_id = ${orgId} and contact_id = ${from} and id = any(${ids}::uuid[])`.execute(
    tx,
  )
}

/** First and last time of the contact's own messages; null when there is none. */
export async function activityOf(
  db: Db,
  orgId: string,
  contactId: string,
): Promise<{ first: string; last: string } | null> {
  const { rows } = await sql<{ first: string | null; last: string | null }>`
    select min(sent_at) as first, max(sent_at) as last from messages
    where org_id = ${orgId} and contact_id = ${contactId} and direction = 'in' and type <> 'system'`.execute(db)
  const row = rows[0]
  return row?.first && row.last ? { first: row.first, last: row.last } : null
}
