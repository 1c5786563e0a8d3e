// Closing: how a conversation ends, whatever way; the one place that says so.
import { sql } from 'kysely'
import { actorColumns, systemActor, type Actor } from '../access/actor.ts'
import { queueAnalyses } from '../analysis/queueing.ts'
import { recordEvents } from '../events/events.ts'
import type { Db, Tx } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import { stepByStep } from '../lib/steps.ts'
import { stands } from './about.ts'
import { isAdministrator, lockOpenConversation, refuseOthers, requireMessage } from './locking.ts'
import type { ClosedStatus } from './schema.ts'

/**
 * Closes those of the conversations that are open, and announces each once, by its event: whatever follows a closing
 * hangs on that. Answers the ids of those that it closed; a repeat closes nothing.
 */
export async function closeConversations(
  tx: Tx,
  actor: Actor,
  which: readonly { id: string; at: string }[],
  status: ClosedStatus,
): Promise<string[]> {
  if (which.length === 0) return []
  const by = actorColumns(actor)
  const { rows } = await sql<{
    id: string
    contact_id: string
    channel_id: string
    agent_id: string | null
    agent_name: string | null
    closed_at: string
  }>`
    with closed as (
      update conversations c set status = ${status}, closed_at = w.at, waiting_since = null
      from (select * from unnest(${which.map(({ id }) => id)}::uuid[], ${which.map(({ at }) => at)}::timestamptz[]) as w (id, at) order by id) w
      where c.org_id = ${actor.org_id} and c.id = w.id and c.closed_at is null
      returning c.org_id, c.id, c.contact_id, c.channel_id, c.agent_id, c.agent_name, c.closed_at
    ), written as (
      insert into conversation_closings (org_id, conversation_id, status, closed_at, actor_kind, actor_id, actor_name)
      select org_id, id, ${status}, closed_at, ${by.actor_kind}, ${by.actor_id}, ${by.actor_name} from closed
    )
    select id, contact_id, channel_id, agent_id, agent_name, closed_at from closed order by id`.execute(tx)
  await queueAnalyses(
    tx,
    actor.org_id,
    rows.map(({ id }) => id),
  )
  await recordEvents(
    tx,
    actor,
    rows.map(({ id, contact_id, ...rest }) => ({
      kind: 'conversation.closed' as const,
      contact_id,
      before: { status: rest.agent_id === null ? 'pending' : 'active' },
      after: { conversation_id: id, status, ...rest },
    })),
  )
  return rows.map(({ id }) => id)
}

/**
 * Closes one conversation as its agent, or any as an administrator. Refuses when the customer has written after
 * `seen_to`, the newest message that was seen (`new_message`): nobody has read that one.
 */
export async function closeConversation(
  tx: Tx,
  actor: Actor,
  id: string,
  { seen_to: seenTo }: { seen_to?: string | undefined },
): Promise<void> {
  const conversation = await lockOpenConversation(tx, actor, id)
  if (seenTo !== undefined) await requireMessage(tx, actor, id, seenTo)
  refuseOthers(actor, conversation)
  if (seenTo !== undefined && (await wroteAfter(tx, actor, id, seenTo)))
    throw new Problem('conflict', 'The customer has just written again. Read it before you close.', {
      reason: 'new_message',
    })
  // An administrator who has the conversation closes it as its agent.
  const status = conversation.agent_id !== actor.id && isAdministrator(actor) ? 'closed_by_admin' : 'closed_by_agent'
  await closeConversations(tx, actor, [{ id, at: new Date().toISOString() }], status)
}

/**
 * Ids sort in the order of arrival. What changes or deletes another message has no place in the thread of its own by which
 * it could be named as seen.
 */
async function wroteAfter(tx: Tx, actor: Actor, id: string, messageId: string): Promise<boolean> {
  const { rows } = await sql`
    select from messages m where m.org_id = ${actor.org_id} and m.conversation_id = ${id} and m.direction = 'in' and m.id > ${messageId}
      and m.type not in ('reaction', 'system') and ${stands} limit 1`.execute(tx)
  return rows.length > 0
}

const AT_ONCE = 200

/** When a conversation closes by itself, if the customer does not write: neither free text is taken then nor an answer to a template waited for. */
export const EXPIRES_AT = sql`greatest(window_ends_at, waits_until)`

/**
 * Closes what the customer has left for more than 24 hours, oldest first, in small transactions. Any number of servers
 * may do so at once: what one has taken, the others leave.
 */
export async function expireConversations(db: Db, stopping: AbortSignal): Promise<void> {
  await stepByStep(stopping, () =>
    db.transaction().execute(async (tx) => {
      const { rows } = await sql<{ org_id: string; id: string; at: string }>`
        select org_id, id, ${EXPIRES_AT} as at from conversations where closed_at is null and ${EXPIRES_AT} <= now()
        order by ${EXPIRES_AT} limit ${AT_ONCE} for update skip locked`.execute(tx)
      for (const [orgId, lapsed] of Map.groupBy(rows, (row) => row.org_id))
        await closeConversations(tx, systemActor(orgId), lapsed, 'expired')
      return rows.length === AT_ONCE
    }),
  )
}
