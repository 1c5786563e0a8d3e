// Taking: who has a conversation, one person or one AI agent at a time.
import { sql } from 'kysely'
import type { Actor } from '../access/actor.ts'
import { recordEvents } from '../events/events.ts'
import type { Tx } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import { says } from './about.ts'
import {
  lockConversation,
  lockOpenConversation,
  refuseOthers,
  requireMessage,
  type LockedConversation,
} from './locking.ts'

interface Person {
  id: string
  name: string
}

/**
 * Takes a waiting conversation, or one that an AI agent has, which is silent from then on. One's own stays as it is; refuses
 * one that a colleague has (`conversation_taken`).
 */
export async function takeConversation(tx: Tx, actor: Actor, id: string): Promise<void> {
  const conversation = await lockOpenConversation(tx, actor, id)
  if (conversation.agent_id === actor.id) return
  if (conversation.agent_id !== null && !(actor.kind === 'user' && (await isAi(tx, actor, conversation.agent_id))))
    throw new Problem('conflict', `${conversation.agent_name} has taken this conversation already.`, {
      reason: 'conversation_taken',
      data: { agent_id: conversation.agent_id, agent_name: conversation.agent_name },
    })
  await assign(tx, actor, conversation, { id: actor.id, name: actor.name })
}

/** Hands a conversation to somebody of the organization: one's own, or any as an administrator. */
export async function handOver(tx: Tx, actor: Actor, id: string, userId: string): Promise<void> {
  const conversation = await lockOpenConversation(tx, actor, id)
  // Their membership stays until this is done: who is removed at the same moment gives back what they got.
  const { rows } = await sql<Person>`
    select u.id, u.name from memberships m join users u on u.id = m.user_id
    where m.org_id = ${actor.org_id} and m.user_id = ${userId} for share of m`.execute(tx)
  if (!rows[0])
    throw new Problem('not_found', 'There is no such person in this organization.', { reason: 'person_missing' })
  refuseOthers(actor, conversation)
  if (conversation.agent_id === userId) return
  await assign(tx, actor, conversation, rows[0])
}

/** Lets a conversation wait again: one's own, or any as an administrator. */
export async function giveBack(tx: Tx, actor: Actor, id: string): Promise<void> {
  const conversation = await lockOpenConversation(tx, actor, id)
  if (conversation.agent_id === null) return
  refuseOthers(actor, conversation)
  await assign(tx, actor, conversation, null)
}

/** Lets all open conversations of somebody wait again, or those of some numbers: who leaves the organization, or an AI agent that is switched off. */
export async function giveBackAllOf(
  tx: Tx,
  actor: Actor,
  agentId: string,
  { forAnyone = false, channels }: { forAnyone?: boolean; channels?: readonly string[] } = {},
): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    select id from conversations where org_id = ${actor.org_id} and agent_id = ${agentId} and closed_at is null
      ${channels === undefined ? sql`` : sql`and channel_id = any(${channels}::uuid[])`}
    order by id for update`.execute(tx)
  for (const { id } of rows) await assign(tx, actor, await lockConversation(tx, actor, id), null, { forAnyone })
}

/** Lets a conversation that an AI agent has wait for people: the customer waits on, whatever the AI answered. No AI takes it again. */
export async function leaveToPeople(tx: Tx, actor: Actor, conversation: LockedConversation): Promise<void> {
  await assign(tx, actor, conversation, null)
  await sql`
    update conversations c set waiting_since = coalesce(c.waiting_since, (
      select max(m.sent_at) from messages m where m.org_id = c.org_id and m.conversation_id = c.id and m.direction = 'in'
        and ${says()}))
    where c.org_id = ${actor.org_id} and c.id = ${conversation.id}`.execute(tx)
}

export async function isAi(tx: Tx, actor: Actor, agentId: string): Promise<boolean> {
  const { rows } = await sql`select from ai_agents where org_id = ${actor.org_id} and id = ${agentId}`.execute(tx)
  return rows.length > 0
}

/**
 * Whom a person had, or an AI handed over, is for people: no AI takes it after that, unless it is given back for anyone.
 * Of what follows from a merge of contacts, or from its undo, the event says so: nobody decided it.
 */
export async function assign(
  tx: Tx,
  actor: Actor,
  before: LockedConversation,
  to: Person | null,
  { forAnyone = false, byMerge = false }: { forAnyone?: boolean; byMerge?: boolean } = {},
): Promise<void> {
  const forPeople = !forAnyone && !(to !== null && actor.kind === 'ai_agent')
  await sql`
    update conversations set status = ${to ? 'active' : 'pending'}, agent_id = ${to?.id ?? null}, agent_name = ${to?.name ?? null},
      taken_at = case when ${to === null} then null else now() end, people_only = people_only or ${forPeople}
    where org_id = ${actor.org_id} and id = ${before.id}`.execute(tx)
  await recordEvents(tx, actor, [
    {
      kind: 'conversation.assigned',
      contact_id: before.contact_id,
      before: { agent_id: before.agent_id, agent_name: before.agent_name },
      after: {
        conversation_id: before.id,
        agent_id: to?.id ?? null,
        agent_name: to?.name ?? null,
        ...(byMerge ? { by_merge: true } : {}),
      },
    },
  ])
}

/**
 * Marks the customer's messages up to one as read. Only its agent does: a colleague or an administrator who looks on
 * leaves unread what is the agent's to read. Of a closed conversation as well. Refuses a message of another conversation.
 * What came with an earlier id than what was read before counts as unread until then.
 */
export async function markRead(tx: Tx, actor: Actor, id: string, upTo: string): Promise<void> {
  const conversation = await lockConversation(tx, actor, id)
  await requireMessage(tx, actor, id, upTo)
  if (conversation.agent_id !== actor.id) return
  const { numAffectedRows } = await sql`
    update conversations c set read_to = n.read_to, unread_count = n.unread
    from (
      select r.read_to, (select count(*) from messages m where m.org_id = ${actor.org_id} and m.conversation_id = ${id} and m.direction = 'in'
        and m.id > r.read_to and ${says()}) as unread
      from (select greatest(${conversation.read_to}::uuid, ${upTo}::uuid) as read_to) r
    ) n
    where c.org_id = ${actor.org_id} and c.id = ${id} and (c.read_to is distinct from n.read_to or c.unread_count > n.unread)`.execute(
    tx,
  )
  if (Number(numAffectedRows) > 0)
    await recordEvents(tx, actor, [
      { kind: 'conversation.read', contact_id: conversation.contact_id, after: { conversation_id: id } },
    ])
}
