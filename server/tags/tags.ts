// The catalog of tags.
import { sql, type RawBuilder } from 'kysely'
import type { z } from 'zod'
import type { Actor } from '../access/actor.ts'
import { recordEvents } from '../events/events.ts'
import type { Db, Tx } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import { nameKey } from '../lib/fold.ts'
import { newId } from '../lib/ids.ts'
import type { CreateTag, RestoreTag, Tag, TagChip, TagColor, UpdateTag } from './schema.ts'

type TagRow = Omit<Tag, 'contact_count' | 'color'> & { color: string | null; contact_count: number | string }

const toTag = (row: TagRow): Tag => ({
  ...row,
  color: row.color as TagColor | null,
  contact_count: Number(row.contact_count),
})

/** The catalog by name: what can be put on a contact, what was deleted, or all. */
export async function listTags(db: Db, actor: Actor, status: 'active' | 'deleted' | 'all' = 'active'): Promise<Tag[]> {
  const shown = { active: sql`and t.deleted_at is null`, deleted: sql`and t.deleted_at is not null`, all: sql`` }[
    status
  ]
  return readTags(db, actor, shown)
}

/** One tag, deleted or not. Refuses an id that is not in the actor's organization. */
export async function getTag(db: Db, actor: Actor, id: string): Promise<Tag> {
  const [tag] = await readTags(db, actor, sql`and t.id = ${id}`)
  if (!tag) throw noTag()
  return tag
}

const noTag = () => new Problem('not_found', 'There is no such tag in this organization.')

async function readTags(db: Db, actor: Actor, condition: RawBuilder<unknown>): Promise<Tag[]> {
  const { rows } = await sql<TagRow>`
    select t.id, t.name, t.description, t.color, t.created_at, t.updated_at, t.deleted_at, coalesce(c.contact_count, 0) as contact_count
    from tags t
    left join (
      select tag_id, count(*) as contact_count from tag_assignments
      where org_id = ${actor.org_id} and removed_at is null group by tag_id) c on c.tag_id = t.id
    where t.org_id = ${actor.org_id} ${condition}
    order by t.name_key collate "C", t.id`.execute(db)
  return rows.map(toTag)
}

/**
 * Creates a tag, as of now or of a time that is taken over. Refuses a name that another tag bears, ignoring case and
 * spacing, with reason `name_taken`.
 */
export async function createTag(
  tx: Tx,
  actor: Actor,
  input: z.output<typeof CreateTag>,
  createdAt?: string,
): Promise<Tag> {
  await lockNames(tx, actor)
  const row = await tx
    .insertInto('tags')
    .values({
      org_id: actor.org_id,
      id: newId(),
      name: input.name,
      name_key: nameKey(input.name),
      description: input.description,
      color: input.color,
      ...(createdAt ? { created_at: createdAt, updated_at: createdAt } : {}),
    })
    .onConflict((conflict) => conflict.columns(['org_id', 'name_key']).where('deleted_at', 'is', null).doNothing())
    .returning(['id', 'name', 'description', 'color', 'created_at', 'updated_at', 'deleted_at'])
    .executeTakeFirst()
  if (!row) throw await nameTaken(tx, actor, input.name, 'name')
  const tag = toTag({ ...row, contact_count: 0 })
  await recordEvents(tx, actor, [
    {
      kind: 'tag.created',
      tag_id: tag.id,
      after: { name: tag.name, description: tag.description, color: tag.color },
      ...(createdAt ? { at: createdAt } : {}),
    },
  ])
  return tag
}

/**
 * Changes name, description or color. Refuses a deleted tag, and a name that another tag bears (`name_taken`); saying
 * what is so already changes nothing.
 */
export async function updateTag(tx: Tx, actor: Actor, id: string, input: z.output<typeof UpdateTag>): Promise<Tag> {
  const before = await lockTag(tx, actor, id)
  if (before.deleted_at !== null)
    throw new Problem('conflict', `The tag “${before.name}” was deleted. Restore it first.`, { reason: 'tag_deleted' })
  const after = {
    name: input.name ?? before.name,
    description: input.description ?? before.description,
    color: input.color === undefined ? before.color : input.color,
  }
  if (after.name !== before.name || after.description !== before.description || after.color !== before.color) {
    await writeTag(tx, actor, id, { ...after, deleted_at: null }, 'name')
    await recordEvents(tx, actor, [{ kind: 'tag.updated', tag_id: id, before: facts(before), after }])
  }
  return getTag(tx, actor, id)
}

/** Deletes tags from the catalog, all or none; answers those that were not deleted before. Contacts are not touched. */
export async function deleteTags(tx: Tx, actor: Actor, ids: readonly string[]): Promise<string[]> {
  const deleted: string[] = []
  for (const id of [...new Set(ids)].toSorted()) {
    const before = await lockTag(tx, actor, id)
    if (before.deleted_at !== null) continue
    await sql`update tags set deleted_at = now() where org_id = ${actor.org_id} and id = ${id}`.execute(tx)
    await recordEvents(tx, actor, [{ kind: 'tag.deleted', tag_id: id, before: facts(before) }])
    deleted.push(id)
  }
  return deleted
}

/**
 * Puts a deleted tag back into the catalog, so that its assignments count again; restoring an active one changes nothing.
 * When an active tag bears the name meanwhile it is refused (`name_taken`) unless a new name is given.
 */
export async function restoreTag(
  tx: Tx,
  actor: Actor,
  id: string,
  { new_name: newName }: z.output<typeof RestoreTag>,
): Promise<Tag> {
  const before = await lockTag(tx, actor, id)
  if (before.deleted_at !== null) {
    await writeTag(tx, actor, id, { ...facts(before), name: newName ?? before.name, deleted_at: null }, 'new_name')
    await recordEvents(tx, actor, [
      {
        kind: 'tag.restored',
        tag_id: id,
        before: facts(before),
        after: { ...facts(before), name: newName ?? before.name },
      },
    ])
  }
  return getTag(tx, actor, id)
}

interface LockedTag {
  name: string
  description: string
  color: string | null
  deleted_at: string | null
}

const facts = ({ name, description, color }: LockedTag) => ({ name, description, color })

/** Tags are changed one at a time, so that nobody's change is lost between reading and writing. */
async function lockTag(tx: Tx, actor: Actor, id: string): Promise<LockedTag> {
  const { rows } =
    await sql<LockedTag>`select name, description, color, deleted_at from tags where org_id = ${actor.org_id} and id = ${id} for update`.execute(
      tx,
    )
  if (!rows[0]) throw noTag()
  return rows[0]
}

/** Names are taken one at a time: a name found free is still free when it is written. */
const lockNames = (tx: Tx, actor: Actor) =>
  sql`select pg_advisory_xact_lock(hashtextextended('earmark:tag-names:' || ${actor.org_id}::text, 0))`.execute(tx)

async function writeTag(tx: Tx, actor: Actor, id: string, tag: LockedTag, field: 'name' | 'new_name'): Promise<void> {
  await lockNames(tx, actor)
  const key = nameKey(tag.name)
  const { rows } =
    await sql`select id from tags where org_id = ${actor.org_id} and name_key = ${key} and deleted_at is null and id <> ${id}`.execute(
      tx,
    )
  if (rows.length > 0) throw await nameTaken(tx, actor, tag.name, field)
  await sql`update tags set name = ${tag.name}, name_key = ${key}, description = ${tag.description}, color = ${tag.color}, deleted_at = ${tag.deleted_at}, updated_at = now()
    where org_id = ${actor.org_id} and id = ${id}`.execute(tx)
}

async function nameTaken(tx: Tx, actor: Actor, name: string, field: 'name' | 'new_name'): Promise<Problem> {
  const taken = await tx
    .selectFrom('tags')
    .select(['id', 'name'])
    .where('org_id', '=', actor.org_id)
    .where('name_key', '=', nameKey(name))
    .where('deleted_at', 'is', null)
    .executeTakeFirst()
  return new Problem(
    'conflict',
    `There is already a tag named “${taken?.name ?? name}”. Choose another name, or use that one.`,
    {
      reason: 'name_taken',
      field,
      ...(taken ? { data: { tag_id: taken.id } } : {}),
    },
  )
}

/** Every tag of the organization as a chip, deleted ones too, by id. */
export async function chipsById(db: Db, orgId: string): Promise<Map<string, TagChip>> {
  const rows = await db
    .selectFrom('tags')
    .select(['id', 'name', 'color', sql<boolean>`deleted_at is not null`.as('deleted')])
    .where('org_id', '=', orgId)
    .orderBy(sql`deleted_at is not null, name_key collate "C", id`)
    .execute()
  return new Map(rows.map((row) => [row.id, { ...row, color: row.color as TagColor | null }]))
}
