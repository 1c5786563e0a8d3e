// What people and other systems took off, and an AI may not put back.
import { sql } from 'kysely'
import type { Actor } from '../access/actor.ts'
import type { Db } from '../lib/db.ts'
import { leadsTo } from './resolving.ts'

/**
 * That an assignment `a` was ended by a person or another system who took the tag off. Where tags or contacts were merged,
 * the one that ended lives on in the other: nobody took it off.
 */
export const takenOff = sql<boolean>`(a.removed_source in ('manual_admin', 'manual_agent', 'api') and a.removed_why ->> 'reason' is distinct from 'merged')`

/** Which of the tags an AI may not put back on these contacts: people or other systems took them off after the evidence, or what was merged into them. */
export async function heldBack(
  db: Db,
  actor: Actor,
  contactIds: readonly string[],
  tagIds: readonly string[],
  evidenceAt: string | null,
): Promise<{ contact_id: string; tag_id: string; name: string }[]> {
  const { rows } = await sql<{ contact_id: string; tag_id: string; name: string }>`
    select a.contact_id, t.id as tag_id, t.name
    from tag_assignments a join tags t on t.org_id = a.org_id and t.id = ${leadsTo('a')}
    where a.org_id = ${actor.org_id} and a.contact_id = any(${contactIds}::uuid[]) and t.id = any(${tagIds}::uuid[])
      and ${takenOff}
      and (${evidenceAt}::timestamptz is null or a.removed_at >= ${evidenceAt}::timestamptz)
      and not exists (select 1 from tag_assignments held where held.org_id = a.org_id and held.contact_id = a.contact_id
        and ${leadsTo('held')} = t.id and held.removed_at is null)
    limit 1`.execute(db)
  return rows
}
