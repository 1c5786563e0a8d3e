// Waiting: since when a customer waits for an answer and when they got the first one, also where one that had been written turned out to be none.
import { sql, type RawBuilder } from 'kysely'
import type { Actor } from '../access/actor.ts'
import type { Tx } from '../lib/db.ts'
import { says } from './about.ts'
import { deliveryState } from './delivery.ts'

/** The first that the customer of a conversation c wrote after the last answer that did not fail. */
export const unansweredSince = sql`(
  select min(m.sent_at) from messages m
  where m.org_id = c.org_id and m.conversation_id = c.id and m.direction = 'in' and ${says()}
    and m.sent_at > coalesce((
      select m.sent_at from messages m
      where m.org_id = c.org_id and m.conversation_id = c.id and m.direction = 'out' and ${deliveryState} <> 'failed'
      order by m.sent_at desc limit 1), '-infinity'))`

/**
 * The first answer in a conversation c, of those that did not fail: when it was given and by whom, nobody of the organization
 * for what a colleague wrote in the phone app. What was written before the customer was there is no answer, and one that went
 * again was given then. No row where there is none.
 */
const firstAnswer = sql`(
  select greatest(m.sent_at, o.wanted_at), m.sent_by_id::uuid, m.sent_by_name
  from messages m left join outgoing_messages o on o.org_id = m.org_id and o.message_id = m.id
  where m.org_id = c.org_id and m.conversation_id = c.id and m.direction = 'out' and ${says()}
    and m.sent_at >= (select min(q.sent_at) from messages q where q.org_id = c.org_id and q.conversation_id = c.id and q.direction = 'in'
      and ${says('q.type')})
    and ${deliveryState} <> 'failed'
  order by 1, m.id limit 1)`
const countFirstAnswer = sql`(first_answered_at, first_answered_by_id, first_answered_by_name) = ${firstAnswer}`

/** Where nobody waits the customer has not asked anything yet. */
const isFirstAnswer = sql`c.first_answered_at is null and c.waiting_since is not null`

/** What changes in a conversation c when somebody answers in it: until it fails, the answer counts. */
export const answeredBy = (actor: Actor, at: RawBuilder<unknown>): RawBuilder<unknown> => sql`
  waiting_since = null, first_answered_at = case when ${isFirstAnswer} then ${at} else c.first_answered_at end,
  first_answered_by_id = case when ${isFirstAnswer} then ${actor.id}::uuid else c.first_answered_by_id end,
  first_answered_by_name = case when ${isFirstAnswer} then ${actor.name} else c.first_answered_by_name end`

/** Messages were received that colleagues wrote in the phone app, maybe late: where there was no answer yet, they may be. */
export async function countFirstAnswers(tx: Tx, orgId: string, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  await sql`
    update conversations c set ${countFirstAnswer}
    where c.org_id = ${orgId} and c.id = any(${ids}::uuid[]) and c.first_answered_at is null`.execute(tx)
}

export interface FirstAnswer {
  first_answered_at: string | null
  first_answered_by_id: string | null
  first_answered_by_name: string | null
}

const valuesOf = ({
  first_answered_at: at,
  first_answered_by_id: by,
  first_answered_by_name: name,
}: Partial<FirstAnswer>) => sql`${at ?? null}::timestamptz, ${by ?? null}::uuid, ${name ?? null}::text`

/**
 * A conversation took in another one, whose first answer is given: the earlier of the two is its first now, or one that
 * answers what the customer had asked in the other before it.
 */
export async function joinFirstAnswers(tx: Tx, orgId: string, id: string, other: Partial<FirstAnswer>): Promise<void> {
  // Of answers that are kept no more the conversations know.
  await sql`
    update conversations c set (first_answered_at, first_answered_by_id, first_answered_by_name) = (
      select a.at, a.by_id, a.by_name from (
        select f.* from ${firstAnswer} f
        union all select c.first_answered_at, c.first_answered_by_id, c.first_answered_by_name
        union all select ${valuesOf(other)}
      ) a (at, by_id, by_name) where a.at is not null order by a.at limit 1)
    where c.org_id = ${orgId} and c.id = ${id}`.execute(tx)
}

/** It was taken out again: what had its own first answer has that again, unless that has failed, and what had none the first since. */
export async function partFirstAnswers(tx: Tx, orgId: string, id: string, own: Partial<FirstAnswer>): Promise<void> {
  await sql`
    update conversations c set (first_answered_at, first_answered_by_id, first_answered_by_name) = (
      select a.at, a.by_id, a.by_name from (
        select 1 as n, o.* from (select ${valuesOf(own)}) o (at, by_id, by_name) where not exists (
          select from messages m left join outgoing_messages w on w.org_id = m.org_id and w.message_id = m.id
          where m.org_id = c.org_id and m.conversation_id = c.id and m.direction = 'out' and o.at in (m.sent_at, w.wanted_at) and ${deliveryState} = 'failed')
        union all select 2, f.* from ${firstAnswer} f
      ) a (n, at, by_id, by_name) where a.at is not null order by a.n limit 1)
    where c.org_id = ${orgId} and c.id = ${id}`.execute(tx)
}

/** Locks conversations before their messages are touched in the outbox, as whoever sends again does. */
export async function lockConversations(tx: Tx, orgId: string, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  await sql`select from conversations where org_id = ${orgId} and id = any(${ids}::uuid[]) order by id for update`.execute(
    tx,
  )
}

/**
 * An answer has failed in these, and was none. As far as they are open, whoever had waited for it waits still, and no less
 * long.
 */
export async function waitOn(tx: Tx, orgId: string, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  await sql`
    update conversations c set ${countFirstAnswer},
      waiting_since = case when c.closed_at is null then least(c.waiting_since, ${unansweredSince}) end
    where c.org_id = ${orgId} and c.id = any(${ids}::uuid[])`.execute(tx)
}

/** An answer that had failed goes again, and may be the first: only what the customer wrote after it waits. */
export async function waitNoMore(tx: Tx, orgId: string, id: string): Promise<void> {
  await sql`
    update conversations c set ${countFirstAnswer}, waiting_since = ${unansweredSince}
    where c.org_id = ${orgId} and c.id = ${id} and c.closed_at is null`.execute(tx)
}
