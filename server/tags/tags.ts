// The catalog of tags.
import { sql, type RawBuilder } from 'kysely'
import type { z } from 'zod'
import type { Actor } from '../access/actor.ts'
import { recordEvents } from '../events/events.ts'
import type { Db, Tx } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import { nameKey } from '../lib/fold.ts'
import { newId } from '../lib/ids.ts'
import { countsOfTags } from './counting.ts'
import { TAG_FIELDS } from './schema.ts'
import type { CreatedTag, CreateTag, Tag, TagChip, TagColor, TagField, UpdateTag } from './schema.ts'

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

export const noTag = () =>
  new Problem('not_found', 'There is no such tag in this organization.', { reason: 'tag_missing' })

async function readTags(db: Db, actor: Actor, condition: RawBuilder<unknown>): Promise<Tag[]> {
  const { rows } = await sql<TagRow>`
    select t.id, t.name, t.description, t.color, t.created_at, t.updated_at, t.deleted_at, coalesce(c.contact_count, 0) as contact_count,
      case when m.id is not null then jsonb_build_object('id', m.id, 'name', m.name, 'color', m.color, 'deleted', m.deleted_at is not null) end as merged_into
    from tags t left join tags m on m.org_id = t.org_id and m.id = t.merged_into
    left join ${countsOfTags(actor.org_id)} c on c.tag_id = t.id
    where t.org_id = ${actor.org_id} ${condition}
    order by t.name_key collate "C", t.id`.execute(db)
  return rows.map(toTag)
}

/**
 * Creates a tag, as of now or of a time that is taken over, and names the deleted one that bore the name before. Refuses a
 * name that another tag bears, ignoring case and spacing, with reason `name_taken`; and, when asked to, one that a deleted
 * tag bears (`name_deleted`).
 */
export async function createTag(
  tx: Tx,
  actor: Actor,
  input: z.output<typeof CreateTag>,
  createdAt?: string,
): Promise<z.output<typeof CreatedTag>> {
  await lockNames(tx, actor)
  const namesake = await deletedNamesake(tx, actor, input.name)
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
  if (namesake && input.if_deleted === 'refuse') {
    throw new Problem(
      'conflict',
      namesake.merged_into
        ? `A tag named “${namesake.name}” was merged into “${namesake.merged_into.name}”. Use that one, or create a new one all the same.`
        : `A deleted tag is named “${namesake.name}”. Restore that one, or create a new one all the same.`,
      { reason: 'name_deleted', field: 'name', data: { tag: namesake, name: namesake.name } },
    )
  }
  const tag = toTag({ ...row, contact_count: 0, merged_into: null })
  await recordEvents(tx, actor, [
    {
      kind: 'tag.created',
      tag_id: tag.id,
      after: { name: tag.name, description: tag.description, color: tag.color },
      ...(createdAt ? { at: createdAt } : {}),
    },
  ])
  return { ...tag, deleted_namesake: namesake }
}

/** The tag last deleted under this name; one that can be restored before one that was merged. */
async function deletedNamesake(db: Db, actor: Actor, name: string): Promise<Tag | null> {
  const named = await readTags(db, actor, sql`and t.name_key = ${nameKey(name)} and t.deleted_at is not null`)
  const last = (tags: Tag[]) => tags.toSorted((a, b) => (a.deleted_at! < b.deleted_at! ? 1 : -1))[0]
  return last(named.filter((tag) => tag.merged_into === null)) ?? last(named) ?? null
}

/**
 * Changes name, description or color. Refuses a deleted tag, a name that another tag bears (`name_taken`), and a field that
 * somebody changed since the caller looked (`changed_meanwhile`); saying what is so already changes nothing.
 */
export async function updateTag(tx: Tx, actor: Actor, id: string, input: z.output<typeof UpdateTag>): Promise<Tag> {
  const before = await lockTag(tx, actor, id)
  if (before.merged_into !== null) throw await tagMerged(tx, actor, before)
  if (before.deleted_at !== null)
    throw new Problem(
      'conflict',
      `The tag “${before.name}” was deleted from the catalog. Restore it first, or choose another.`,
      {
        reason: 'tag_deleted',
        data: { tag_id: before.id, name: before.name },
      },
    )
  await refuseOverwriting(tx, actor, id, before, input)
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

/** Nobody's change is lost: what this call would overwrite must be what its caller saw. */
async function refuseOverwriting(
  tx: Tx,
  actor: Actor,
  id: string,
  before: LockedTag,
  { expected = {}, ...input }: z.output<typeof UpdateTag>,
): Promise<void> {
  const fields = TAG_FIELDS.filter(
    (field) =>
      input[field] !== undefined &&
      input[field] !== before[field] &&
      expected[field] !== undefined &&
      expected[field] !== before[field],
  )
  const [field] = fields
  if (!field) return
  const { rows } = await sql<{ actor_name: string; at: string }>`
    select actor_name, at from events
    where org_id = ${actor.org_id} and tag_id = ${id} and kind in ('tag.updated', 'tag.restored') and before -> ${field}::text <> after -> ${field}::text
    order by id desc limit 1`.execute(tx)
  const changed = rows[0]
  const by = changed ? `${changed.actor_name} changed` : 'Somebody changed'
  const to = { name: ` to “${before.name}”`, description: '', color: ` to ${before.color ?? 'the default'}` }[field]
  throw new Problem('conflict', `${by} the ${field} meanwhile${to}. Save again to put yours in its place.`, {
    reason: 'changed_meanwhile',
    field,
    data: { fields, tag: facts(before), ...(changed ? { by: changed.actor_name, at: changed.at } : {}) },
  })
}

export interface LockedTag {
  id: string
  name: string
  description: string
  color: string | null
  deleted_at: string | null
  merged_into: string | null
}

/** What events keep of a tag. */
export const facts = ({ name, description, color }: Pick<LockedTag, TagField>) => ({
  name,
  description,
  color,
})

/** Tags are changed one at a time, so that nobody's change is lost between reading and writing. */
export async function lockTag(tx: Tx, actor: Actor, id: string): Promise<LockedTag> {
  const [tag] = await lockTags(tx, actor, [id])
  return tag!
}

/** The same for several, by their ids. Refuses all when one is not in the organization. */
export async function lockTags(tx: Tx, actor: Actor, ids: readonly string[]): Promise<LockedTag[]> {
  const wanted = [...new Set(ids)]
  const { rows } = await sql<LockedTag>`
    select id, name, description, color, deleted_at, merged_into from tags
    where org_id = ${actor.org_id} and id = any(${wanted}::uuid[]) order by id for update`.execute(tx)
  if (rows.length < wanted.length) throw noTag()
  return rows
}

export async function tagMerged(tx: Tx, actor: Actor, tag: LockedTag): Promise<Problem> {
  const into = await getTag(tx, actor, tag.merged_into!)
  return new Problem(
    'conflict',
    `The tag “${tag.name}” was merged into “${into.name}”. Use that one, or create a new one.`,
    {
      reason: 'tag_merged',
      data: { tag_id: into.id, name: tag.name, into: into.name },
    },
  )
}

/** Names are taken one at a time: a name found free is still free when it is written. */
export const lockNames = (tx: Tx, actor: Actor) =>
  sql`select pg_advisory_xact_lock(hashtextextended('earmark:tag-names:' || ${actor.org_id}::text, 0))`.execute(tx)

export async function writeTag(
  tx: Tx,
  actor: Actor,
  id: string,
  tag: Omit<LockedTag, 'id' | 'merged_into'>,
  field: 'name' | 'new_name',
): Promise<void> {
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
      data: { name: taken?.name ?? name, ...(taken ? { tag_id: taken.id } : {}) },
    },
  )
}

/** The tags of the organization as chips, or those of these ids, deleted ones too, by id, in the order they are shown. */
export async function chipsById(db: Db, orgId: string, ids?: Iterable<string>): Promise<Map<string, TagChip>> {
  const wanted = ids === undefined ? null : [...new Set(ids)]
  if (wanted?.length === 0) return new Map()
  const rows = await db
    .selectFrom('tags')
    .select(['id', 'name', 'color', sql<boolean>`deleted_at is not null`.as('deleted')])
    .where('org_id', '=', orgId)
    .$if(wanted !== null, (tags) => tags.where(sql<boolean>`id = any(${wanted}::uuid[])`))
    .orderBy(sql`deleted_at is not null, name_key collate "C", id`)
    .execute()
  return new Map(rows.map((row) => [row.id, { ...row, color: row.color as TagColor | null }]))
}
