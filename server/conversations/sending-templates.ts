// Sending templates: they reach customers who have not written for 24 hours, and may begin a conversation.
import { sql } from 'kysely'
import type { Actor } from '../access/actor.ts'
import { messagePayload } from '../channels/whatsapp/sending.ts'
import { lockIdentities } from '../contacts/identity-rows.ts'
import { recordEvents } from '../events/events.ts'
import type { Tx } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import { newId } from '../lib/ids.ts'
import type { SentFile } from '../lib/route.ts'
import { lockConversation, refuseAllButAgent, type LockedConversation } from './locking.ts'
import { checkFile, keepFileOf } from './sending-media.ts'
import { storeMessage, waitForAnswer } from './sending.ts'

interface FilledTemplate {
  /** Of Meta's body. */
  part: object
  /** Its main text as the customer reads it. */
  text: string
  /** What stands around the text. */
  shown: object
  /** Above its text. */
  file?: (SentFile & { file_name?: string | undefined }) | undefined
  client_key?: string | undefined
}

/**
 * Sends a template to the customer of a conversation; the message's id. In an open one its agent does. From a closed one
 * anybody may: it begins the next conversation, which is theirs. Either stays open for the answer for 24 hours. Refuses when
 * the contact and the number have another open conversation (`conversation_went_on`). A repeat sends it again: the call's
 * Idempotency-Key guards against that.
 */
export async function sendTemplate(
  tx: Tx,
  actor: Actor,
  conversationId: string,
  { part, text, shown, file, client_key }: FilledTemplate,
): Promise<string> {
  // What customers write begins conversations as well: one after the other.
  await lockIdentities(tx, actor.org_id)
  const asked = await lockConversation(tx, actor, conversationId)
  const conversation = asked.closed_at === null ? asked : await beginNext(tx, actor, asked)
  refuseAllButAgent(actor, conversation)
  const messageId = await storeMessage(tx, actor, conversation, {
    type: 'template',
    text,
    content: { type: 'template', template: part, shown },
    payload: messagePayload('template', part),
    reply_to: null,
    client_key,
  })
  if (file) await keepFileOf(tx, actor, messageId, { ...file, mimeType: checkFile(file).mimeType })
  await waitForAnswer(tx, actor, conversation)
  return messageId
}

/** The conversation after a closed one. Free text is taken in it as long as WhatsApp would have taken it in those before. */
async function beginNext(
  tx: Tx,
  actor: Actor,
  { contact_id, channel_id }: LockedConversation,
): Promise<LockedConversation> {
  const { rows: open } = await sql<{ id: string }>`
    select id from conversations where org_id = ${actor.org_id} and contact_id = ${contact_id} and channel_id = ${channel_id} and closed_at is null`.execute(
    tx,
  )
  if (open[0])
    throw new Problem('conflict', 'This conversation went on in a newer one. Open that one and write there.', {
      reason: 'conversation_went_on',
      data: { conversation_id: open[0].id },
    })
  const id = newId()
  await sql`
    insert into conversations (org_id, id, contact_id, channel_id, status, agent_id, agent_name, opened_at, taken_at, last_message_at, window_ends_at)
    select ${actor.org_id}, ${id}, ${contact_id}, ${channel_id}, 'active', ${actor.id}, ${actor.name}, clock_timestamp(), clock_timestamp(), clock_timestamp(), max(window_ends_at)
    from conversations where org_id = ${actor.org_id} and contact_id = ${contact_id} and channel_id = ${channel_id}`.execute(
    tx,
  )
  await recordEvents(tx, actor, [
    { kind: 'conversation.opened', contact_id, after: { conversation_id: id, channel_id, status: 'active' } },
    {
      kind: 'conversation.assigned',
      contact_id,
      before: { agent_id: null, agent_name: null },
      after: { conversation_id: id, agent_id: actor.id, agent_name: actor.name },
    },
  ])
  return lockConversation(tx, actor, id)
}
