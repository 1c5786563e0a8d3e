// Messages that an organization does not want to keep any longer.
import { sql } from 'kysely'
import type { Db } from '../lib/db.ts'
import { madeDaysAgo } from '../lib/ids.ts'
import { stepByStep } from '../lib/steps.ts'
import { deleteMessages } from './messages.ts'
import { forgetLoneStatuses, type StatusPlace } from './statuses.ts'

const MOST_AT_ONCE = 5000

/** How many messages were stored so many days ago and longer. */
export async function countOldMessages(db: Db, orgId: string, days: number): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from messages where org_id = ${orgId} and id < ${madeDaysAgo(days)}`.execute(db)
  return rows[0]!.count
}

/**
 * Deletes them with what became of them, in transactions of some thousand. A kill leaves what was deleted deleted, and a
 * repeat goes on. Contacts, and when they were seen, stay.
 */
export async function forgetOldMessages(db: Db, orgId: string, days: number, stopping: AbortSignal): Promise<void> {
  const which = sql`id in (
    select id from messages where org_id = ${orgId} and id < ${madeDaysAgo(days)} order by id limit ${MOST_AT_ONCE} for update skip locked)`
  await stepByStep(stopping, async () => (await deleteMessages(db, orgId, which)) === MOST_AT_ONCE)
}

/** Reads through the statuses of an organization, and deletes those as old whose message is not here. */
export async function forgetOldStatuses(db: Db, orgId: string, days: number, stopping: AbortSignal): Promise<void> {
  let after: StatusPlace | null = null
  await stepByStep(stopping, async () => {
    after = await db.transaction().execute((tx) => forgetLoneStatuses(tx, orgId, { days, after }))
    return after !== null
  })
}
