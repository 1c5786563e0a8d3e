// Waiting: since when a customer waits for an answer, where one that had been written turned out to be none.
import { sql } from 'kysely'
import type { Tx } from '../lib/db.ts'
import { deliveryState } from './delivery.ts'

/** The first that the customer of a conversation c wrote after the last answer that did not fail. */
export const unansweredSince = sql`(
  select min(m.sent_at) from messages m
  where m.org_id = c.org_id and m.conversation_id = c.id and m.direction = 'in' and m.type not in ('reaction', 'edit', 'revoke', 'system')
    and m.sent_at > coalesce((
      select m.sent_at from messages m
      where m.org_id = c.org_id and m.conversation_id = c.id and m.direction = 'out' and ${deliveryState} <> 'failed'
      order by m.sent_at desc limit 1), '-infinity'))`

/** Locks conversations before their messages are touched in the outbox, as whoever sends again does. */
export async function lockConversations(tx: Tx, orgId: string, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  await sql`select from conversations where org_id = ${orgId} and id = any(${ids}::uuid[]) order by id for update`.execute(
    tx,
  )
}

/** An answer has failed in these: as far as they are open, whoever had waited for it waits still, and no less long. */
export async function waitOn(tx: Tx, orgId: string, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  await sql`
    update conversations c set waiting_since = least(c.waiting_since, ${unansweredSince})
    where c.org_id = ${orgId} and c.id = any(${ids}::uuid[]) and c.closed_at is null`.execute(tx)
}

/** An answer that had failed goes again: only what the customer wrote after it waits. */
export async function waitNoMore(tx: Tx, orgId: string, id: string): Promise<void> {
  await sql`
    update conversations c set waiting_since = ${unansweredSince}
    where c.org_id = ${orgId} and c.id = ${id} and c.closed_at is null`.execute(tx)
}
