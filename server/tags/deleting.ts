// Deleting tags from the catalog, and restoring them: neither touches a contact.
import { sql } from 'kysely'
import type { z } from 'zod'
import type { Actor } from '../access/actor.ts'
import { recordEvents } from '../events/events.ts'
import type { Tx } from '../lib/db.ts'
import { nameKey } from '../lib/fold.ts'
import type { RestoredTags } from './restoring-schema.ts'
import type { RestoreTag, Tag, TagChip } from './schema.ts'
import { chipsById, facts, getTag, lockNames, lockTag, lockTags, tagMerged, writeTag, type LockedTag } from './tags.ts'

/** Deletes tags from the catalog, all or none; answers those that were not deleted before. Contacts are not touched. */
export async function deleteTags(tx: Tx, actor: Actor, ids: readonly string[]): Promise<string[]> {
  const deleted = (await lockTags(tx, actor, ids)).filter((tag) => tag.deleted_at === null)
  const deletedIds = deleted.map((tag) => tag.id)
  await sql`update tags set deleted_at = now() where org_id = ${actor.org_id} and id = any(${deletedIds}::uuid[])`.execute(
    tx,
  )
  await recordEvents(
    tx,
    actor,
    deleted.map((tag) => ({ kind: 'tag.deleted', tag_id: tag.id, before: facts(tag) })),
  )
  return deletedIds
}

/**
 * Puts a deleted tag back into the catalog, so that its assignments count again; restoring an active one changes nothing.
 * When an active tag bears the name meanwhile it is refused (`name_taken`) unless a new name is given; a tag that was merged
 * is refused (`tag_merged`).
 */
export async function restoreTag(
  tx: Tx,
  actor: Actor,
  id: string,
  { new_name: newName }: z.output<typeof RestoreTag>,
): Promise<Tag> {
  const before = await lockTag(tx, actor, id)
  if (before.merged_into !== null) {
    throw await tagMerged(tx, actor, before)
  }
  if (before.deleted_at !== null) {
    const after = { ...facts(before), name: newName ?? before.name }
    await writeTag(tx, actor, id, { ...after, deleted_at: null }, 'new_name')
    await recordEvents(tx, actor, [{ kind: 'tag.restored', tag_id: id, before: facts(before), after }])
  }
  return getTag(tx, actor, id)
}

/**
 * Restores several tags under their own names, those that can be. Of two with one name the one deleted last is restored.
 * Refuses all when one is not in the organization.
 */
export async function restoreTags(tx: Tx, actor: Actor, ids: readonly string[]): Promise<RestoredTags> {
  const tags = await lockTags(tx, actor, ids)
  await lockNames(tx, actor)
  const { rows } = await sql<{ id: string; name_key: string }>`
    select id, name_key from tags where org_id = ${actor.org_id} and deleted_at is null`.execute(tx)
  const bearers = new Map(rows.map((row) => [row.name_key, row.id]))
  const chips = await chipsById(tx, actor.org_id)
  const back: LockedTag[] = []
  const refused: RestoredTags['refused'] = []
  const refuse = (tag: LockedTag, reason: 'name_taken' | 'tag_merged', by: TagChip) =>
    refused.push({ tag: chips.get(tag.id)!, reason, by })
  const deleted = tags.filter((tag) => tag.deleted_at !== null)
  for (const tag of deleted.toSorted((a, b) => (a.deleted_at! < b.deleted_at! ? 1 : -1))) {
    const bearer = bearers.get(nameKey(tag.name))
    if (tag.merged_into !== null) refuse(tag, 'tag_merged', chips.get(tag.merged_into)!)
    else if (bearer !== undefined) refuse(tag, 'name_taken', { ...chips.get(bearer)!, deleted: false })
    else {
      bearers.set(nameKey(tag.name), tag.id)
      back.push(tag)
    }
  }
  await sql`
    update tags set deleted_at = null, updated_at = now()
    where org_id = ${actor.org_id} and id = any(${back.map((tag) => tag.id)}::uuid[])`.execute(tx)
  await recordEvents(
    tx,
    actor,
    back.map((tag) => ({ kind: 'tag.restored', tag_id: tag.id, before: facts(tag), after: facts(tag) })),
  )
  const active = tags.filter((tag) => tag.deleted_at === null)
  return { restored: [...active, ...back].map((tag) => tag.id), refused }
}
