// What follows from attempts: accepted, tried again later, given up; and how the endpoint does by them.
import { sql } from 'kysely'
import type { Db, Tx } from '../lib/db.ts'
import { switchOffByItself } from './endpoints.ts'
import type { EndpointKey, SendingEndpoint, Taken } from './line.ts'
import { isAccepted, type Posted } from './posting.ts'
import type { Attempt } from './schema.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

export const RETRYING = {
  /** After each attempt that failed; the last one again and again. */
  gapsMs: [
    5 * SECOND,
    30 * SECOND,
    2 * MINUTE,
    10 * MINUTE,
    30 * MINUTE,
    HOUR,
    2 * HOUR,
    4 * HOUR,
    8 * HOUR,
    12 * HOUR,
  ],
  /** Since the first attempt. */
  giveUpMs: 72 * HOUR,
  /** Without anything accepted. */
  deadMs: 72 * HOUR,
  /** After so many failures in a row one is sent at a time, to see, with pauses between. */
  doubtedAfter: 10,
  firstPauseMs: 10 * SECOND,
  mostPauseMs: MINUTE,
}
export type Retrying = typeof RETRYING

/** Kept of each event; older ones are forgotten. */
const MOST_TRIES = 50
/** The time of the last that was accepted is written no more often. */
const NOTED_EVERY_SECONDS = 5

export interface Outcome {
  taken: Taken
  posted: Posted
}

/** A fifth more or less, so that what failed together does not come together. */
const spread = (milliseconds: number) => Math.round(milliseconds * (0.8 + Math.random() * 0.4))

/** What becomes of an event after an attempt, and for how long it waits when it does. */
export function fateOf(
  { taken, posted }: Outcome,
  { gapsMs, giveUpMs }: Pick<Retrying, 'gapsMs' | 'giveUpMs'>,
): { state: 'accepted' | 'given_up' } | { state: 'waiting'; waitMs: number } {
  if (isAccepted(posted)) return { state: 'accepted' }
  const age = taken.first_tried_at === null ? 0 : Date.parse(posted.at) - Date.parse(taken.first_tried_at)
  if (age >= giveUpMs) return { state: 'given_up' }
  const gap = spread(gapsMs[Math.min(taken.attempts, gapsMs.length - 1)]!)
  // The last attempt is when the time is over, not before.
  return { state: 'waiting', waitMs: Math.min(Math.max(gap, posted.retryAfterMs ?? 0), giveUpMs - age) }
}

/**
 * Writes down what came of attempts, in one transaction, and how the endpoint does: pauses it when nothing comes through,
 * switches it off when that lasts for days, or when it answers that it is gone. Then nothing is given up.
 */
export async function noteOutcomes(
  db: Db,
  endpoint: SendingEndpoint,
  outcomes: readonly Outcome[],
  retrying: Retrying,
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const off = await noteHealth(tx, endpoint, outcomes, retrying)
    await settle(tx, endpoint, outcomes, off ? { ...retrying, giveUpMs: Infinity } : retrying)
    if (off) await switchOffByItself(tx, endpoint, off)
  })
}

async function settle(
  tx: Tx,
  { org_id, id }: EndpointKey,
  outcomes: readonly Outcome[],
  retrying: Retrying,
): Promise<void> {
  const fates = outcomes.map((outcome) => fateOf(outcome, retrying))
  const tries = outcomes.map(({ posted: { at, status, failure, took_ms } }): Attempt => ({
    at,
    status,
    failure,
    took_ms,
  }))
  await sql`
    update webhook_dispatches d set state = o.state, attempts = d.attempts + 1, first_tried_at = coalesce(d.first_tried_at, o.at),
      next_at = now() + make_interval(secs => o.wait_ms / 1000.0), settled_at = case when o.state <> 'waiting' then now() end,
      tries = case when jsonb_array_length(d.tries) >= ${MOST_TRIES} then d.tries - 0 else d.tries end || o.try, answer = o.answer
    from unnest(${outcomes.map(({ taken }) => taken.event_seq)}::bigint[], ${fates.map(({ state }) => state)}::text[],
      ${fates.map((fate) => ('waitMs' in fate ? fate.waitMs : 0))}::float8[], ${outcomes.map(({ posted }) => posted.at)}::timestamptz[],
      ${tries.map((each) => JSON.stringify(each))}::jsonb[], ${outcomes.map(({ posted }) => posted.answer)}::text[]) as o (seq, state, wait_ms, at, try, answer)
    where d.org_id = ${org_id} and d.endpoint_id = ${id} and d.event_seq = o.seq and d.state = 'waiting'`.execute(tx)
}

/** Answers why the endpoint is to be switched off, or null. */
async function noteHealth(
  tx: Tx,
  endpoint: SendingEndpoint,
  outcomes: readonly Outcome[],
  { deadMs, doubtedAfter, firstPauseMs, mostPauseMs }: Retrying,
): Promise<'gone' | 'dead' | null> {
  const { org_id, id } = endpoint
  const isGone = outcomes.some(({ posted }) => posted.status === 410)
  if (outcomes.some(({ posted }) => isAccepted(posted))) {
    await sql`
      update webhook_endpoints set failing_since = null, failures = 0, paused_until = null, last_accepted_at = now()
      where org_id = ${org_id} and id = ${id}
        and (failures > 0 or last_accepted_at is null or last_accepted_at < now() - make_interval(secs => ${NOTED_EVERY_SECONDS}))`.execute(
      tx,
    )
    // It is back: what waited for the end of a long gap goes as well.
    if (endpoint.failures >= doubtedAfter)
      await sql`
        update webhook_dispatches set next_at = now()
        where org_id = ${org_id} and endpoint_id = ${id} and state = 'waiting' and next_at > now()`.execute(tx)
    return isGone ? 'gone' : null
  }
  const asked = Math.max(0, ...outcomes.map(({ posted }) => posted.retryAfterMs ?? 0))
  const { rows } = await sql<{ dead: boolean }>`
    update webhook_endpoints w set failing_since = coalesce(w.failing_since, ${outcomes[0]!.posted.at}), failures = n.failures,
      paused_until = case when n.pause_ms > 0 then greatest(w.paused_until, now() + make_interval(secs => n.pause_ms / 1000.0)) else w.paused_until end
    from (
      select c.failures, greatest(${asked}::float8, case when c.failures < ${doubtedAfter} then 0
        else least(${spread(mostPauseMs)}::float8, ${spread(firstPauseMs)} * power(2.0, least(c.failures - ${doubtedAfter}, 30))) end) as pause_ms
      -- Those that were under way together are one failure more.
      from (select case when e.failures < ${doubtedAfter} then least(e.failures + ${outcomes.length}, ${doubtedAfter}) else e.failures + 1 end as failures
        from webhook_endpoints e where e.org_id = ${org_id} and e.id = ${id} for no key update) c
    ) n
    where w.org_id = ${org_id} and w.id = ${id} and w.off_at is null
    returning w.failures >= ${doubtedAfter} and w.failing_since <= now() - make_interval(secs => ${deadMs} / 1000.0) as dead`.execute(
    tx,
  )
  // Not there, or switched off by now.
  if (!rows[0]) return null
  if (isGone) return 'gone'
  return rows[0].dead ? 'dead' : null
}
