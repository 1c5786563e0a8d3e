// Counting contacts by their tags from small indexes, without a look at the contacts themselves.
import { sql, type RawBuilder } from 'kysely'
import type { Db } from '../lib/db.ts'
import { contactsOfTag, contactsOfTags } from '../tags/counting.ts'
import type { TagSource } from '../tags/schema.ts'
import { valuesWith } from '../tags/source-bits.ts'

/** A filter that asks for tags and nothing else. */
export interface TagQuestion {
  /** Active tags, of which at least one is carried. */
  anyTags: readonly string[]
  /** Active tags, all of which are carried. */
  allTags: readonly string[]
  untagged: boolean
  /** The sources asked for; null when times are asked for as well. */
  sources: readonly TagSource[] | null | undefined
  /** Tags deleted from the catalog that some contact still carries. */
  historical: readonly string[]
  /** The assignments `a` that meet the first of the conditions. */
  from: RawBuilder<unknown> | undefined
}

/** Beyond, telling apart who carries several of the tags takes longer than looking at all contacts. */
const MOST_TAGS = 10
/** With so few contacts of a tag those that carry another as well are looked at; with more, the assignments are compared. */
const FEW_SHARED = 40_000

/** What counts the matches of such a filter exactly, as one expression; null where looking at the contacts is no slower. */
export async function quickCount(db: Db, orgId: string, question: TagQuestion): Promise<RawBuilder<number> | null> {
  const { anyTags, allTags, untagged, sources, historical, from } = question
  const named = anyTags.length + allTags.length
  const origin = sources === null || sources?.length
  if (untagged) return named > 0 || origin ? null : countUntagged(orgId, historical)
  if (named === 0 && sources?.length) return countBySource(orgId, sources, historical)
  if (from === undefined || allTags.length > 1 || (allTags.length === 1 && anyTags.length > 0)) return null
  if (!origin) return anyTags.length > MOST_TAGS ? null : countAny(db, orgId, [...anyTags, ...allTags])
  // A contact carries a tag once.
  if (named === 1) return sql<number>`(select count(*) ${from})`
  return sql<number>`(select count(*) from (select distinct a.contact_id ${from}) found)`
}

function countUntagged(orgId: string, historical: readonly string[]): RawBuilder<number> {
  const bare = sql<number>`(select count(*) from contacts c where c.org_id = ${orgId} and c.tag_sources = 0)`
  if (historical.length === 0) return bare
  return sql<number>`${bare} + (select count(*) from contacts c
    where c.org_id = ${orgId} and c.tag_ids && ${historical}::uuid[] and c.tag_ids <@ ${historical}::uuid[])`
}

/** Those with the sources among all their tags, but for those that have them of deleted tags alone. */
function countBySource(
  orgId: string,
  sources: readonly TagSource[],
  historical: readonly string[],
): RawBuilder<number> {
  const having = sql`from contacts c where c.org_id = ${orgId} and c.tag_sources = any(${valuesWith(sources)}::smallint[])`
  if (historical.length === 0) return sql<number>`(select count(*) ${having})`
  return sql<number>`(select count(*) ${having}) - (select count(*) ${having} and c.tag_ids && ${historical}::uuid[]
    and not exists (select 1 from tag_assignments a where a.org_id = c.org_id and a.contact_id = c.id and a.removed_at is null
      and a.added_source = any(${sources}::text[]) and a.tag_id <> all(${historical}::uuid[])))`
}

/** The contacts of each tag, whose numbers are kept, without those that carry a tag before it as well. */
async function countAny(db: Db, orgId: string, tags: readonly string[]): Promise<RawBuilder<number>> {
  const known = await contactsOfTags(db, orgId, tags)
  const sizeOf = (tag: string) => known.get(tag) ?? 0
  const bySize = tags.toSorted((a, b) => sizeOf(b) - sizeOf(a))
  const counts = bySize.map((tag, n) => {
    const before = bySize.slice(0, n)
    if (n === 0) return contactsOfTag(orgId, tag)
    if (sizeOf(tag) <= FEW_SHARED)
      return sql`${contactsOfTag(orgId, tag)} - (select count(*) from contacts c
        where c.org_id = ${orgId} and c.tag_ids @> ${[tag]}::uuid[] and c.tag_ids && ${before}::uuid[])`
    return sql`(select count(*) from tag_assignments a
      where a.org_id = ${orgId} and a.tag_id = ${tag} and a.removed_at is null and not exists (
        select 1 from tag_assignments b where b.org_id = a.org_id and b.contact_id = a.contact_id
          and b.tag_id = any(${before}::uuid[]) and b.removed_at is null))`
  })
  return sql<number>`${sql.join(counts, sql` + `)}`
}
