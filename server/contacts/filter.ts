// The one place that turns a filter into SQL: the list, the count, the export and bulk changes share it.
import { sql, type RawBuilder } from 'kysely'
import type { Db } from '../lib/db.ts'
import { foldForSearch } from '../lib/fold.ts'
import { TagSource } from '../tags/schema.ts'
import { historicalTagIds, resolveTags } from '../tags/resolving.ts'
import type { TagQuestion } from './counting.ts'
import type { ContactFilter } from './schema.ts'
import { isGram } from './search-text.ts'

/** A filter as SQL. All of it speaks of `contacts c`. */
export interface Condition {
  /** Whether a contact matches. */
  where: RawBuilder<boolean>
  /**
   * Sources of contacts that hold every match, each as a query of assignments `a`: with few rows there, gathering them
   * beats walking the list.
   */
  sources: RawBuilder<unknown>[]
  /** The same as `where`, for a walk that ends early: assignments are looked up for each contact walked; null when it looks up none. */
  probing: RawBuilder<boolean> | null
  /** What the filter asks of tags, when it asks for nothing else. */
  ofTags: TagQuestion | null
}

/** The condition on `contacts c` for a filter. */
export async function filterCondition(db: Db, orgId: string, filter: ContactFilter): Promise<RawBuilder<boolean>> {
  return (await readFilter(db, orgId, filter)).where
}

/**
 * The filter as SQL. Deleted tags count nowhere: nobody "carries" one, so that any-of skips it, all-of matches nobody,
 * and none-of ignores it; the same holds for an unknown id. A tag that was merged into another stands for that one.
 */
export async function readFilter(db: Db, orgId: string, filter: ContactFilter): Promise<Condition> {
  const where: RawBuilder<boolean>[] = [sql<boolean>`c.org_id = ${orgId}`]
  const assigned: RawBuilder<unknown>[] = []
  const sources: RawBuilder<unknown>[] = []
  const search = searchCondition(filter.search)
  if (search) where.push(search)
  where.push(...rangeConditions(filter))
  if (filter.channels?.length) where.push(sql<boolean>`c.channel_ids && ${filter.channels}::uuid[]`)
  const others = where.length

  const origin = originCondition(filter)
  const tags = await resolveTags(db, orgId, [
    ...(filter.any_tags ?? []),
    ...(filter.all_tags ?? []),
    ...(filter.no_tags ?? []),
  ])
  const active = new Set([...tags.values()].flatMap((tag) => (tag.deleted ? [] : tag.id)))
  const resolved = (ids: string[] = []) => [...new Set(ids.map((id) => tags.get(id)?.id ?? id))]
  const anyTags = resolved(filter.any_tags)
  const allTags = resolved(filter.all_tags)
  const noTags = resolved(filter.no_tags)
  const known = { any: anyTags.filter((id) => active.has(id)), all: allTags.filter((id) => active.has(id)) }
  const nobody = (anyTags.length > 0 && known.any.length === 0) || known.all.length < allTags.length
  const deleted = filter.untagged || origin ? await historicalTagIds(db, orgId) : []
  if (nobody) where.push(sql<boolean>`false`)
  else if (anyTags.length + allTags.length + noTags.length > 0 || filter.untagged || origin) {
    /** The contact's own assignments that meet source and dates, of the tags named. */
    const carries = (which: RawBuilder<unknown>) =>
      assigned.push(
        sql`from tag_assignments a where a.org_id = c.org_id and a.contact_id = c.id and a.removed_at is null ${which} ${origin ?? sql``}`,
      )
    const source = (which: RawBuilder<unknown>) =>
      sources.push(
        sql`from tag_assignments a where a.org_id = ${orgId} and a.removed_at is null ${which} ${origin ?? sql``}`,
      )

    if (anyTags.length > 0) {
      const which = sql`and a.tag_id = any(${known.any}::uuid[])`
      where.push(sql<boolean>`c.tag_ids && ${known.any}::uuid[]`)
      source(which)
      if (origin) carries(which)
    }
    if (allTags.length > 0) {
      where.push(sql<boolean>`c.tag_ids @> ${known.all}::uuid[]`)
      for (const id of known.all) {
        const tag = sql`and a.tag_id = ${id}`
        source(tag)
        if (origin) carries(tag)
      }
    }
    if (origin && anyTags.length + allTags.length === 0) {
      const which = deleted.length > 0 ? sql`and a.tag_id <> all(${deleted}::uuid[])` : sql``
      carries(which)
      source(which)
    }
    const shunned = noTags.filter((id) => active.has(id))
    if (shunned.length > 0) where.push(sql<boolean>`not c.tag_ids && ${shunned}::uuid[]`)
    if (filter.untagged)
      where.push(
        deleted.length > 0 ? sql<boolean>`c.tag_ids <@ ${deleted}::uuid[]` : sql<boolean>`c.tag_ids = '{}'::uuid[]`,
      )
  }
  const all = (conditions: RawBuilder<unknown>[]) => sql<boolean>`${sql.join(conditions, sql` and `)}`
  return {
    where: all([...where, ...assigned.map((from) => sql`exists (select 1 ${from})`)]),
    sources,
    // A subquery with a limit is never turned into a join.
    probing: origin ? all([...where, ...assigned.map((from) => sql`(select true ${from} limit 1)`)]) : null,
    ofTags:
      others === 1 && noTags.length === 0 && !nobody
        ? {
            anyTags: known.any,
            allTags: known.all,
            untagged: filter.untagged ?? false,
            sources: filter.tagged_from || filter.tagged_before ? null : filter.sources,
            historical: deleted,
            from: sources[0],
          }
        : null,
  }
}

/** What source and tagged-between ask of an assignment `a`; null when they ask nothing. */
function originCondition(filter: ContactFilter): RawBuilder<unknown> | null {
  if (!filter.sources?.length && !filter.tagged_from && !filter.tagged_before) return null
  return sql.join(
    [
      // Named also when all will do: the indexes are entered by source, then time.
      sql`and a.added_source = any(${filter.sources?.length ? filter.sources : TagSource.options}::text[])`,
      ...(filter.tagged_from ? [sql`and a.added_at >= ${filter.tagged_from}::timestamptz`] : []),
      ...(filter.tagged_before ? [sql`and a.added_at < ${filter.tagged_before}::timestamptz`] : []),
    ],
    sql` `,
  )
}

function rangeConditions(filter: ContactFilter): RawBuilder<boolean>[] {
  const { first_seen_from, first_seen_before, last_seen_from, last_seen_before } = filter
  return [
    ...(first_seen_from ? [sql<boolean>`c.first_seen_at >= ${first_seen_from}::timestamptz`] : []),
    ...(first_seen_before ? [sql<boolean>`c.first_seen_at < ${first_seen_before}::timestamptz`] : []),
    ...(last_seen_from ? [sql<boolean>`c.last_seen_at >= ${last_seen_from}::timestamptz`] : []),
    ...(last_seen_before ? [sql<boolean>`c.last_seen_at < ${last_seen_before}::timestamptz`] : []),
  ]
}

/** Any part of phone, name, username or id. A phone may be written with spaces, brackets, dots or dashes. */
function searchCondition(search: string | undefined): RawBuilder<boolean> | null {
  const text = foldForSearch(search ?? '')
  if (text === '') return null
  if (isGram(text)) return sql<boolean>`c.search_grams @> ${[text]}::text[]`
  const looksLikePhone = /^\+?[\d\s().-]*\d[\d\s().-]*$/.test(text)
  const parts = looksLikePhone ? [...new Set([text, text.replace(/[\s().-]/g, '')])] : [text]
  return sql<boolean>`(${sql.join(
    parts.map((part) => sql`c.search_text like ${`%${part.replace(/[\\%_]/g, '\\$&')}%`}`),
    sql` or `,
  )})`
}
