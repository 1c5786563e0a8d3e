// What is to be analysed: each conversation once, when it closes.
import { sql } from 'kysely'
import type { Tx } from '../lib/db.ts'

/**
 * Puts closed conversations into the queue, in the transaction that closes them. A repeat changes nothing. Those that ended a
 * day and more before the organization was here, as the demo shop's do, are history that came along: they are left as they are.
 */
export async function queueAnalyses(tx: Tx, orgId: string, conversationIds: readonly string[]): Promise<void> {
  if (conversationIds.length === 0) return
  await sql`
    insert into analyses (org_id, conversation_id)
    select c.org_id, c.id from conversations c join organizations o on o.id = c.org_id
    where c.org_id = ${orgId} and c.id = any(${conversationIds}::uuid[]) and c.closed_at > o.created_at - interval '1 day'
    on conflict do nothing`.execute(tx)
}
