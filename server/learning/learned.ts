// What was learned, for whoever judges conversations.
import { sql } from 'kysely'
import type { Kept } from '../classifier/asking.ts'
import type { Db } from '../lib/db.ts'

/** A few at once, so that reading them holds nobody up. */
const PAGE = 20

interface LearnedRow {
  tag: string
  positives: number
  weights: Buffer<ArrayBuffer>
}

/** What the organization's people taught; null when that is nothing. */
export async function learnedOf(db: Db, orgId: string): Promise<Kept | null> {
  const { rows } = await sql<{ version: number }>`
    select version from learnings l where org_id = ${orgId} and exists (select from tag_learners t where t.org_id = l.org_id)`.execute(
    db,
  )
  const version = rows[0]?.version
  if (version === undefined) return null
  return {
    key: `${orgId} ${version}`,
    async *load() {
      for (let after: string | null = null; ;) {
        const { rows: page }: { rows: LearnedRow[] } = await sql<LearnedRow>`
          select tag_id as tag, positives, weights from tag_learners
          where org_id = ${orgId} and (${after}::uuid is null or tag_id > ${after}::uuid) order by tag_id limit ${PAGE}`.execute(
          db,
        )
        yield page
        if (page.length < PAGE) return
        after = page.at(-1)!.tag
      }
    },
  }
}
