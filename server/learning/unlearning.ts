// Learning anew without what is being erased.
import { sql } from 'kysely'
import type { Tx } from '../lib/db.ts'

/**
 * Has an organization learn anew without these contacts' conversations, which are being erased, where it learned from any of
 * them; to be called before they go. What their texts mean goes with them.
 */
export async function unlearn(tx: Tx, orgId: string, contactIds: readonly string[]): Promise<void> {
  await sql`
    update learnings set due_at = now(), round = round + 1, failures = 0, steps = 0, steps_done = 0
    where org_id = ${orgId} and exists (
      select from conversations v join lesson_vectors l on l.org_id = v.org_id and l.conversation_id = v.id
      where v.org_id = ${orgId} and v.contact_id = any(${contactIds}::uuid[]))`.execute(tx)
}
