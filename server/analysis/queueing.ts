// What is to be analysed: each conversation once, when it closes.
import { sql } from 'kysely'
import type { Tx } from '../lib/db.ts'

/** Puts closed conversations into the queue, in the transaction that closes them. A repeat changes nothing. */
export async function queueAnalyses(tx: Tx, orgId: string, conversationIds: readonly string[]): Promise<void> {
  if (conversationIds.length === 0) return
  await sql`
    insert into analyses (org_id, conversation_id)
    select ${orgId}, id from unnest(${conversationIds}::uuid[]) as closed (id)
    on conflict do nothing`.execute(tx)
}
