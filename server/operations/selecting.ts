// Which contacts an operation is about, and what a change of tags would do to them.
import { sql, type RawBuilder } from 'kysely'
import type { Actor } from '../access/actor.ts'
import { filterCondition } from '../contacts/filter.ts'
import { mergedInto } from '../contacts/merged-into.ts'
import type { Db } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import { refuseUnlessApplied } from '../tags/ai-modes.ts'
import { catalogTags, idsOfNamed } from '../tags/resolving.ts'
import { isAi, mayRemoveCondition } from '../tags/rules.ts'
import { chipsById } from '../tags/tags.ts'
import type { BulkChange, BulkPreview } from './schema.ts'

/**
 * The condition on `contacts c` for a filter or for contacts chosen one by one; those that were merged since stand for the
 * contact that they are part of now. Refuses a choice of which nobody is there.
 */
export async function selectionCondition(
  db: Db,
  actor: Actor,
  { filter, ids }: Pick<BulkChange, 'filter' | 'ids'>,
): Promise<{ condition: RawBuilder<boolean>; missing: number }> {
  if (ids === undefined) return { condition: await filterCondition(db, actor.org_id, filter ?? {}), missing: 0 }
  const asked = [...new Set(ids)]
  const merged = await mergedInto(db, actor.org_id, asked)
  const { rows } = await sql<{ id: string }>`
    select id from contacts where org_id = ${actor.org_id} and id = any(${[...asked, ...merged.values()]}::uuid[])`.execute(
    db,
  )
  const there = new Set(rows.map((row) => row.id))
  if (there.size === 0)
    throw new Problem('not_found', 'There is no such contact in this organization.', { reason: 'contact_missing' })
  return {
    condition: sql<boolean>`c.org_id = ${actor.org_id} and c.id = any(${[...there]}::uuid[])`,
    missing: asked.filter((id) => !there.has(id) && !there.has(merged.get(id) ?? '')).length,
  }
}

/**
 * The ids of the tags to add and to remove, merged ones followed, however they are named. Refuses those that are not in the
 * catalog, names with those that are like them, and to an AI those that it may not put on by itself.
 */
export async function tagsOfChange(
  db: Db,
  actor: Actor,
  { add, remove }: Pick<BulkChange, 'add' | 'remove'>,
): Promise<{ add: string[]; remove: string[] }> {
  const tags = await catalogTags(db, actor.org_id, await idsOfNamed(db, actor.org_id, { add, remove }))
  if (isAi(actor)) await refuseUnlessApplied(db, actor, tags.add)
  return { add: tags.add, remove: tags.remove }
}

/** What a change would do, exactly, as of now. Refuses the tags that starting it refuses. */
export async function previewChange(db: Db, actor: Actor, change: BulkChange): Promise<BulkPreview> {
  const { add, remove } = await tagsOfChange(db, actor, change)
  const { condition, missing } = await selectionCondition(db, actor, change)
  const carries = await carriedConditions(db, actor.org_id, [...add, ...remove])
  const notYet = [...add.map((id) => sql`not ${carries.get(id)!}`), ...remove.map((id) => carries.get(id)!)]
  const perTag = [...add, ...remove].map((id) => sql`count(*) filter (where ${carries.get(id)!})::int`)
  const { rows } = await sql<{ matched: number; changes: number; refused: number; carried: number[] }>`
    select count(*)::int as matched, count(*) filter (where not c.refused and (${sql.join(notYet, sql` or `)}))::int as changes,
      count(*) filter (where c.refused)::int as refused, array[${sql.join(perTag)}] as carried
    from (
      select c.tag_ids, exists (select from tag_assignments a where a.org_id = c.org_id and a.contact_id = c.id
        and a.removed_at is null and a.tag_id = any(${remove}::uuid[]) and not ${mayRemoveCondition(actor)}) as refused
      from contacts c where ${condition}
    ) c`.execute(db)
  const { matched, changes, refused, carried } = rows[0]!
  const chips = await chipsById(db, actor.org_id)
  return {
    matched,
    changes,
    unchanged: matched - changes - refused,
    refused,
    missing,
    tags: [...add, ...remove].map((id, i) => {
      const isAdded = i < add.length
      const [having, lacking] = [carried[i]!, matched - carried[i]!]
      return {
        tag: chips.get(id)!,
        change: isAdded ? ('add' as const) : ('remove' as const),
        changes: isAdded ? lacking : having,
        unchanged: isAdded ? having : lacking,
      }
    }),
  }
}

/** Whether contact `c` carries a tag, by the tag; also where its assignment is still moving from a tag that was merged. */
async function carriedConditions(db: Db, orgId: string, tagIds: string[]): Promise<Map<string, RawBuilder<boolean>>> {
  const { rows } = await sql<{ id: string; merged_into: string }>`
    select id, merged_into from tags where org_id = ${orgId} and merged_into = any(${tagIds}::uuid[]) and merging is not null`.execute(
    db,
  )
  return new Map(
    tagIds.map((id) => {
      const names = [id, ...rows.filter((row) => row.merged_into === id).map((row) => row.id)]
      return [id, sql<boolean>`c.tag_ids && ${names}::uuid[]`]
    }),
  )
}
