// Conversations: the lists of the inbox and of administrators, their numbers, and one of them.
import { sql, type RawBuilder } from 'kysely'
import type { Actor } from '../access/actor.ts'
import { contactsByIds } from '../contacts/contacts.ts'
import type { Db } from '../lib/db.ts'
import { isRevoked, lineNow } from './about.ts'
import { cursorAt, readCursor, type Place } from './cursor.ts'
import { deliveryState } from './delivery.ts'
import { conversationMissing } from './missing.ts'
import type { Conversation, ConversationFilter } from './schema.ts'
import { findSaying, type Found } from './searching.ts'

const MOST_TEXT = 200

interface ConversationRow extends Omit<Conversation, 'contact' | 'agent'> {
  contact_id: string
  agent_id: string | null
  agent_name: string | null
  agent_is_ai: boolean
}

/** Whoever has conversation c is an AI agent. */
const isAi = sql`exists (select from ai_agents i where i.org_id = c.org_id and i.id = c.agent_id)`

const columns = sql`c.id, c.status, c.contact_id, c.channel_id, c.agent_id, c.agent_name, ${isAi} as agent_is_ai, c.opened_at, c.closed_at, c.last_message_at,
  c.unread_count, c.waiting_since, c.window_ends_at, c.waits_until,
  (select actor_name from conversation_closings k where k.org_id = c.org_id and k.conversation_id = c.id) as closed_by,
  (select jsonb_build_object('id', m.id, 'direction', m.direction, 'type', m.type, 'text', ${lineNow(MOST_TEXT)}, 'revoked', ${isRevoked()}, 'sent_by', m.sent_by_name, 'delivery_state', ${deliveryState})
   from messages m where m.org_id = c.org_id and m.id = c.last_message_id) as last_message`

/**
 * A page of the conversations that match, most recently active first. `cursor` is the `next_cursor` of the page before.
 */
export async function listConversations(
  db: Db,
  actor: Actor,
  filter: ConversationFilter,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Promise<{ conversations: Conversation[]; next_cursor: string | null }> {
  const from = cursor === undefined ? null : readCursor(cursor)
  const search = filter.search?.trim()
  const which = [...conditions(actor, filter), ...(await carrying(db, actor, filter.any_tags ?? []))]
  const { places, rest } = search
    ? await findSaying(db, actor.org_id, search, which, { from, limit })
    : await pageOf(db, which, { from, limit })
  const ids = places.map(({ id }) => id)
  const found = await conversationsByIds(db, actor, ids)
  return { conversations: ids.flatMap((id) => found.get(id) ?? []), next_cursor: rest && cursorAt(rest) }
}

async function pageOf(
  db: Db,
  which: readonly RawBuilder<unknown>[],
  { from, limit }: { from: Place | null; limit: number },
): Promise<Found> {
  const { rows } = await sql<Place>`
    select c.id, c.last_message_at as at from conversations c
    where ${sql.join([...which, ...(from ? [sql`(c.last_message_at, c.id) < (${from.at}, ${from.id})`] : [])], sql` and `)}
    order by c.last_message_at desc, c.id desc limit ${limit + 1}`.execute(db)
  const places = rows.slice(0, limit)
  return { places, rest: rows.length > limit ? places.at(-1)! : null }
}

function conditions(actor: Actor, filter: ConversationFilter): RawBuilder<unknown>[] {
  const among = (column: RawBuilder<unknown>, ids: readonly string[] | undefined) =>
    ids && ids.length > 0 ? [sql`${column} = any(${ids}::uuid[])`] : []
  return [
    sql`c.org_id = ${actor.org_id}`,
    ...inList(actor, filter.list),
    ...(filter.statuses && filter.statuses.length > 0 ? [sql`c.status = any(${filter.statuses}::text[])`] : []),
    ...among(sql`c.agent_id`, filter.agents),
    ...among(sql`c.channel_id`, filter.channels),
    ...(filter.contact_id ? [sql`c.contact_id = ${filter.contact_id}`] : []),
    ...(filter.active_from ? [sql`c.last_message_at >= ${filter.active_from}`] : []),
    ...(filter.active_before ? [sql`c.last_message_at < ${filter.active_before}`] : []),
  ]
}

/** Contacts are read into a hash by which the list is walked, when they are so many: 12 ms for 3,600, one by one 31 ms. */
const HASHED = { from: 500, to: 20_000 }

/** The contact carries one of the tags. With few such contacts their conversations are read and sorted. */
async function carrying(db: Db, actor: Actor, tagIds: readonly string[]): Promise<RawBuilder<unknown>[]> {
  if (tagIds.length === 0) return []
  const { rows } = await sql<{ count: number }>`
    select coalesce(sum(change), 0)::int as count from tag_counts where org_id = ${actor.org_id} and tag_id = any(${tagIds}::uuid[])`.execute(
    db,
  )
  const carriers = sql`select p.id from contacts p where p.org_id = ${actor.org_id} and p.tag_ids && ${tagIds}::uuid[]`
  const { count } = rows[0]!
  // With an alternative, even one that is never true, the planner cannot make it a join.
  return count >= HASHED.from && count <= HASHED.to
    ? [sql`(c.contact_id in (${carriers}) or c.id is null)`]
    : [sql`exists (${carriers} and p.id = c.contact_id)`]
}

function inList(actor: Actor, list: ConversationFilter['list']): RawBuilder<unknown>[] {
  if (list === 'waiting') return [sql`c.status = 'pending'`]
  if (list === 'mine') return [sql`c.agent_id = ${actor.id} and c.closed_at is null`]
  return list === 'open' ? [sql`c.closed_at is null`] : []
}

/** Those of the conversations that are there, by id. */
export async function conversationsByIds(
  db: Db,
  actor: Actor,
  ids: readonly string[],
): Promise<Map<string, Conversation>> {
  if (ids.length === 0) return new Map()
  const { rows } = await sql<ConversationRow>`
    select ${columns} from conversations c where c.org_id = ${actor.org_id} and c.id = any(${ids}::uuid[])`.execute(db)
  const contacts = await contactsByIds(db, actor, [...new Set(rows.map((row) => row.contact_id))])
  return new Map(
    rows.flatMap(({ contact_id, agent_id, agent_name, agent_is_ai, ...row }) => {
      const contact = contacts.get(contact_id)
      const agent =
        agent_id !== null && agent_name !== null ? { id: agent_id, name: agent_name, ai: agent_is_ai } : null
      return contact ? [[row.id, { ...row, contact, agent }] as const] : []
    }),
  )
}

/** One conversation. Refuses an id that is not in the actor's organization. */
export async function getConversation(db: Db, actor: Actor, id: string): Promise<Conversation> {
  const conversation = (await conversationsByIds(db, actor, [id])).get(id)
  if (!conversation) throw await conversationMissing(db, actor.org_id, id)
  return conversation
}

interface Counts {
  count: number
  unread: number
}

/** How many conversations stand in each list of the inbox, and in how many of them something is unread. */
export async function countConversations(
  db: Db,
  actor: Actor,
): Promise<{ waiting: Counts; mine: Counts; open: Counts }> {
  const { rows } = await sql<{ list: 'waiting' | 'mine' | 'others'; count: number; unread: number }>`
    select case when status = 'pending' then 'waiting' when agent_id = ${actor.id} then 'mine' else 'others' end as list,
      count(*)::int as count, (count(*) filter (where unread_count > 0))::int as unread
    from conversations where org_id = ${actor.org_id} and closed_at is null group by 1`.execute(db)
  const of = (list: string) => rows.find((row) => row.list === list) ?? { count: 0, unread: 0 }
  const sum = (key: keyof Counts) => rows.reduce((total, row) => total + row[key], 0)
  const pick = ({ count, unread }: Counts) => ({ count, unread })
  return {
    waiting: pick(of('waiting')),
    mine: pick(of('mine')),
    open: { count: sum('count'), unread: sum('unread') },
  }
}

/** The people of the organization, by name. */
export async function listColleagues(
  db: Db,
  actor: Actor,
): Promise<{ id: string; name: string; role: 'admin' | 'agent' }[]> {
  const { rows } = await sql<{ id: string; name: string; role: 'admin' | 'agent' }>`
    select u.id, u.name, m.role from memberships m join users u on u.id = m.user_id
    where m.org_id = ${actor.org_id} order by lower(u.name), u.id`.execute(db)
  return rows
}

/** The AI agents, by name; `present` are those that answer customers, the others did. */
export async function listAiColleagues(
  db: Db,
  actor: Actor,
): Promise<{ id: string; name: string; present: boolean }[]> {
  const { rows } = await sql<{ id: string; name: string; present: boolean }>`
    select id, name, user_facing and removed_at is null as present from ai_agents where org_id = ${actor.org_id} order by lower(name), id`.execute(
    db,
  )
  return rows
}
