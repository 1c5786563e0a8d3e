// Messages as a whole: moving them between contacts, erasing them, and when somebody was active.
import { sql, type RawBuilder } from 'kysely'
import type { Db, Tx } from '../lib/db.ts'

/** Gives all messages of one contact to another; answers their ids. */
export async function moveMessages(tx: Tx, orgId: string, from: string, to: string): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    update messages set contact_id = ${to} where org_id = ${orgId} and contact_id = ${from} returning id`.execute(tx)
  return rows.map((row) => row.id)
}

/** Gives these messages, as far as the one still has them, back to the other, with what was changed of them since. */
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
  await sql`
    update messages a set contact_id = ${to} from messages m
    where m.org_id = ${orgId} and m.id = any(${ids}::uuid[]) and m.contact_id = ${to} and a.org_id = m.org_id and a.channel_id = m.channel_id
      and a.target = m.wa_message_id and a.contact_id = ${from}`.execute(tx)
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

/** WhatsApp's ids of all messages of the contacts. */
export async function messageIdsOf(db: Db, orgId: string, contactIds: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ wa_message_id: string }>`
    select distinct wa_message_id from messages where org_id = ${orgId} and contact_id = any(${contactIds}::uuid[]) and wa_message_id is not null`.execute(
    db,
  )
  return rows.map((row) => row.wa_message_id)
}

/** Erases all messages of the contacts, with what became of each. */
export async function eraseMessages(tx: Tx, orgId: string, contactIds: readonly string[]): Promise<void> {
  await deleteMessages(tx, orgId, sql`contact_id = any(${contactIds}::uuid[])`)
}

/** Deletes those messages of an organization, with what became of each, in one statement; answers how many there were. */
export async function deleteMessages(db: Db, orgId: string, which: RawBuilder<unknown>): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    with gone as (
      delete from messages where org_id = ${orgId} and ${which} returning channel_id, wa_message_id
    ), statuses as (
      delete from message_statuses s using gone
      where s.org_id = ${orgId} and s.channel_id = gone.channel_id and s.wa_message_id = gone.wa_message_id
    )
    select count(*)::int as count from gone`.execute(db)
  return rows[0]!.count
}
