// The one place that turns a filter into SQL: the list, the count and the export share it.
import { sql, type RawBuilder } from 'kysely'
import type { Db } from '../lib/db.ts'
import { foldForSearch } from '../lib/fold.ts'
import type { ContactFilter } from './schema.ts'

/**
 * The condition on `contacts c` for a filter. Deleted tags count nowhere: nobody "carries" one, so that
 * any-of skips it, all-of matches nobody, and none-of ignores it; the same holds for an unknown id.
 */
export async function filterCondition(db: Db, orgId: string, filter: ContactFilter): Promise<RawBuilder<boolean>> {
  const conditions: RawBuilder<boolean>[] = [sql<boolean>`c.org_id = ${orgId}`]
  const search = searchCondition(filter.search)
  if (search) conditions.push(search)

  const asked = [...(filter.any_tags ?? []), ...(filter.all_tags ?? []), ...(filter.no_tags ?? [])]
  if (asked.length > 0) {
    const active = await activeTags(db, orgId, asked)
    const anyTags = filter.any_tags?.filter((id) => active.has(id)) ?? []
    const allTags = filter.all_tags ?? []
    const noTags = filter.no_tags?.filter((id) => active.has(id)) ?? []
    if (filter.any_tags?.length)
      conditions.push(anyTags.length > 0 ? sql<boolean>`c.tag_ids && ${anyTags}::uuid[]` : sql<boolean>`false`)
    if (allTags.length > 0)
      conditions.push(
        allTags.every((id) => active.has(id)) ? sql<boolean>`c.tag_ids @> ${allTags}::uuid[]` : sql<boolean>`false`,
      )
    if (noTags.length > 0) conditions.push(sql<boolean>`not c.tag_ids && ${noTags}::uuid[]`)
  }
  return sql<boolean>`${sql.join(conditions, sql` and `)}`
}

async function activeTags(db: Db, orgId: string, ids: string[]): Promise<Set<string>> {
  const { rows } = await sql<{ id: string }>`
    select id from tags where org_id = ${orgId} and id = any(${ids}::uuid[]) and deleted_at is null`.execute(db)
  return new Set(rows.map((row) => row.id))
}

/** Any part of phone, name, username or id. A phone may be written with spaces, brackets, dots or dashes. */
function searchCondition(search: string | undefined): RawBuilder<boolean> | null {
  const text = foldForSearch(search ?? '')
  if (text === '') return null
  const looksLikePhone = /^\+?[\d\s().-]*\d[\d\s().-]*$/.test(text)
  const parts = looksLikePhone ? [...new Set([text, text.replace(/[\s().-]/g, '')])] : [text]
  return sql<boolean>`(${sql.join(
    parts.map((part) => sql`c.search_text like ${`%${part.replace(/[\\%_]/g, '\\$&')}%`}`),
    sql` or `,
  )})`
}

/** What the search looks in, for one contact: each part on a line of its own, so that no match spans two. */
export function searchText(contact: {
  display_name: string | null
  username: string | null
  ids: readonly string[]
}): string {
  const parts = [contact.display_name, contact.username === null ? null : `@${contact.username}`, ...contact.ids]
  return parts
    .filter((part): part is string => part !== null)
    .map(foldForSearch)
    .filter((part) => part !== '')
    .join('\n')
}
