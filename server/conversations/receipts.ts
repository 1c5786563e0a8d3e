// Telling customers' phones that what they wrote was read: a courtesy, tried once, on which nothing depends.
import type { Actor } from '../access/actor.ts'
import { findSendingChannel } from '../channels/pausing.ts'
import { sendReadReceipt } from '../channels/whatsapp/client.ts'
import type { Db } from '../lib/db.ts'
import { graphOf, type SenderResources } from './sender.ts'

export interface Receipt {
  orgId: string
  channelId: string
  /** WhatsApp's id of the customer's message. */
  waMessageId: string
  /** Whether the customer sees that somebody writes. */
  typing?: boolean
}

/**
 * Tells that a message of the customer, and those before it, were read. Never throws, and is not to be waited for: what goes
 * wrong is a line of the log.
 */
export async function tellRead(
  server: SenderResources,
  { orgId, channelId, waMessageId, typing = false }: Receipt,
): Promise<void> {
  try {
    const channel = await findSendingChannel(server.db, server.secretKey, orgId, channelId)
    if (!channel || channel.paused || (!channel.test && channel.access_token === null)) return
    const said = await sendReadReceipt(graphOf(server, channel), channel.phone_number_id, waMessageId, { typing })
    if (said !== null) server.log.debug({ channel_id: channelId, said }, 'a read receipt was not taken')
  } catch (error) {
    server.log.debug({ err: error, channel_id: channelId }, 'a read receipt was not sent')
  }
}

/** What to tell when the agent who has the conversation has read up to a message; null when that is not the actor, or it holds none of the customer's. */
export async function findReceipt(db: Db, actor: Actor, conversationId: string, upTo: string): Promise<Receipt | null> {
  const row = await db
    .selectFrom('messages as m')
    .innerJoin('conversations as c', (join) =>
      join.onRef('c.org_id', '=', 'm.org_id').onRef('c.id', '=', 'm.conversation_id'),
    )
    .select(['m.channel_id', 'm.wa_message_id'])
    .where('m.org_id', '=', actor.org_id)
    .where('m.conversation_id', '=', conversationId)
    .where('c.agent_id', '=', actor.id)
    .where('m.direction', '=', 'in')
    .where('m.origin', '=', 'live')
    .where('m.id', '<=', upTo)
    .where('m.type', 'not in', ['system', 'edit', 'revoke'])
    .orderBy('m.id', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.wa_message_id ? { orgId: actor.org_id, channelId: row.channel_id, waMessageId: row.wa_message_id } : null
}
