// The thread: what a contact and a number of the organization wrote to each other, as it is read on screen.
import { sql, type RawBuilder } from 'kysely'
import type { Actor } from '../access/actor.ts'
import { prepared, type Db } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import { about, isRevoked, lineNow, says, stands, textNow } from './about.ts'
import { cursorAt, readCursor } from './cursor.ts'
import { furthestStatus, outboxState } from './delivery.ts'
import { KEPT_THERE } from './media.ts'
import { conversationMissing, joinedInto } from './missing.ts'
import type { ConversationStatus, Message } from './schema.ts'

interface MessageRow extends Omit<Message, 'delivery'> {
  delivery_state: string | null
  delivery_at: string | null
  error_code: number | null
  error: string | null
  retry_at: string | null
}

const MOST_QUOTED = 200

const columns: RawBuilder<unknown> = sql`m.id, m.conversation_id, m.direction, m.origin, m.type, m.content, m.sent_at, m.received_at, m.sent_by_name as sent_by, o.client_key, m.group_id is not null as in_group,
  ${textNow()} as text,
  (select max(a.sent_at) ${about('edit')}) as edited_at,
  (select max(a.sent_at) ${about('revoke')}) as revoked_at,
  case when f.id is not null then jsonb_build_object('id', f.id, 'mime_type', f.mime_type, 'size', f.size, 'file_name', f.file_name, 'state', f.state, 'error', f.error,
    'available_until', case when f.state = 'failed' then to_char((f.created_at + ${KEPT_THERE}) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') end) end as media,
  case when m.reply_to is not null then coalesce((
    select jsonb_build_object('id', r.id, 'direction', r.direction, 'type', r.type, 'text', ${lineNow(MOST_QUOTED, 'r')}, 'revoked', ${isRevoked('r')})
    from messages r where r.org_id = m.org_id and r.channel_id = m.channel_id and r.wa_message_id = m.reply_to),
    '{"id": null, "direction": null, "type": null, "text": null, "revoked": false}') end as reply_to,
  coalesce((
    select jsonb_agg(jsonb_build_object('emoji', r.text, 'direction', r.direction, 'at', to_char(r.sent_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) order by r.sent_at)
    from (select distinct on (a.direction) a.text, a.direction, a.sent_at ${about('reaction')} order by a.direction, a.sent_at desc, a.id desc) r
    where r.text is not null and r.text <> ''), '[]') as reactions,
  case when m.direction = 'out' then coalesce(s.status, ${outboxState}, 'sent') end as delivery_state,
  coalesce(s.at, o.settled_at) as delivery_at,
  coalesce(s.error_code, o.error_code) as error_code, coalesce(s.error, o.error_text) as error, o.retry_at`

const joins: RawBuilder<unknown> = sql`
  left join media f on f.org_id = m.org_id and f.message_id = m.id
  left join outgoing_messages o on o.org_id = m.org_id and o.message_id = m.id
  left join lateral (
    select st.status, st.at, (st.content #>> '{errors,0,code}')::int as error_code,
      coalesce(st.content #>> '{errors,0,error_data,details}', st.content #>> '{errors,0,title}') as error
    ${furthestStatus}
  ) s on true`

const toMessage = ({
  delivery_state: state,
  delivery_at,
  error_code,
  error,
  retry_at,
  ...row
}: MessageRow): Message => ({
  ...row,
  delivery:
    state === null
      ? null
      : {
          state: state as NonNullable<Message['delivery']>['state'],
          at: delivery_at,
          error_code: state === 'failed' || state === 'waiting' ? error_code : null,
          error: state === 'failed' || state === 'waiting' || state === 'uncertain' ? error : null,
          retry_at: state === 'waiting' ? retry_at : null,
        },
})

export interface ThreadPage {
  messages: Message[]
  conversations: {
    id: string
    status: ConversationStatus
    opened_at: string
    closed_at: string | null
    closed_by: string | null
    agent: { id: string; name: string; ai: boolean } | null
  }[]
  merged_ids: string[]
  first_unread_id: string | null
  next_cursor: string | null
}

/**
 * A page of the thread that a conversation is part of, newest first: earlier and later conversations of the same contact
 * and number included. Refuses a conversation that is not in the actor's organization.
 */
export async function listMessages(
  db: Db,
  actor: Actor,
  conversationId: string,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Promise<ThreadPage> {
  const { rows: threads } = await sql<{ contact_id: string; channel_id: string; read_to: string | null }>`
    select contact_id, channel_id, read_to from conversations where org_id = ${actor.org_id} and id = ${conversationId}`.execute(
    db,
  )
  const thread = threads[0]
  if (!thread) throw await conversationMissing(db, actor.org_id, conversationId)
  const from = cursor === undefined ? null : readCursor(cursor)
  const { rows } = await sql<MessageRow>`
    select ${columns} from messages m ${joins}
    where m.org_id = ${actor.org_id} and m.contact_id = ${thread.contact_id} and m.channel_id = ${thread.channel_id} and ${stands}
      ${from ? sql`and (m.sent_at, m.id) < (${from.at}, ${from.id})` : sql``}
    order by m.sent_at desc, m.id desc limit ${limit + 1}`.execute(db)
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return {
    messages: page.map(toMessage),
    conversations: await headsOf(db, actor, [
      ...new Set(page.flatMap(({ conversation_id }) => conversation_id ?? [])).add(conversationId),
    ]),
    merged_ids: await joinedInto(db, actor.org_id, thread.contact_id, conversationId),
    first_unread_id: await firstUnread(db, actor, conversationId, thread.read_to),
    next_cursor: rows.length > limit && last ? cursorAt({ at: last.sent_at, id: last.id }) : null,
  }
}

async function headsOf(db: Db, actor: Actor, ids: readonly string[]): Promise<ThreadPage['conversations']> {
  const { rows } = await sql<ThreadPage['conversations'][number]>`
    select c.id, c.status, c.opened_at, c.closed_at, k.actor_name as closed_by,
      case when c.agent_id is not null then jsonb_build_object('id', c.agent_id, 'name', c.agent_name,
        'ai', exists (select from ai_agents i where i.org_id = c.org_id and i.id = c.agent_id)) end as agent
    from conversations c left join conversation_closings k on k.org_id = c.org_id and k.conversation_id = c.id
    where c.org_id = ${actor.org_id} and c.id = any(${ids}::uuid[]) order by c.opened_at, c.id`.execute(db)
  return rows
}

async function firstUnread(db: Db, actor: Actor, id: string, readTo: string | null): Promise<string | null> {
  const { rows } = await sql<{ id: string }>`
    select id from messages where org_id = ${actor.org_id} and conversation_id = ${id} and direction = 'in'
      and ${says('type')} ${readTo === null ? sql`` : sql`and id > ${readTo}`}
    order by sent_at, id limit 1`.execute(db)
  return rows[0]?.id ?? null
}

/** The newest messages of a contact by all numbers, as they stand in their threads, newest first. */
export async function newestMessages(db: Db, actor: Actor, contactId: string, limit: number): Promise<Message[]> {
  const { rows } = await sql<MessageRow>`
    select ${columns} from messages m ${joins}
    where m.org_id = ${actor.org_id} and m.contact_id = ${contactId} and ${stands}
    order by m.sent_at desc, m.id desc limit ${limit}`.execute(db)
  return rows.map(toMessage)
}

/** Those of the messages that are there, as they stand in their threads, by id. */
export async function messagesByIds(db: Db, actor: Actor, ids: readonly string[]): Promise<Map<string, Message>> {
  const { rows } = await sql<MessageRow>`
    select ${columns} from messages m ${joins} where m.org_id = ${actor.org_id} and m.id = any(${ids}::uuid[])`.execute(
    db,
  )
  return new Map(rows.map((row) => [row.id, toMessage(row)]))
}

/** One message as it stands in its thread. Refuses an id that is not in the actor's organization. */
export async function getMessage(db: Db, actor: Actor, id: string): Promise<Message> {
  const { rows } = await sql<MessageRow>`
    select ${columns} from messages m ${joins} where m.org_id = ${actor.org_id} and m.id = ${id}`.execute(prepared(db))
  if (!rows[0])
    throw new Problem('not_found', 'There is no such message in this organization.', { reason: 'message_unknown' })
  return toMessage(rows[0])
}
