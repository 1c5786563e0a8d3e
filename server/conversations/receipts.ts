// Telling customers' phones that what they wrote was read: a courtesy, tried once, on which nothing depends.
import { sql, type RawBuilder } from 'kysely'
import type { Actor } from '../access/actor.ts'
import { findSendingChannel } from '../channels/pausing.ts'
import { sendReadReceipt } from '../channels/whatsapp/client.ts'
import type { Db, Tx } from '../lib/db.ts'
import { graphOf, type SenderResources } from './sender.ts'

export interface Receipt {
  orgId: string
  channelId: string
  /** WhatsApp's id of the customer's message. */
  waMessageId: string
  /** Somebody writes in this conversation since then, which the customer sees; not once there is an answer after it. */
  writing?: { conversationId: string; since: string }
}

/** WhatsApp shows for 25 seconds that somebody writes, or until a message comes. */
const WRITING_TOLD_EVERY_SECONDS = 20
/** What is heard right after an answer was written may be of that answer. */
const AFTER_ANSWER_SECONDS = 2
/** Later it is worth nothing. */
const WRITING_TIMEOUT_MS = 4000

/**
 * Tells that a message of the customer, and those before it, were read, and if so that somebody writes. Never throws, and is
 * not to be waited for: what goes wrong is counted, and a line of the log.
 */
export async function tellRead(
  server: SenderResources,
  { orgId, channelId, waMessageId, writing }: Receipt,
): Promise<void> {
  try {
    const channel = await findSendingChannel(server.db, server.secretKey, orgId, channelId)
    if (!channel || channel.paused || (!channel.test && channel.access_token === null)) return
    if (writing && (await wasAnswered(server.db, orgId, writing))) return
    const said = await sendReadReceipt(graphOf(server, channel), channel.phone_number_id, waMessageId, {
      typing: writing !== undefined,
      ...(writing ? { timeoutMs: WRITING_TIMEOUT_MS } : {}),
    })
    server.onReceipt?.(writing ? 'typing' : 'read', said === null ? 'taken' : 'refused')
    if (said !== null) server.log.debug({ channel_id: channelId, said }, 'a read receipt was not taken')
  } catch (error) {
    server.log.debug({ err: error, channel_id: channelId }, 'a read receipt was not sent')
  }
}

/** What to tell when the agent who has the conversation has read up to a message; null when that is not the actor, or it holds none of the customer's. */
export async function findReceipt(db: Db, actor: Actor, conversationId: string, upTo: string): Promise<Receipt | null> {
  return newestReceipt(db, actor, conversationId, sql`m.id <= ${upTo}`)
}

/**
 * Notes that the agent writes in a conversation, and answers what to tell the customer's phone: null when it was told within
 * 20 seconds, by whatever server; when the actor is not its agent; when free text would not be taken any more; or right
 * after an answer. Waits for nobody: what is locked is being changed, and is not told this time.
 */
export async function noteWriting(tx: Tx, actor: Actor, conversationId: string): Promise<Receipt | null> {
  const { rows } = await sql<{ since: string }>`
    with free as (
      select c.org_id, c.id from conversations c
      where c.org_id = ${actor.org_id} and c.id = ${conversationId} and c.agent_id = ${actor.id} and c.status = 'active'
        and c.window_ends_at > now()
        and (c.writing_told_at is null or c.writing_told_at <= now() - make_interval(secs => ${WRITING_TOLD_EVERY_SECONDS}))
        and not exists (${answers(actor.org_id, conversationId)} and m.sent_at > now() - make_interval(secs => ${AFTER_ANSWER_SECONDS}))
      for no key update skip locked
    )
    update conversations c set writing_told_at = now() from free f where c.org_id = f.org_id and c.id = f.id
    returning c.writing_told_at as since`.execute(tx)
  if (!rows[0]) return null
  const receipt = await newestReceipt(tx, actor, conversationId, sql`true`)
  return receipt && { ...receipt, writing: { conversationId, since: rows[0].since } }
}

async function newestReceipt(
  db: Db,
  actor: Actor,
  conversationId: string,
  which: RawBuilder<unknown>,
): Promise<Receipt | null> {
  const { rows } = await sql<{ channel_id: string; wa_message_id: string | null }>`
    select m.channel_id, m.wa_message_id
    from messages m join conversations c on c.org_id = m.org_id and c.id = m.conversation_id
    where m.org_id = ${actor.org_id} and m.conversation_id = ${conversationId} and c.agent_id = ${actor.id}
      and m.direction = 'in' and m.origin = 'live' and m.type not in ('system', 'edit', 'revoke') and ${which}
    order by m.id desc limit 1`.execute(db)
  const row = rows[0]
  return row?.wa_message_id ? { orgId: actor.org_id, channelId: row.channel_id, waMessageId: row.wa_message_id } : null
}

const answers = (orgId: string, conversationId: string) => sql`
  select from messages m where m.org_id = ${orgId} and m.conversation_id = ${conversationId} and m.direction = 'out'`

async function wasAnswered(
  db: Db,
  orgId: string,
  { conversationId, since }: NonNullable<Receipt['writing']>,
): Promise<boolean> {
  const { rows } = await sql`${answers(orgId, conversationId)} and m.sent_at >= ${since} limit 1`.execute(db)
  return rows.length > 0
}
