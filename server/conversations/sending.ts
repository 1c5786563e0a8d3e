// Sending: what an agent writes to a customer waits here for the sender; sending again, or leaving alone, what went wrong.
import { sql } from 'kysely'
import type { Actor } from '../access/actor.ts'
import { messagePayload, textPayload, type OutgoingPayload } from '../channels/whatsapp/sending.ts'
import { recordEvents } from '../events/events.ts'
import { prepared, type Tx } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import { newId } from '../lib/ids.ts'
import {
  lockConversation,
  lockOpenConversation,
  refuseAllButAgent,
  refuseOthers,
  type LockedConversation,
} from './locking.ts'
import { answeredBy, waitNoMore } from './waiting.ts'

interface Written {
  text: string
  reply_to?: string | undefined
  client_key?: string | undefined
}

/**
 * Writes a text to the customer; the sender takes it from there, in the order of writing. Answers the message's id.
 * Refuses when the conversation is closed or somebody else's, when WhatsApp takes no free text any more, and an answer to
 * a message that is not part of it. A repeat writes it again: the call's Idempotency-Key guards against that.
 */
export async function sendMessage(
  tx: Tx,
  actor: Actor,
  conversationId: string,
  { text, reply_to, client_key }: Written,
): Promise<string> {
  const part = textPayload(text)['text'] as object
  return writeMessage(tx, actor, conversationId, { type: 'text', text, part, reply_to, client_key })
}

interface Writing {
  type: string
  /** The words in it. */
  text: string | null
  /** Of Meta's body, by the name of the type. */
  part: object
  reply_to?: string | undefined
  client_key?: string | undefined
}

/** A message of any type, with the promises and refusals of `sendMessage`. */
export async function writeMessage(
  tx: Tx,
  actor: Actor,
  conversationId: string,
  { type, text, part, reply_to, client_key }: Writing,
): Promise<string> {
  const conversation = await lockOpenConversation(tx, actor, conversationId)
  const replyTo = reply_to === undefined ? null : await findTarget(tx, actor, conversation, reply_to)
  refuseAllButAgent(actor, conversation)
  refuseLapsed(conversation)
  return storeMessage(tx, actor, conversation, {
    type,
    text,
    content: { type, [type]: part },
    payload: messagePayload(type, part, { reply_to: replyTo }),
    reply_to: replyTo,
    client_key,
  })
}

interface Stored {
  type: string
  text: string | null
  /** As it is shown. */
  content: object
  /** As it is handed to Meta. */
  payload: OutgoingPayload
  /** WhatsApp's id of the message that is answered. */
  reply_to: string | null
  client_key: string | undefined
}

/** Puts a message that may be sent into the outbox and into its conversation, which is locked. Answers its id. */
export async function storeMessage(
  tx: Tx,
  actor: Actor,
  conversation: LockedConversation,
  { type, text, content, payload, reply_to, client_key }: Stored,
): Promise<string> {
  // Made under the lock: within a conversation ids sort as it was written.
  const id = newId()
  await sql`
    with m as (
      insert into messages (org_id, id, contact_id, channel_id, direction, origin, type, text, content, reply_to, sent_at, received_at, conversation_id, sent_by_id, sent_by_name)
      values (${actor.org_id}, ${id}, ${conversation.contact_id}, ${conversation.channel_id}, 'out', 'sent', ${type}, ${text},
        ${JSON.stringify(content)}::jsonb, ${reply_to}, clock_timestamp(), clock_timestamp(), ${conversation.id}, ${actor.id}, ${actor.name})
      returning id, sent_at
    ), outgoing as (
      insert into outgoing_messages (org_id, message_id, channel_id, client_key, payload)
      values (${actor.org_id}, ${id}, ${conversation.channel_id}, ${client_key ?? null}, ${JSON.stringify(payload)}::jsonb)
    )
    update conversations c set last_message_id = m.id, last_message_at = greatest(c.last_message_at, m.sent_at),
      ${answeredBy(actor, sql`m.sent_at`)}
    from m where c.org_id = ${actor.org_id} and c.id = ${conversation.id}`.execute(prepared(tx))
  await tell(tx, actor, conversation)
  return id
}

/**
 * Sends a message again that failed, or of which nobody knows whether WhatsApp has it. Refuses any other, and whatever
 * `sendMessage` refuses; so of two at once one is refused, and it is sent once.
 */
export async function resendMessage(tx: Tx, actor: Actor, messageId: string): Promise<void> {
  const { conversation_id, type } = await findSent(tx, actor, messageId)
  const conversation = await lockOpenConversation(tx, actor, conversation_id)
  refuseAllButAgent(actor, conversation)
  if (type !== 'template') refuseLapsed(conversation)
  // One that failed at WhatsApp has an id there, under which it will not be heard of again.
  const { rows } = await sql<{ id: string }>`
    update outgoing_messages o set state = 'waiting', attempts = 0, retry_at = null, error_code = null, error_text = null, wanted_at = clock_timestamp(), settled_at = null
    from messages m
    where o.org_id = ${actor.org_id} and o.message_id = ${messageId} and m.org_id = o.org_id and m.id = o.message_id
      and (o.state in ('failed', 'uncertain') or (o.state = 'accepted' and exists (select from message_statuses s
        where s.org_id = m.org_id and s.channel_id = m.channel_id and s.wa_message_id = m.wa_message_id and s.status = 'failed')))
    returning m.id`.execute(tx)
  if (!rows[0])
    throw new Problem('conflict', 'This message did not fail: it is being sent, or WhatsApp has it.', {
      reason: 'message_not_failed',
    })
  // What is wrong may be the file as WhatsApp has it.
  await sql`update media set uploaded_at = null where org_id = ${actor.org_id} and message_id = ${messageId}`.execute(
    tx,
  )
  if (type === 'template') await waitForAnswer(tx, actor, conversation)
  await sql`update messages set wa_message_id = null where org_id = ${actor.org_id} and id = ${messageId}`.execute(tx)
  await waitNoMore(tx, actor.org_id, conversation.id)
  await tell(tx, actor, conversation)
}

/** Leaves an uncertain message as it is: it counts as sent. Refuses any other, and whoever is neither its agent nor an administrator. */
export async function settleMessage(tx: Tx, actor: Actor, messageId: string): Promise<void> {
  const conversation = await lockConversation(tx, actor, (await findSent(tx, actor, messageId)).conversation_id)
  refuseOthers(actor, conversation)
  const { rows } = await sql<{ message_id: string }>`
    update outgoing_messages set state = 'accepted', settled_at = clock_timestamp()
    where org_id = ${actor.org_id} and message_id = ${messageId} and state = 'uncertain' returning message_id`.execute(
    tx,
  )
  if (!rows[0])
    throw new Problem('conflict', 'It is known what became of this message; there is nothing to settle.', {
      reason: 'message_not_uncertain',
    })
  await tell(tx, actor, conversation)
}

/** Keeps a conversation open for the answer to the template that was just sent in it. */
export async function waitForAnswer(tx: Tx, actor: Actor, { id }: LockedConversation): Promise<void> {
  await sql`
    update conversations set waits_until = clock_timestamp() + interval '24 hours'
    where org_id = ${actor.org_id} and id = ${id}`.execute(tx)
}

/** A message as far as its conversation is concerned. */
async function findSent(tx: Tx, actor: Actor, messageId: string): Promise<{ conversation_id: string; type: string }> {
  const { rows } = await sql<{ conversation_id: string | null; type: string }>`
    select conversation_id, type from messages where org_id = ${actor.org_id} and id = ${messageId}`.execute(tx)
  const row = rows[0]
  if (!row?.conversation_id)
    throw new Problem('not_found', 'There is no such message in this organization.', {
      reason: 'message_unknown',
    })
  return { ...row, conversation_id: row.conversation_id }
}

function refuseLapsed({ window_ends_at }: LockedConversation): void {
  if (window_ends_at > new Date().toISOString()) return
  throw new Problem(
    'conflict',
    'The customer last wrote more than 24 hours ago, and WhatsApp takes only an approved template now. Wait until the customer writes, or send a template.',
    { reason: 'window_closed' },
  )
}

/** WhatsApp's id of the message that is answered. */
async function findTarget(tx: Tx, actor: Actor, conversation: LockedConversation, messageId: string): Promise<string> {
  const { rows } = await sql<{ wa_message_id: string | null }>`
    select wa_message_id from messages
    where org_id = ${actor.org_id} and id = ${messageId} and contact_id = ${conversation.contact_id} and channel_id = ${conversation.channel_id}
      and group_id is null`.execute(tx)
  if (!rows[0])
    throw new Problem('not_found', 'The message that this one answers is not in this conversation.', {
      reason: 'reply_target_missing',
      field: 'reply_to',
    })
  if (rows[0].wa_message_id === null)
    throw new Problem('conflict', 'WhatsApp does not have the message yet that this one answers. Try again shortly.', {
      reason: 'reply_target_unsent',
      field: 'reply_to',
    })
  return rows[0].wa_message_id
}

const tell = (tx: Tx, actor: Actor, { id, contact_id }: LockedConversation): Promise<void> =>
  recordEvents(tx, actor, [{ kind: 'conversation.message', contact_id, after: { conversation_id: id } }])
