// Receiving: what WhatsApp delivered becomes contacts and messages, each exactly once.
import { sql } from 'kysely'
import type {
  EchoUpdate,
  HistoryUpdate,
  IdentityChangeUpdate,
  MessageUpdate,
  StatusUpdate,
  Update,
} from '../channels/whatsapp/update.ts'
import { Identities } from '../contacts/identities.ts'
import type { IdChange, Sighting } from '../contacts/identity.ts'
import { recordActivity } from '../events/events.ts'
import type { Tx } from '../lib/db.ts'
import { isId, newId } from '../lib/ids.ts'
import { insertMedia } from './media.ts'
import { assignConversations, gatherAbout, type SaidNow } from './opening.ts'
import { settleRecognized } from './outbox.ts'
import { countFirstAnswers, lockConversations, waitOn } from './waiting.ts'

/** One update of a delivery, with what is known of its arrival. */
export interface Arrival {
  delivery_id: string | number
  account_id: string
  received_at: string
  update: Update
}

interface Channel {
  id: string
  account_id: string
  phone_number_id: string
  portfolio_id: string
  test: boolean
}

type Spoken = MessageUpdate | EchoUpdate | HistoryUpdate

interface Said {
  channel: Channel
  arrival: Arrival
  update: Spoken
  sighting: Sighting
  /** Its place among the messages of the conversation. */
  at: string
}

/** A message that is new, with its contact. */
interface Stored {
  id: string
  contactId: string
  said: Said
}

interface Change {
  channel: Channel
  change: IdChange
}

/**
 * Takes in updates in the order of their arrival. A message that is there already changes nothing, however often and
 * in whatever order it comes. In a `flood` last seen is gathered for `flushActivity`. Answers the updates that it left, because their number is not connected.
 */
export async function receive(
  tx: Tx,
  orgId: string,
  arrivals: readonly Arrival[],
  { flood = false } = {},
): Promise<Arrival[]> {
  const { channels, testAccounts } = await channelsOf(tx, orgId)
  const steps: (Said | Change)[] = []
  const statuses: { channel: Channel; arrival: Arrival; update: StatusUpdate }[] = []
  const left: Arrival[] = []
  for (const arrival of arrivals) {
    const { update } = arrival
    if (update.phone_number_id === null) continue
    const channel = channels.get(update.phone_number_id)
    // A delivery may be for any number of the organization, but play and real life do not mix.
    if (!channel || channel.test !== testAccounts.has(arrival.account_id)) {
      left.push(arrival)
      continue
    }
    if (update.kind === 'status') statuses.push({ channel, arrival, update })
    if (update.kind === 'message' || update.kind === 'echo' || update.kind === 'history') {
      const sighting = sightingOf(channel, arrival, update)
      steps.push({ channel, arrival, update, sighting, at: placeOf(update, arrival) })
    } else if (update.kind === 'identity_change') {
      steps.push({ channel, change: changeOf(channel, arrival, update) })
    }
  }
  const { fresh: said, filled } = await withoutKnown(
    tx,
    orgId,
    steps.filter((step): step is Said => 'update' in step),
  )
  const fresh = new Set(said)
  const changes = steps.filter((step): step is Change => 'change' in step)

  const identities = await Identities.open(
    tx,
    orgId,
    said.map((each) => each.sighting),
    changes.map((each) => each.change),
  )
  const messages: Stored[] = []
  for (const step of steps) {
    if ('change' in step) identities.change(step.change)
    else if (fresh.has(step)) {
      const contactId = identities.see(step.sighting)
      if (contactId !== null) messages.push({ said: step, contactId, id: newId() })
    }
  }
  const { changed, conflicts } = await identities.save({ flood })
  const now = messages.filter(isOfNow).map(saidNow)
  const conversations = await assignConversations(tx, orgId, now)
  await insertMessages(tx, orgId, messages, conversations)
  await gatherAbout(tx, orgId, now, conversations)
  const answers = messages.filter(({ said: { update } }) => directionOf(update) === 'out')
  await countFirstAnswers(tx, orgId, [...new Set(answers.flatMap(({ id }) => conversations.get(id) ?? []))])
  await insertMedia(tx, orgId, [...messages.map(carrying), ...(await fillPlaceholders(tx, orgId, filled))])
  const told = await insertStatuses(tx, orgId, statuses)
  const active = new Set([...changed, ...messages.map((each) => each.contactId)])
  const conversationIds = new Set([...conversations.values(), ...told])
  await recordActivity(tx, orgId, active, { conflicts, conversationIds })
  return left
}

async function channelsOf(
  tx: Tx,
  orgId: string,
): Promise<{ channels: Map<string, Channel>; testAccounts: Set<string> }> {
  const rows = await tx
    .selectFrom('channels as c')
    .innerJoin('whatsapp_accounts as a', (join) =>
      join.onRef('a.org_id', '=', 'c.org_id').onRef('a.id', '=', 'c.account_id'),
    )
    .select(['c.id', 'c.account_id', 'c.phone_number_id', 'a.portfolio_id', 'a.kind'])
    .where('c.org_id', '=', orgId)
    .execute()
  return {
    channels: new Map(rows.map(({ kind, ...row }) => [row.phone_number_id, { ...row, test: kind === 'test' }])),
    testAccounts: new Set(rows.filter((row) => row.kind === 'test').map((row) => row.account_id)),
  }
}

/** Never later than receipt: a clock that runs ahead makes nobody active in the future. */
const timeOf = (sentAt: string | null, receivedAt: string): string =>
  sentAt !== null && sentAt < receivedAt ? sentAt : receivedAt

/**
 * WhatsApp tells whole seconds. What was received within that second was written before, so an answer of ours from the
 * same second comes before what was received after it.
 */
function placeOf({ sent_at, kind }: Spoken, { received_at }: Arrival): string {
  if (sent_at === null || kind === 'history') return timeOf(sent_at, received_at)
  return timeOf(new Date(Date.parse(sent_at) + 999).toISOString(), received_at)
}

function sightingOf(channel: Channel, { received_at }: Arrival, update: Spoken): Sighting {
  const person = update.kind === 'message' ? update.sender : update.kind === 'echo' ? update.recipient : update.contact
  return {
    ...person.ids,
    card_phone: update.own_phone,
    portfolio_id: channel.portfolio_id,
    channel_id: channel.id,
    test: channel.test,
    name: person.name,
    username: person.username,
    at: timeOf(update.sent_at, received_at),
    own_act:
      update.kind === 'message' ? update.type !== 'system' : update.kind === 'history' && update.direction === 'in',
  }
}

const changeOf = (channel: Channel, { received_at }: Arrival, update: IdentityChangeUpdate): IdChange => ({
  old: update.old,
  new: update.new,
  portfolio_id: channel.portfolio_id,
  test: channel.test,
  at: timeOf(update.sent_at, received_at),
})

/**
 * Leaves out what is stored already, and what comes twice within the batch. The media of a message that history
 * brought as a placeholder come under its id, later, and fill it.
 */
async function withoutKnown(tx: Tx, orgId: string, said: Said[]): Promise<{ fresh: Said[]; filled: Said[] }> {
  if (said.length === 0) return { fresh: [], filled: [] }
  const keyOf = (channelId: string, waMessageId: string) => `${channelId}\n${waMessageId}`
  const { rows } = await sql<{ channel_id: string; wa_message_id: string; type: string }>`
    select m.channel_id, m.wa_message_id, m.type
    from unnest(${said.map((each) => each.channel.id)}::uuid[], ${said.map((each) => each.update.wa_message_id)}::text[]) as k (channel_id, wa_message_id)
    cross join lateral (select channel_id, wa_message_id, type from messages
      where org_id = ${orgId} and channel_id = k.channel_id and wa_message_id = k.wa_message_id limit 1) m`.execute(tx)
  const known = new Map(rows.map((row) => [keyOf(row.channel_id, row.wa_message_id), row.type]))
  const fresh: Said[] = []
  const filled: Said[] = []
  for (const each of said) {
    const key = keyOf(each.channel.id, each.update.wa_message_id)
    const type = typeOf(each.update)
    const before = known.get(key)
    if (before === undefined) fresh.push(each)
    else if (before === PLACEHOLDER && type !== PLACEHOLDER) filled.push(each)
    if (before === undefined || before === PLACEHOLDER) known.set(key, type)
  }
  return { fresh, filled }
}

const PLACEHOLDER = 'media_placeholder'

const typeOf = (update: Spoken): string => update.type ?? 'unknown'

async function fillPlaceholders(tx: Tx, orgId: string, filled: Said[]): Promise<ReturnType<typeof carrying>[]> {
  const done: ReturnType<typeof carrying>[] = []
  for (const said of filled) {
    const { channel, update } = said
    const { rows } = await sql<{
      id: string
    }>`update messages set type = ${typeOf(update)}, text = ${update.text}, content = ${JSON.stringify(update.content)}::jsonb
      where org_id = ${orgId} and channel_id = ${channel.id} and wa_message_id = ${update.wa_message_id} returning id`.execute(
      tx,
    )
    done.push(...rows.map(({ id }) => carrying({ id, said })))
  }
  return done
}

/** A message as far as it may carry a file. */
const carrying = ({ id, said: { update } }: Pick<Stored, 'id' | 'said'>) => ({
  id,
  type: typeOf(update),
  content: update.content,
})

/** Answers the conversations in whose threads they are shown. */
async function insertStatuses(
  tx: Tx,
  orgId: string,
  statuses: { channel: Channel; arrival: Arrival; update: StatusUpdate }[],
): Promise<string[]> {
  if (statuses.length === 0) return []
  const column = <T>(pick: (status: (typeof statuses)[number]) => T) => statuses.map(pick)
  const { rows } = await sql<Omit<FreshStatus, 'message_id'> & { callback_data: unknown }>`
    insert into message_statuses (org_id, channel_id, wa_message_id, status, at, received_at, content)
    select ${orgId}, * from unnest(${column((s) => s.channel.id)}::uuid[], ${column((s) => s.update.wa_message_id)}::text[],
      ${column((s) => (s.update.status === 'other' ? (s.update.status_as_written ?? 'other') : s.update.status))}::text[],
      ${column((s) => timeOf(s.update.at, s.arrival.received_at))}::timestamptz[], ${column((s) => s.arrival.received_at)}::timestamptz[],
      ${column((s) => JSON.stringify(s.update.content))}::jsonb[])
    on conflict (org_id, channel_id, wa_message_id, status) do nothing
    returning channel_id, wa_message_id, status, content -> 'biz_opaque_callback_data' as callback_data`.execute(tx)
  const fresh = rows.map(({ callback_data: id, ...status }) => ({
    ...status,
    message_id: typeof id === 'string' && isId(id) ? id : null,
  }))
  const failed = await conversationsOf(
    tx,
    orgId,
    fresh.filter(({ status }) => status === 'failed'),
  )
  await lockConversations(tx, orgId, failed)
  await settleRecognized(
    tx,
    orgId,
    fresh.flatMap(({ message_id, ...status }) => (message_id === null ? [] : [{ ...status, message_id }])),
  )
  await waitOn(tx, orgId, failed)
  return conversationsOf(tx, orgId, fresh)
}

interface FreshStatus {
  channel_id: string
  wa_message_id: string
  status: string
  /** Ours, where it was sent along. */
  message_id: string | null
}

async function conversationsOf(tx: Tx, orgId: string, statuses: readonly FreshStatus[]): Promise<string[]> {
  if (statuses.length === 0) return []
  const { rows } = await sql<{ conversation_id: string }>`
    select distinct m.conversation_id
    from unnest(${statuses.map((each) => each.channel_id)}::uuid[], ${statuses.map((each) => each.wa_message_id)}::text[], ${statuses.map((each) => each.message_id)}::uuid[]) as k (channel_id, wa_message_id, message_id)
    cross join lateral (
      (select conversation_id from messages
        where org_id = ${orgId} and channel_id = k.channel_id and wa_message_id = k.wa_message_id and conversation_id is not null limit 1)
      union all
      (select conversation_id from messages where org_id = ${orgId} and channel_id = k.channel_id and id = k.message_id and conversation_id is not null)
      limit 1
    ) m`.execute(tx)
  return rows.map((row) => row.conversation_id)
}

/** What was said before the number was connected is no conversation of today, and what is said in a group is not said to us. */
const isOfNow = ({ said }: Stored) => said.update.kind !== 'history' && said.update.group_id === null

const saidNow = ({ id, contactId, said: { channel, update, at } }: Stored): SaidNow => ({
  id,
  contactId,
  channelId: channel.id,
  direction: directionOf(update),
  type: typeOf(update),
  waMessageId: update.wa_message_id,
  target: targetOf(update),
  at,
})

async function insertMessages(
  tx: Tx,
  orgId: string,
  messages: readonly Stored[],
  conversations: ReadonlyMap<string, string>,
): Promise<void> {
  if (messages.length === 0) return
  const column = <T>(pick: (said: Said) => T) => messages.map(({ said }) => pick(said))
  await sql`
    insert into messages (org_id, id, conversation_id, contact_id, channel_id, wa_message_id, direction, origin, type, text, content, reply_to, target, group_id, sent_at, received_at)
    select ${orgId}, * from unnest(${messages.map(({ id }) => id)}::uuid[], ${messages.map(({ id }) => conversations.get(id) ?? null)}::uuid[], ${messages.map((each) => each.contactId)}::uuid[], ${column((s) => s.channel.id)}::uuid[],
      ${column((s) => s.update.wa_message_id)}::text[], ${column((s) => directionOf(s.update))}::text[], ${column((s) => (s.update.kind === 'message' ? 'live' : s.update.kind))}::text[],
      ${column((s) => typeOf(s.update))}::text[], ${column((s) => s.update.text)}::text[], ${column((s) => JSON.stringify(s.update.content))}::jsonb[],
      ${column((s) => s.update.reply_to)}::text[], ${column((s) => targetOf(s.update))}::text[], ${column((s) => s.update.group_id)}::text[],
      ${column((s) => s.at)}::timestamptz[], ${column((s) => s.arrival.received_at)}::timestamptz[])`.execute(tx)
}

const directionOf = (update: Spoken): 'in' | 'out' =>
  update.kind === 'message' ? 'in' : update.kind === 'echo' ? 'out' : update.direction

const targetOf = (update: Spoken): string | null =>
  update.reaction?.target ?? update.edit?.target ?? update.revoke?.target ?? null
