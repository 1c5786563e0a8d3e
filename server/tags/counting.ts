// How many contacts carry each tag: kept as differences beside the assignments, and added up now and then.
import { sql, type RawBuilder } from 'kysely'
import type { Db, Tx } from '../lib/db.ts'

/**
 * Notes that assignments of these tags began (1) or ended (-1); a tag may be named many times. In the transaction of the
 * change itself. Counting 2.4 million assignments took 600 ms each time the catalog was read.
 */
export async function countChanges(tx: Tx, orgId: string, tagIds: readonly string[], by: 1 | -1): Promise<void> {
  if (tagIds.length === 0) return
  const changes = new Map<string, number>()
  for (const id of tagIds) changes.set(id, (changes.get(id) ?? 0) + by)
  await sql`
    insert into tag_counts (org_id, tag_id, change)
    select ${orgId}, * from unnest(${[...changes.keys()]}::uuid[], ${[...changes.values()]}::integer[]) as c (tag_id, change) order by tag_id`.execute(
    tx,
  )
}

/** The same within the statement of the change, which yields a `tag_id` for each assignment. */
export const countsOf = (orgId: string, changed: RawBuilder<unknown>, by: 1 | -1): RawBuilder<unknown> => sql`
  insert into tag_counts (org_id, tag_id, change)
  select ${orgId}, tag_id, count(*) * ${sql.lit(by)} from (${changed}) changed group by tag_id order by tag_id`

/** What the contacts carry goes with them: to be called before they are erased. */
export async function countErased(tx: Tx, orgId: string, contactIds: readonly string[]): Promise<void> {
  await sql`
    insert into tag_counts (org_id, tag_id, change)
    select org_id, tag_id, -count(*) from tag_assignments
    where org_id = ${orgId} and contact_id = any(${contactIds}::uuid[]) and removed_at is null group by org_id, tag_id`.execute(
    tx,
  )
}

/** The contacts of each tag (`tag_id`, `contact_count`), as a subquery; a tag that nobody carries may be missing. */
export const countsOfTags = (orgId: string): RawBuilder<unknown> =>
  sql`(select tag_id, sum(change) as contact_count from tag_counts where org_id = ${orgId} group by tag_id)`

/** How many contacts carry the tag, as an expression. */
export const contactsOfTag = (orgId: string, tagId: string): RawBuilder<number> =>
  sql<number>`(select coalesce(sum(change), 0) from tag_counts where org_id = ${orgId} and tag_id = ${tagId})`

/** How many contacts carry each of the tags; one that nobody carries may be missing. */
export async function contactsOfTags(db: Db, orgId: string, tagIds: readonly string[]): Promise<Map<string, number>> {
  const { rows } = await sql<{ tag_id: string; contact_count: number }>`
    select tag_id, contact_count::int as contact_count from ${countsOfTags(orgId)} c where tag_id = any(${tagIds}::uuid[])`.execute(
    db,
  )
  return new Map(rows.map((row) => [row.tag_id, row.contact_count]))
}

/** Leaves one row for each tag. Harmless at any time, and by several servers at once. */
export async function addUpCounts(db: Db): Promise<void> {
  await sql`
    with gone as (
      delete from tag_counts c using (select org_id, tag_id from tag_counts group by org_id, tag_id having count(*) > 1) many
      where c.org_id = many.org_id and c.tag_id = many.tag_id
      returning c.org_id, c.tag_id, c.change
    )
    insert into tag_counts (org_id, tag_id, change)
    select org_id, tag_id, sum(change) from gone group by org_id, tag_id having sum(change) <> 0
    order by org_id, tag_id`.execute(db)
}
