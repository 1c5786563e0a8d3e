// Telling customers' phones that what they wrote was read: a courtesy, tried once, on which nothing depends.
import { findSendingChannel } from '../channels/pausing.ts'
import { sendReadReceipt } from '../channels/whatsapp/client.ts'
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
