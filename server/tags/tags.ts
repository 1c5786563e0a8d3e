// The catalog of tags.
import { sql } from 'kysely'
import type { z } from 'zod'
import type { Actor } from '../access/actor.ts'
import { recordEvents } from '../events/events.ts'
import type { Db, Tx } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import { nameKey } from '../lib/fold.ts'
import { newId } from '../lib/ids.ts'
import type { CreateTag, Tag, TagChip, TagColor } from './schema.ts'

type TagRow = Omit<Tag, 'contact_count' | 'color'> & { color: string | null; contact_count: number | string }

const toTag = (row: TagRow): Tag => ({ ...row, color: row.color as TagColor | null, contact_count: Number(row.contact_count) })

/** Every tag that can be put on a contact, by name. */
export async function listTags(db: Db, actor: Actor): Promise<Tag[]> {
  const { rows } = await sql<TagRow>`
    select t.id, t.name, t.description, t.color, t.created_at, t.updated_at, t.deleted_at, coalesce(c.contact_count, 0) as contact_count
    from tags t
    left join (
      select tag_id, count(*) as contact_count from tag_assignments
      where org_id = ${actor.org_id} and removed_at is null group by tag_id) c on c.tag_id = t.id
    where t.org_id = ${actor.org_id} and t.deleted_at is null
    order by t.name_key collate "C", t.id`.execute(db)
  return rows.map(toTag)
}

/**
 * Creates a tag, as of now or of a time that is taken over. Refuses a name that another tag bears, ignoring case and
 * spacing, with reason `name_taken`.
 */
export async function createTag(tx: Tx, actor: Actor, input: z.output<typeof CreateTag>, createdAt?: string): Promise<Tag> {
  const row = await tx
    .insertInto('tags')
    .values({ org_id: actor.org_id, id: newId(), name: input.name, name_key: nameKey(input.name), description: input.description, color: input.color, ...(createdAt ? { created_at: createdAt, updated_at: createdAt } : {}) })
    .onConflict((conflict) => conflict.columns(['org_id', 'name_key']).where('deleted_at', 'is', null).doNothing())
    .returning(['id', 'name', 'description', 'color', 'created_at', 'updated_at', 'deleted_at'])
    .executeTakeFirst()
  if (!row) {
    const taken = await tx
      .selectFrom('tags')
      .select(['id', 'name'])
      .where('org_id', '=', actor.org_id)
      .where('name_key', '=', nameKey(input.name))
      .where('deleted_at', 'is', null)
      .executeTakeFirst()
    throw new Problem('conflict', `There is already a tag named “${taken?.name ?? input.name}”. Choose another name, or use that one.`, {
      reason: 'name_taken',
      field: 'name',
      ...(taken ? { data: { tag_id: taken.id } } : {}),
    })
  }
  const tag = toTag({ ...row, contact_count: 0 })
  await recordEvents(tx, actor, [{ kind: 'tag.created', tag_id: tag.id, after: { name: tag.name, description: tag.description, color: tag.color }, ...(createdAt ? { at: createdAt } : {}) }])
  return tag
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
