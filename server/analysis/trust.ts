// How far people trust what AIs put on: who took off too much of a tag lately asks for more certainty.
import { sql } from 'kysely'
import type { Db } from '../lib/db.ts'

export interface Trust {
  /** How often AIs put it on lately, LATELY times at most. */
  by_ai: number
  /** How many of these a person took off within a week. */
  taken_off: number
}

/** What nobody took off. */
export const UNTRIED: Trust = { by_ai: 0, taken_off: 0 }

const LATELY = 20
/** More than a fifth of the last twenty: less than 80 % were kept. */
const TOO_MANY = 4
const SOON = '7 days'

/** Of each of these tags that AIs put on lately. What was put on, or taken off, by an operation tells nothing. */
export async function trustOf(db: Db, orgId: string, tagIds: readonly string[]): Promise<Map<string, Trust>> {
  const { rows } = await sql<{ tag_id: string } & Trust>`
    select t.tag_id, count(*)::int as by_ai, (count(*) filter (where a.taken_off))::int as taken_off
    from unnest(${tagIds}::uuid[]) as t (tag_id) cross join lateral (
      select removed_source in ('manual_admin', 'manual_agent') and removed_why is null and removed_at < added_at + ${SOON}::interval as taken_off
      from tag_assignments where org_id = ${orgId} and tag_id = t.tag_id and added_source in ('ai_tool', 'ai_auto_close')
      order by added_at desc limit ${LATELY}) a
    group by t.tag_id`.execute(db)
  return new Map(rows.map(({ tag_id, ...trust }) => [tag_id, trust]))
}

/** The threshold that holds: half the way up to certain when people took off too many, three quarters when they took off half. */
export function raised(threshold: number, { taken_off }: Trust): number {
  if (taken_off <= TOO_MANY) return threshold
  const rest = taken_off >= LATELY / 2 ? 0.25 : 0.5
  return 1 - (1 - threshold) * rest
}
