// Merging two tags of the catalog.
import { sql } from 'kysely'
import { actorColumns, type Actor } from '../access/actor.ts'
import { recordEvents } from '../events/events.ts'
import type { Db, Tx } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import { resolveTags } from './resolving.ts'
import { sourceOf } from './rules.ts'
import { noTag } from './tags.ts'

/** How many contacts carry the tag, and how many of them the other one as well. Refuses tags that are not in the organization. */
export async function previewMerge(
  db: Db,
  actor: Actor,
  fromId: string,
  intoId: string,
): Promise<{ contacts: number; both: number }> {
  const tags = await resolveTags(db, actor.org_id, [fromId, intoId])
  const [from, into] = [tags.get(fromId), tags.get(intoId)]
  if (!from || !into) throw noTag()
  const { rows } = await sql<{ contacts: number; both: number }>`
    select count(*)::int as contacts, count(b.contact_id)::int as both
    from tag_assignments a left join tag_assignments b
      on b.org_id = a.org_id and b.contact_id = a.contact_id and b.tag_id = ${into.id} and b.removed_at is null
    where a.org_id = ${actor.org_id} and a.tag_id = ${fromId} and a.removed_at is null`.execute(db)
  return rows[0]!
}

/**
 * Marks a tag, deleted or not, as merged into an active one: from then on nothing lands on it, and its name and id lead to
 * the survivor. Its assignments are still to be moved (`moveTag`), and `settleMerge` says that they were.
 * Refuses merging a tag into itself or into a deleted tag, and one that was merged already.
 */
export async function markMerged(
  tx: Tx,
  actor: Actor,
  fromId: string,
  intoId: string,
): Promise<{ from: string; into: string }> {
  const survivor = (await resolveTags(tx, actor.org_id, [intoId])).get(intoId)
  if (!survivor) throw noTag()
  if (survivor.id === fromId)
    throw new Problem('invalid', 'Choose another tag to merge into.', {
      reason: 'merged_into_itself',
      field: 'into',
    })
  const { rows } = await sql<{ id: string; name: string; deleted: boolean; merged_into: string | null }>`
    select id, name, deleted_at is not null as deleted, merged_into from tags
    where org_id = ${actor.org_id} and id = any(${[fromId, survivor.id]}::uuid[]) order by id for no key update`.execute(
    tx,
  )
  const [from, into] = [fromId, survivor.id].map((id) => rows.find((row) => row.id === id))
  if (!from || !into) throw noTag()
  if (from.merged_into !== null)
    throw new Problem('conflict', `The tag “${from.name}” was merged into another already.`, {
      reason: 'tag_merged_already',
      data: { name: from.name },
    })
  if (into.deleted)
    throw new Problem(
      'invalid',
      `The tag “${into.name}” was deleted from the catalog. Restore it first, or choose another.`,
      {
        field: 'into',
        reason: 'tag_deleted',
        data: { tag_id: into.id, name: into.name },
      },
    )
  const merging = JSON.stringify({ source: sourceOf(actor), ...actorColumns(actor) })
  await sql`
    update tags set merged_into = ${into.id}, merging = case when id = ${from.id} then ${merging}::jsonb else merging end,
      deleted_at = coalesce(deleted_at, now()), updated_at = case when id = ${from.id} then now() else updated_at end
    where org_id = ${actor.org_id} and (id = ${from.id} or merged_into = ${from.id})`.execute(tx)
  await recordEvents(tx, actor, [
    {
      kind: 'tag.merged',
      tag_id: from.id,
      before: { name: from.name, deleted: from.deleted },
      after: { merged_into: into.id, name: into.name },
    },
  ])
  return { from: from.id, into: into.id }
}

/** Says that no assignment of a merged tag is left to move. */
export async function settleMerge(tx: Tx, orgId: string, fromId: string): Promise<void> {
  await sql`update tags set merging = null where org_id = ${orgId} and id = ${fromId}`.execute(tx)
}
