// A conversation as it is read before it is changed: locked, so that of two people who change it one comes after the other.
import { sql } from 'kysely'
import type { Actor } from '../access/actor.ts'
import { prepared, type Tx } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import { conversationMissing } from './missing.ts'
import type { ConversationStatus } from './schema.ts'

export interface LockedConversation {
  id: string
  contact_id: string
  channel_id: string
  status: ConversationStatus
  agent_id: string | null
  agent_name: string | null
  closed_at: string | null
  window_ends_at: string
  last_message_id: string | null
  unread_count: number
  read_to: string | null
}

/** Refuses an id that is not in the actor's organization. */
export async function lockConversation(tx: Tx, actor: Actor, id: string): Promise<LockedConversation> {
  const { rows } = await sql<LockedConversation>`
    select id, contact_id, channel_id, status, agent_id, agent_name, closed_at, window_ends_at, last_message_id, unread_count, read_to
    from conversations where org_id = ${actor.org_id} and id = ${id} for update`.execute(prepared(tx))
  if (!rows[0]) throw await conversationMissing(tx, actor.org_id, id)
  return rows[0]
}

/** The same, refusing one that is closed. */
export async function lockOpenConversation(tx: Tx, actor: Actor, id: string): Promise<LockedConversation> {
  const conversation = await lockConversation(tx, actor, id)
  if (conversation.closed_at !== null)
    throw new Problem('conflict', 'This conversation is closed. When the customer writes again, a new one begins.', {
      reason: 'conversation_closed',
      data: { status: conversation.status },
    })
  return conversation
}

/** Refuses an actor who is neither the agent of the conversation nor an administrator. */
export function refuseOthers(actor: Actor, { agent_id, agent_name }: LockedConversation): void {
  if (agent_id === actor.id || isAdministrator(actor)) return
  throw agent_id === null ? notTaken() : notYours(agent_name!)
}

/** Only the agent of a conversation writes in it, administrators too: two people never answer the same customer. */
export function refuseAllButAgent(actor: Actor, { agent_id, agent_name }: LockedConversation): void {
  if (agent_id === actor.id) return
  throw agent_id === null ? notTaken() : notYours(agent_name!)
}

/** Refuses a message that is not in the conversation. */
export async function requireMessage(tx: Tx, actor: Actor, conversationId: string, id: string): Promise<void> {
  const { rows } =
    await sql`select from messages where org_id = ${actor.org_id} and conversation_id = ${conversationId} and id = ${id}`.execute(
      tx,
    )
  if (rows.length === 0)
    throw new Problem('not_found', 'There is no such message in this organization.', { reason: 'message_unknown' })
}

export const isAdministrator = (actor: Actor): boolean => actor.kind === 'user' && actor.role === 'admin'

const notTaken = () =>
  new Problem('conflict', 'Nobody has this conversation yet. Take it first.', { reason: 'conversation_not_taken' })

const notYours = (agentName: string) =>
  new Problem('conflict', `${agentName} has this conversation. Ask them to hand it over.`, {
    reason: 'conversation_not_yours',
    data: { agent_name: agentName },
  })
