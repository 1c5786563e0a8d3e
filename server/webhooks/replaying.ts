// Sending events again because somebody wants it: one, what was given up, or all that happened in a span of time.
import { sql } from 'kysely'
import type { Actor } from '../access/actor.ts'
import { recordAct } from '../audit/recording.ts'
import type { Tx } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import { lockWebhook } from './endpoints.ts'
import { getDispatch, missingDispatch } from './log.ts'
import { MOST_REPLAYED, type Dispatch } from './schema.ts'

/** It waits for no event that is not replayed, and none waits for it: their order is broken already. */
const again = sql`state = 'waiting', replayed = true, attempts = 0, first_tried_at = null, next_at = now(), settled_at = null`

/** Sends one again, with the webhook-id that it had. One that waits for its next attempt keeps its place, and is tried now. */
export async function replayDispatch(tx: Tx, actor: Actor, id: string, eventId: string): Promise<Dispatch> {
  const webhook = await lockWebhook(tx, actor, id)
  refuseOff(webhook)
  const one = sql`org_id = ${actor.org_id} and endpoint_id = ${id} and event_seq = ${eventId}`
  const { numAffectedRows: hurried } = await sql`
    update webhook_dispatches set next_at = now() where ${one} and state = 'waiting'`.execute(tx)
  if (hurried === 0n) {
    const { numAffectedRows: taken } = await sql`update webhook_dispatches set ${again} where ${one}`.execute(tx)
    if (taken === 0n) throw missingDispatch()
  }
  const { body: _, tries: __, answer: ___, ...dispatch } = await getDispatch(tx, actor, id, eventId)
  return dispatch
}

/**
 * Sends again what was given up, or all of its kinds that happened in a span of time: also what the log keeps no more, and
 * what happened before there was this webhook. Answers how many; what waits already is not among them. Refuses more than
 * 100,000 at once.
 */
export async function replay(
  tx: Tx,
  actor: Actor,
  id: string,
  { which, from, before }: { which: 'given_up' | 'all'; from?: string | undefined; before?: string | undefined },
): Promise<{ count: number }> {
  const webhook = await lockWebhook(tx, actor, id)
  refuseOff(webhook)
  const within = (at: ReturnType<typeof sql>) => sql`
    ${from === undefined ? sql`` : sql`and ${at} >= ${from}`} ${before === undefined ? sql`` : sql`and ${at} < ${before}`}`
  const { rows } =
    which === 'given_up'
      ? await sql<Replayed>`
          with picked as materialized (
            select d.event_seq from webhook_dispatches d
            where d.org_id = ${actor.org_id} and d.endpoint_id = ${id} and d.state = 'given_up' ${within(sql`d.event_at`)}
            limit ${MOST_REPLAYED + 1}
          ), done as (
            update webhook_dispatches set ${again}
            where org_id = ${actor.org_id} and endpoint_id = ${id} and event_seq in (select event_seq from picked)
            returning 1
          )
          select (select count(*) from picked)::int as picked, (select count(*) from done)::int as count`.execute(tx)
      : await sql<Replayed>`
          with picked as materialized (
            select e.* from events e join webhook_endpoints w on w.org_id = e.org_id and w.id = ${id}
            -- What comes after its position is sent anyway.
            where e.org_id = ${actor.org_id} and e.seq <= w.position and e.kind = any(w.types) ${within(sql`e.at`)}
            limit ${MOST_REPLAYED + 1}
          ), done as (
            insert into webhook_dispatches as d (org_id, endpoint_id, event_seq, type, event_at, contact_id, lane, replayed)
            select org_id, ${id}, seq, kind, at, contact_id, coalesce(contact_id, tag_id), true from picked
            on conflict (org_id, endpoint_id, event_seq) do update set ${again} where d.state <> 'waiting'
            returning 1
          )
          select (select count(*) from picked)::int as picked, (select count(*) from done)::int as count`.execute(tx)
  const { picked, count } = rows[0]!
  if (picked > MOST_REPLAYED)
    throw new Problem('invalid', `These are more than ${MOST_REPLAYED} events. Choose a shorter span of time.`, {
      reason: 'too_many_replayed',
      field: 'before',
      data: { most: MOST_REPLAYED },
    })
  if (count > 0)
    await recordAct(tx, actor, {
      act: 'webhook.replayed',
      subject: { id, name: new URL(webhook.url).host },
      details: { which, happened_from: from ?? null, happened_before: before ?? null, events: count },
    })
  return { count }
}

interface Replayed {
  picked: number
  count: number
}

function refuseOff({ off_at }: { off_at: string | null }): void {
  if (off_at !== null)
    throw new Problem('conflict', 'The webhook is switched off. Switch it on first.', { reason: 'webhook_off' })
}
