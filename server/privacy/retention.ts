// How long an organization keeps messages and raw deliveries, and letting go of what is older.
import { sql } from 'kysely'
import type { Actor } from '../access/actor.ts'
import { forgetOldSummaries } from '../ai-agents/forgetting.ts'
import { recordAct } from '../audit/recording.ts'
import { countOldDeliveries, forgetOldDeliveries, KEEP_DAYS } from '../channels/deliveries.ts'
import { countOldMessages, forgetOldMessages, forgetOldStatuses } from '../conversations/old-messages.ts'
import type { Db, Tx } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import { sameRetention, type Retention } from './schema.ts'

const DEFAULT: Retention = { message_days: null, delivery_days: KEEP_DAYS }

export async function getRetention(db: Db, actor: Actor): Promise<Retention> {
  const row = await db
    .selectFrom('retention')
    .select(['message_days', 'delivery_days'])
    .where('org_id', '=', actor.org_id)
    .executeTakeFirst()
  return row ?? DEFAULT
}

/** How much would be deleted within the hour, if these were the limits. */
export async function previewRetention(
  db: Db,
  actor: Actor,
  { message_days, delivery_days }: Retention,
): Promise<{ messages: number; deliveries: number }> {
  return {
    messages: message_days === null ? 0 : await countOldMessages(db, actor.org_id, message_days),
    deliveries: await countOldDeliveries(db, actor.org_id, delivery_days),
  }
}

/**
 * Sets the limits; what is older goes within the hour. The same limits again change nothing. Refuses when others than
 * `expected` are set (`retention_changed_meanwhile`).
 */
export async function setRetention(
  tx: Tx,
  actor: Actor,
  { expected, ...wanted }: Retention & { expected?: Retention | undefined },
): Promise<Retention> {
  // Of two who set it at once, the second knows what the first had set.
  await sql`select id from organizations where id = ${actor.org_id} for no key update`.execute(tx)
  const before = await getRetention(tx, actor)
  if (sameRetention(before, wanted)) return before
  if (expected && !sameRetention(before, expected))
    throw new Problem('conflict', 'Somebody has set this meanwhile. Look at what is set now, then save again.', {
      reason: 'retention_changed_meanwhile',
      data: { ...before },
    })
  const { message_days, delivery_days } = wanted
  await tx
    .insertInto('retention')
    .values({ org_id: actor.org_id, message_days, delivery_days })
    .onConflict((conflict) => conflict.column('org_id').doUpdateSet({ message_days, delivery_days }))
    .execute()
  await recordAct(tx, actor, { act: 'settings.changed', details: { before, after: { message_days, delivery_days } } })
  return wanted
}

/**
 * Deletes what is older than its organization's limits, in small transactions, until it is to stop; any number of servers may
 * do so at once.
 */
export async function enforceRetention(db: Db, stopping: AbortSignal): Promise<void> {
  for (const { org_id, message_days, delivery_days } of await allLimits(db)) {
    if (message_days !== null) {
      await forgetOldMessages(db, org_id, message_days, stopping)
      await forgetOldSummaries(db, org_id, message_days, stopping)
    }
    await forgetOldDeliveries(db, org_id, delivery_days, stopping)
  }
}

/**
 * Deletes statuses whose message is not here, such as those of a contact that was erased, in every organization: no raw
 * delivery is older that says the same. They are found only by reading through all, which is too much for every hour.
 */
export async function enforceStatusRetention(db: Db, stopping: AbortSignal): Promise<void> {
  const { rows } = await sql<{ org_id: string; days: number }>`
    select o.id as org_id, least(r.message_days, coalesce(r.delivery_days, ${KEEP_DAYS})) as days
    from organizations o left join retention r on r.org_id = o.id order by o.id`.execute(db)
  for (const { org_id, days } of rows) await forgetOldStatuses(db, org_id, days, stopping)
}

const allLimits = (db: Db) => db.selectFrom('retention').selectAll().orderBy('org_id').execute()
