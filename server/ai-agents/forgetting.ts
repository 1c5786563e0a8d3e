// Forgetting what AI agents told colleagues, when the organization keeps messages no longer: it speaks of what customers wrote.
import { sql } from 'kysely'
import type { Db } from '../lib/db.ts'
import { stepByStep } from '../lib/steps.ts'

const AT_ONCE = 1000

/** Empties the summaries of conversations handed over more than so many days ago, in small transactions. That it was done stays. */
export async function forgetOldSummaries(db: Db, orgId: string, days: number, stopping: AbortSignal): Promise<void> {
  await stepByStep(stopping, async () => {
    const { numAffectedRows } = await sql`
      update ai_agent_acts set words = null where org_id = ${orgId} and id in (
        select id from ai_agent_acts where org_id = ${orgId} and words is not null and at < now() - make_interval(days => ${days})
        order by at limit ${AT_ONCE} for update skip locked)`.execute(db)
    return Number(numAffectedRows) === AT_ONCE
  })
}
