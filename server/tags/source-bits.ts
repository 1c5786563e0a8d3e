// The sources of the tags that a contact carries as bits of one number (`contacts.tag_sources`), for counting by source.
import { sql, type RawBuilder } from 'kysely'
import type { TagSource } from './schema.ts'

const BITS: Record<TagSource, number> = { manual_admin: 1, manual_agent: 2, api: 4, ai_tool: 8, ai_auto_close: 16 }
const ALL = Object.values(BITS).reduce((sum, bit) => sum | bit, 0)

export const bitOf = (source: TagSource): number => BITS[source]

/** Every value of `tag_sources` that has at least one of the sources. */
export function valuesWith(sources: readonly TagSource[]): number[] {
  const wanted = sources.reduce((sum, source) => sum | BITS[source], 0)
  return Array.from({ length: ALL + 1 }, (_, value) => value).filter((value) => (value & wanted) !== 0)
}

const bit = sql`case a.added_source ${sql.join(
  Object.entries(BITS).map(([source, value]) => sql`when ${sql.lit(source)} then ${sql.lit(value)}`),
  sql` `,
)} end`

/** What `tag_sources` of `contacts c` has to be by its assignments. */
export const sourcesCarried: RawBuilder<number> = sql<number>`coalesce((
  select bit_or(${bit}) from tag_assignments a where a.org_id = c.org_id and a.contact_id = c.id and a.removed_at is null), 0)`
