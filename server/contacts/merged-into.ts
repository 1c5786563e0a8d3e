// Which contact took another one in.
import { sql } from 'kysely'
import type { Db } from '../lib/db.ts'

/** The contact that took this one in, however many merges ago; null when none did. */
export const findMergedInto = async (db: Db, orgId: string, id: string): Promise<string | null> =>
  (await mergedInto(db, orgId, [id])).get(id) ?? null

/** The same for many: those that were merged, each with the contact that it is part of now. */
export async function mergedInto(db: Db, orgId: string, ids: readonly string[]): Promise<Map<string, string>> {
  const { rows } = await sql<{ id: string; kept_id: string }>`
    with recursive chain as (
      select merged_id as id, kept_id, 1 as depth from contact_merges where org_id = ${orgId} and merged_id = any(${ids}::uuid[]) and undone_at is null
      union all
      select c.id, m.kept_id, c.depth + 1 from chain c join contact_merges m on m.org_id = ${orgId} and m.merged_id = c.kept_id and m.undone_at is null where c.depth < 50
    ) select distinct on (id) id, kept_id from chain order by id, depth desc`.execute(db)
  return new Map(rows.map((row) => [row.id, row.kept_id]))
}
