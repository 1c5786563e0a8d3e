// What contacts carry, read and locked before it is changed.
import { sql } from 'kysely'
import type { Actor } from '../access/actor.ts'
import { prepared, type Tx } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'

/**
 * Locks the contacts in the order of their ids, so that changes of many at once cannot deadlock. Answers the tags too whose
 * assignments are still moving to one of those asked for; it is looked up when the locks of the tags are held, not before.
 */
export async function lockContacts(
  tx: Tx,
  actor: Actor,
  contactIds: readonly string[],
  tagIds: readonly string[] = [],
): Promise<{ ids: string[]; merging: string[] }> {
  const wanted = [...new Set(contactIds)]
  if (wanted.length === 0) return { ids: [], merging: [] }
  const { rows } = await sql<{ id: string; merging: string[] }>`
    select id, array(select m.id from tags m where m.org_id = ${actor.org_id} and m.merged_into = any((select ${tagIds}::uuid[])::uuid[]) and m.merging is not null) as merging
    from contacts where org_id = ${actor.org_id} and id = any((select ${wanted}::uuid[])::uuid[]) order by id for no key update`.execute(
    prepared(tx),
  )
  if (rows.length < wanted.length)
    throw new Problem('not_found', 'There is no such contact in this organization.', { reason: 'contact_missing' })
  return { ids: rows.map((row) => row.id), merging: rows[0]?.merging ?? [] }
}

/** A tag on a contact. */
export interface Pair {
  contact_id: string
  tag_id: string
}

/** The tags of the catalog that the contacts carry and that are not among the pairs; none of them can be deleted meanwhile. */
export async function carriedBeside(
  tx: Tx,
  actor: Actor,
  contactIds: readonly string[],
  pairs: readonly Pair[],
): Promise<Pair[]> {
  const { rows } = await sql<Pair>`
    select c.id as contact_id, t.id as tag_id
    from contacts c join tags t on t.org_id = c.org_id and t.id = any(c.tag_ids) and t.deleted_at is null
    where c.org_id = ${actor.org_id} and c.id = any(${contactIds}::uuid[])
    for share of t`.execute(tx)
  const named = new Set(pairs.map(textOf))
  return rows.filter((pair) => !named.has(textOf(pair)))
}

const textOf = ({ contact_id, tag_id }: Pair) => `${contact_id} ${tag_id}`
