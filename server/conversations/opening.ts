// Opening: to which conversation what was just said belongs, and what the conversation shows of it.
import { sql } from 'kysely'
import { systemActor } from '../access/actor.ts'
import { recordEvents } from '../events/events.ts'
import type { Tx } from '../lib/db.ts'
import { newId } from '../lib/ids.ts'
import { SAY_NOTHING, says } from './about.ts'
import { closeConversations } from './closing.ts'

/** A message that was just received. */
export interface SaidNow {
  id: string
  contactId: string
  channelId: string
  direction: 'in' | 'out'
  type: string
  /** WhatsApp's id of it, and of the message that it changes, deletes or reacts to. */
  waMessageId: string
  target: string | null
  at: string
}

/** They change or judge another message; by themselves they are no reason to answer. */
const SAYING_NOTHING: ReadonlySet<string> = new Set(SAY_NOTHING)

interface Open {
  id: string
  contact_id: string
  channel_id: string
  window_ends_at: string
  /** Until then the answer to a template is waited for. */
  waits_until: string | null
}

/** A conversation with what was just said in it. */
interface Part extends Open {
  opened_at: string
  isNew: boolean
  messageIds: string[]
}

const DAY_MS = 24 * 60 * 60 * 1000
const dayAfter = (at: string) => new Date(Date.parse(at) + DAY_MS).toISOString()

/**
 * The conversation of each message, by the message's id; none for what belongs to none. A customer's message opens one
 * when none is open between that contact and that number, or when the open one had expired before it. What is about another
 * message belongs where that one stands, closed or not.
 * Conversations show the messages as their last ones, and as unread, from then on.
 */
export async function assignConversations(
  tx: Tx,
  orgId: string,
  said: readonly SaidNow[],
): Promise<Map<string, string>> {
  if (said.length === 0) return new Map()
  const assigned = await assignToTargets(tx, orgId, said)
  const groups = Map.groupBy(
    said.filter(({ id }) => !assigned.has(id)),
    (each) => keyOf(each.contactId, each.channelId),
  )
  const open = await lockOpen(
    tx,
    orgId,
    [...groups.values()].map(([first]) => first!),
  )
  const series = [...groups].map(([key, messages]) => partsOf(messages, open.get(key) ?? null))
  // With one contact and number only one is open at a time.
  for (let n = 0; series.some((parts) => n < parts.length); n++) {
    const parts = series.flatMap((each) => each[n] ?? [])
    await insertConversations(
      tx,
      orgId,
      parts.filter(({ isNew }) => isNew),
    )
    const lapsed = series.flatMap((each) => (n + 1 < each.length ? each[n]! : []))
    await closeConversations(
      tx,
      systemActor(orgId),
      lapsed.map((part) => ({ id: part.id, at: expiryOf(part) })),
      'expired',
    )
  }
  for (const { id, messageIds } of series.flat()) for (const messageId of messageIds) assigned.set(messageId, id)
  followTargets(said, assigned)
  await showMessages(tx, orgId, said, assigned)
  return assigned
}

/** Those that are about a message which is stored, with its conversation. */
async function assignToTargets(tx: Tx, orgId: string, said: readonly SaidNow[]): Promise<Map<string, string>> {
  const about = said.filter(({ target, type }) => target !== null && SAYING_NOTHING.has(type))
  if (about.length === 0) return new Map()
  const { rows } = await sql<{ id: string; conversation_id: string }>`
    select k.id, t.conversation_id
    from unnest(${about.map(({ id }) => id)}::uuid[], ${about.map(({ contactId }) => contactId)}::uuid[], ${about.map(({ channelId }) => channelId)}::uuid[],
      ${about.map(({ target }) => target)}::text[]) as k (id, contact_id, channel_id, target)
    cross join lateral (select contact_id, conversation_id from messages
      where org_id = ${orgId} and channel_id = k.channel_id and wa_message_id = k.target limit 1) t
    where t.contact_id = k.contact_id and t.conversation_id is not null`.execute(tx)
  return new Map(rows.map((row) => [row.id, row.conversation_id]))
}

/** What came earlier than the messages that it is about stands with them from now on. */
export async function gatherAbout(
  tx: Tx,
  orgId: string,
  said: readonly SaidNow[],
  conversations: ReadonlyMap<string, string>,
): Promise<void> {
  const placed = said.filter((each) => conversations.has(each.id) && !SAYING_NOTHING.has(each.type))
  if (placed.length === 0) return
  await sql`
    update messages a set conversation_id = k.conversation_id
    from unnest(${placed.map(({ waMessageId }) => waMessageId)}::text[], ${placed.map(({ contactId }) => contactId)}::uuid[], ${placed.map(({ channelId }) => channelId)}::uuid[],
      ${placed.map(({ id }) => conversations.get(id)!)}::uuid[]) as k (wa_message_id, contact_id, channel_id, conversation_id)
    where a.org_id = ${orgId} and a.channel_id = k.channel_id and a.target = k.wa_message_id and a.contact_id = k.contact_id
      and a.conversation_id is distinct from k.conversation_id`.execute(tx)
}

/** The same for those about one that came together with them. */
function followTargets(said: readonly SaidNow[], assigned: Map<string, string>): void {
  const byWaId = new Map(said.map((each) => [keyOf(each.channelId, each.waMessageId), each]))
  for (const { id, contactId, channelId, target } of said) {
    const about = target === null ? undefined : byWaId.get(keyOf(channelId, target))
    const place = about?.contactId === contactId ? assigned.get(about.id) : undefined
    if (place !== undefined) assigned.set(id, place)
  }
}

const keyOf = (one: string, other: string) => `${one}\n${other}`
const expiryOf = ({ window_ends_at, waits_until }: Open) =>
  waits_until !== null && waits_until > window_ends_at ? waits_until : window_ends_at
const speaks = ({ direction, type }: SaidNow) => direction === 'in' && !SAYING_NOTHING.has(type)

/** What was said between a contact and a number, cut where the customer was silent for 24 hours. */
function partsOf(messages: readonly SaidNow[], open: Open | null): Part[] {
  const parts: Part[] = open === null ? [] : [{ ...open, opened_at: '', isNew: false, messageIds: [] }]
  for (const message of messages.toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))) {
    const { at, contactId: contact_id, channelId: channel_id } = message
    let part = parts.at(-1)
    if (speaks(message)) {
      if (!part || expiryOf(part) <= at) {
        const ends = { window_ends_at: '', waits_until: null }
        part = { id: newId(), contact_id, channel_id, opened_at: at, ...ends, isNew: true, messageIds: [] }
        parts.push(part)
      }
      if (part.window_ends_at < dayAfter(at)) part.window_ends_at = dayAfter(at)
    }
    part?.messageIds.push(message.id)
  }
  return parts
}

async function lockOpen(tx: Tx, orgId: string, pairs: readonly SaidNow[]): Promise<Map<string, Open>> {
  const { rows } = await sql<Open>`
    select c.id, c.contact_id, c.channel_id, c.window_ends_at, c.waits_until
    from unnest(${pairs.map((each) => each.contactId)}::uuid[], ${pairs.map((each) => each.channelId)}::uuid[]) as p (contact_id, channel_id)
    join conversations c on c.org_id = ${orgId} and c.contact_id = p.contact_id and c.channel_id = p.channel_id and c.closed_at is null
    order by c.id for update of c`.execute(tx)
  return new Map(rows.map((row) => [keyOf(row.contact_id, row.channel_id), row]))
}

async function insertConversations(tx: Tx, orgId: string, opened: readonly Part[]): Promise<void> {
  if (opened.length === 0) return
  await sql`
    insert into conversations (org_id, id, contact_id, channel_id, opened_at, last_message_at, window_ends_at)
    select ${orgId}, o.id, o.contact_id, o.channel_id, o.opened_at, o.opened_at, o.window_ends_at
    from unnest(${opened.map((each) => each.id)}::uuid[], ${opened.map((each) => each.contact_id)}::uuid[], ${opened.map((each) => each.channel_id)}::uuid[],
      ${opened.map((each) => each.opened_at)}::timestamptz[], ${opened.map((each) => each.window_ends_at)}::timestamptz[]) as o (id, contact_id, channel_id, opened_at, window_ends_at)`.execute(
    tx,
  )
  await recordEvents(
    tx,
    systemActor(orgId),
    opened.map(({ id, contact_id, channel_id }) => ({
      kind: 'conversation.opened' as const,
      contact_id,
      after: { conversation_id: id, channel_id, status: 'pending' },
    })),
  )
}

/** A message that comes late does not hide a later one. */
async function showMessages(
  tx: Tx,
  orgId: string,
  said: readonly SaidNow[],
  assigned: ReadonlyMap<string, string>,
): Promise<void> {
  const shown = said.filter(({ id, type }) => assigned.has(id) && !SAYING_NOTHING.has(type))
  if (shown.length === 0) return
  await sql`
    update conversations c set
      last_message_id = case when n.last_at >= c.last_message_at then n.last_id else c.last_message_id end,
      last_message_at = greatest(c.last_message_at, n.last_at),
      window_ends_at = greatest(c.window_ends_at, n.last_in_at + interval '24 hours'),
      unread_count = c.unread_count + n.unread,
      first_asked_at = coalesce(c.first_asked_at, n.first_in_at),
      -- One that comes late answers nothing of what was written after it.
      waiting_since = case
        when c.closed_at is not null then null
        when n.last_out_at is null then coalesce(c.waiting_since, n.first_in_at)
        when c.waiting_since is null then n.last_in_after
        when n.last_out_at < c.waiting_since then least(c.waiting_since, n.last_in_after)
        else least(n.last_in_after, (select min(m.sent_at) from messages m where m.org_id = c.org_id and m.conversation_id = c.id
          and m.direction = 'in' and ${says()} and m.sent_at > n.last_out_at)) end
    from (
      select s.conversation_id, max(s.at) as last_at, (array_agg(s.id order by s.at desc, s.id desc))[1] as last_id,
        count(*) filter (where s.direction = 'in')::int as unread,
        min(s.at) filter (where s.direction = 'in') as first_in_at, max(s.at) filter (where s.direction = 'in') as last_in_at,
        max(s.at) filter (where s.direction = 'out') as last_out_at,
        min(s.at) filter (where s.direction = 'in' and s.at > s.answered_at) as last_in_after
      from (
        select *, max(at) filter (where direction = 'out') over (partition by conversation_id) as answered_at
        from unnest(${shown.map(({ id }) => assigned.get(id)!)}::uuid[], ${shown.map(({ id }) => id)}::uuid[],
          ${shown.map(({ direction }) => direction)}::text[], ${shown.map(({ at }) => at)}::timestamptz[]) as u (conversation_id, id, direction, at)
      ) s group by s.conversation_id
    ) n
    where c.org_id = ${orgId} and c.id = n.conversation_id`.execute(tx)
}
