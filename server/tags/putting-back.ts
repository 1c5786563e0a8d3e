// What an AI may put back: a tag that a person or a third-party system took off stays off without newer evidence.
import { sql } from 'kysely'
import type { Actor } from '../access/actor.ts'
import type { Tx } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import type { Why } from './schema.ts'

/** What a person or a third-party system took off, an AI puts back only on a customer's newer message. */
export async function refusePuttingBack(
  tx: Tx,
  actor: Actor,
  contactIds: string[],
  tagIds: string[],
  why: Why | undefined,
): Promise<void> {
  const evidenceAt = typeof why?.['evidence_at'] === 'string' ? why['evidence_at'] : null
  const { rows } = await sql<{ contact_id: string; tag_id: string; name: string }>`
    select a.contact_id, a.tag_id, t.name
    from tag_assignments a join tags t on t.org_id = a.org_id and t.id = a.tag_id
    where a.org_id = ${actor.org_id} and a.contact_id = any(${contactIds}::uuid[]) and a.tag_id = any(${tagIds}::uuid[])
      and a.removed_source in ('manual_admin', 'manual_agent', 'api')
      and (${evidenceAt}::timestamptz is null or a.removed_at >= ${evidenceAt}::timestamptz)
      and not exists (select 1 from tag_assignments held where held.org_id = a.org_id and held.contact_id = a.contact_id
        and held.tag_id = a.tag_id and held.removed_at is null)
    limit 1`.execute(tx)
  if (rows[0]) {
    throw new Problem(
      'forbidden',
      `A person took the tag “${rows[0].name}” off. An AI can put it back only when the customer has written something newer that supports it.`,
      {
        reason: 'removed_by_person',
        data: { tag_id: rows[0].tag_id, name: rows[0].name, contact_id: rows[0].contact_id },
      },
    )
  }
}
