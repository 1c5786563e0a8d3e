// Receiving: what WhatsApp delivered becomes contacts and messages, each exactly once.
import { sql } from 'kysely'
import type { EchoUpdate, HistoryUpdate, IdentityChangeUpdate, MessageUpdate, Update } from '../channels/whatsapp/payload.ts'
import { Identities, type IdChange, type Sighting } from '../contacts/identities.ts'
import type { Tx } from '../lib/db.ts'
import { newId } from '../lib/ids.ts'

/** One update of a delivery, with what is known of its arrival. */
export interface Arrival {
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
}

interface Change {
  channel: Channel
  change: IdChange
}

/**
 * Takes in updates in the order of their arrival. A message that is there already changes nothing, however often and
 * in whatever order it comes. Updates for numbers that are not connected are left to the raw delivery.
 */
export async function receive(tx: Tx, orgId: string, arrivals: readonly Arrival[]): Promise<void> {
  const channels = await channelsOf(tx, orgId)
  const steps: (Said | Change)[] = []
  for (const arrival of arrivals) {
    const { update } = arrival
    const channel = update.phone_number_id === null ? undefined : channels.get(`${arrival.account_id}\n${update.phone_number_id}`)
    if (!channel) continue
    if (update.kind === 'message' || update.kind === 'echo' || update.kind === 'history') {
      steps.push({ channel, arrival, update, sighting: sightingOf(channel, arrival, update) })
    } else if (update.kind === 'identity_change') {
      steps.push({ channel, change: changeOf(channel, arrival, update) })
    }
  }
  const said = await withoutKnown(tx, orgId, steps.filter((step): step is Said => 'update' in step))
  const fresh = new Set(said)
  const changes = steps.filter((step): step is Change => 'change' in step)

  const identities = await Identities.open(tx, orgId, said.map((each) => each.sighting), changes.map((each) => each.change))
  const messages: { said: Said; contactId: string }[] = []
  for (const step of steps) {
    if ('change' in step) identities.change(step.change)
    else if (fresh.has(step)) {
      const contactId = identities.see(step.sighting)
      if (contactId !== null) messages.push({ said: step, contactId })
    }
  }
  await identities.save()
  await insertMessages(tx, orgId, messages)
}

async function channelsOf(tx: Tx, orgId: string): Promise<Map<string, Channel>> {
  const rows = await tx
    .selectFrom('channels as c')
    .innerJoin('whatsapp_accounts as a', (join) => join.onRef('a.org_id', '=', 'c.org_id').onRef('a.id', '=', 'c.account_id'))
    .select(['c.id', 'c.account_id', 'c.phone_number_id', 'a.portfolio_id', 'a.kind'])
    .where('c.org_id', '=', orgId)
    .execute()
  return new Map(rows.map(({ kind, ...row }) => [`${row.account_id}\n${row.phone_number_id}`, { ...row, test: kind === 'test' }]))
}

/** Never later than receipt: a clock that runs ahead makes nobody active in the future. */
const timeOf = (sentAt: string | null, receivedAt: string): string => (sentAt !== null && sentAt < receivedAt ? sentAt : receivedAt)

function sightingOf(channel: Channel, { received_at }: Arrival, update: Spoken): Sighting {
  const person = update.kind === 'message' ? update.sender : update.kind === 'echo' ? update.recipient : update.contact
  return {
    ...person.ids,
    wa_id: person.ids.wa_id ?? update.own_phone,
    portfolio_id: channel.portfolio_id,
    test: channel.test,
    name: person.name,
    username: person.username,
    at: timeOf(update.sent_at, received_at),
    own_act: update.kind === 'message' ? update.type !== 'system' : update.kind === 'history' && update.direction === 'in',
  }
}

const changeOf = (channel: Channel, { received_at }: Arrival, update: IdentityChangeUpdate): IdChange => ({
  old: update.old,
  new: update.new,
  portfolio_id: channel.portfolio_id,
  test: channel.test,
  at: timeOf(update.sent_at, received_at),
})

/** Leaves out what is stored already, and what comes twice within the batch. */
async function withoutKnown(tx: Tx, orgId: string, said: Said[]): Promise<Said[]> {
  if (said.length === 0) return []
  const key = (channelId: string, waMessageId: string) => `${channelId}\n${waMessageId}`
  const { rows } = await sql<{ channel_id: string; wa_message_id: string }>`
    select m.channel_id, m.wa_message_id from messages m
    join unnest(${said.map((each) => each.channel.id)}::uuid[], ${said.map((each) => each.update.wa_message_id)}::text[]) as k (channel_id, wa_message_id)
      on m.org_id = ${orgId} and m.channel_id = k.channel_id and m.wa_message_id = k.wa_message_id`.execute(tx)
  const known = new Set(rows.map((row) => key(row.channel_id, row.wa_message_id)))
  return said.filter((each) => {
    const own = key(each.channel.id, each.update.wa_message_id)
    if (known.has(own)) return false
    known.add(own)
    return true
  })
}

async function insertMessages(tx: Tx, orgId: string, messages: { said: Said; contactId: string }[]): Promise<void> {
  if (messages.length === 0) return
  const column = <T>(pick: (said: Said) => T) => messages.map(({ said }) => pick(said))
  await sql`
    insert into messages (org_id, id, contact_id, channel_id, wa_message_id, direction, origin, type, text, content, reply_to, target, group_id, sent_at, received_at)
    select ${orgId}, * from unnest(${messages.map(() => newId())}::uuid[], ${messages.map((each) => each.contactId)}::uuid[], ${column((s) => s.channel.id)}::uuid[],
      ${column((s) => s.update.wa_message_id)}::text[], ${column((s) => directionOf(s.update))}::text[], ${column((s) => (s.update.kind === 'message' ? 'live' : s.update.kind))}::text[],
      ${column((s) => s.update.type ?? 'unknown')}::text[], ${column((s) => s.update.text)}::text[], ${column((s) => JSON.stringify(s.update.content))}::jsonb[],
      ${column((s) => s.update.reply_to)}::text[], ${column((s) => targetOf(s.update))}::text[], ${column((s) => s.update.group_id)}::text[],
      ${column((s) => s.sighting.at)}::timestamptz[], ${column((s) => s.arrival.received_at)}::timestamptz[])`.execute(tx)
}

function directionOf(update: Spoken): 'in' | 'out' {
  if (update.kind === 'message') return 'in'
  return update.kind === 'echo' ? 'out' : update.direction
}

const targetOf = (update: Spoken): string | null => update.reaction?.target ?? update.edit?.target ?? update.revoke?.target ?? null
