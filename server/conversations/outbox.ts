// The outbox: which messages are to be sent now, each taken once, and what became of them.
import { sql } from 'kysely'
import { systemActor } from '../access/actor.ts'
import type { OutgoingPayload, Recipient } from '../channels/whatsapp/sending.ts'
import { recordEvents } from '../events/events.ts'
import { prepared, type Db, type Tx } from '../lib/db.ts'
import { lockConversations, waitOn } from './waiting.ts'

/** A number with something to send, or with something that whoever sent it left behind. */
export interface Outbox {
  org_id: string
  channel_id: string
}

/** A message that is being sent; `sending_at` tells this time from others. */
export interface Taken extends Outbox {
  message_id: string
  conversation_id: string | null
  contact_id: string
  payload: OutgoingPayload
  attempts: number
  sending_at: string
  /** Has waited for as long as WhatsApp takes an answer to what the customer wrote. */
  stale: boolean
  recipient: Recipient | null
}

/** Of a long queue only its beginning is looked at, as long as somebody there can be written to. */
const LOOKED_AT = 1000

/** The numbers whose queue is to be looked into: not paused, and with something in it. */
export async function findOutboxes(db: Db): Promise<Outbox[]> {
  const { rows } = await sql<Outbox>`
    select o.org_id, o.channel_id from outgoing_messages o join channels c on c.org_id = o.org_id and c.id = o.channel_id
    where o.state = 'sending' or (o.state = 'waiting' and (c.paused_until is null or c.paused_until <= clock_timestamp())
      and (o.retry_at is null or o.retry_at <= clock_timestamp()))
    group by o.org_id, o.channel_id`.execute(prepared(db))
  return rows
}

/**
 * Takes up to `most` messages that are to be sent now, at most one a contact: the first that was written and has not gone.
 * Behind one that is on its way, or to be tried again later, its contact's others wait.
 */
export async function takeMessages(db: Db, outbox: Outbox, most: number): Promise<Taken[]> {
  for (const lookedAt of [LOOKED_AT, null]) {
    const { rows } = await sql<Omit<Taken, 'recipient'> & { phone: string | null; bsuid: string | null }>`
      with first as (
        select message_id, state, retry_at from outgoing_messages
        where org_id = ${outbox.org_id} and channel_id = ${outbox.channel_id} and state in ('waiting', 'sending')
        order by message_id limit ${lookedAt}
      ), heads as (
        select distinct on (m.contact_id) f.message_id, f.state, f.retry_at
        from first f join messages m on m.org_id = ${outbox.org_id} and m.id = f.message_id
        order by m.contact_id, f.message_id
      ), due as (
        select message_id from heads where state = 'waiting' and (retry_at is null or retry_at <= clock_timestamp())
        order by message_id limit ${most}
      ), taken as (
        update outgoing_messages o set state = 'sending', sending_at = clock_timestamp(), attempts = attempts + 1, retry_at = null
        from due
        where o.org_id = ${outbox.org_id} and o.message_id = due.message_id and o.state = 'waiting'
        returning o.org_id, o.channel_id, o.message_id, o.payload, o.attempts, o.sending_at, o.wanted_at < clock_timestamp() - interval '24 hours' as stale
      )
      select t.*, m.contact_id, m.conversation_id,
        (select i.value from contact_identities i where i.org_id = t.org_id and i.contact_id = m.contact_id and i.kind = 'phone' and i.retired_at is null
          order by '+' || i.value = k.phone desc nulls last, i.created_at desc limit 1) as phone,
        (select i.value from contact_identities i where i.org_id = t.org_id and i.contact_id = m.contact_id and i.kind = 'bsuid' and i.retired_at is null
          and i.scope = case when a.kind = 'test' then 'test:' else '' end || a.portfolio_id order by i.created_at desc limit 1) as bsuid
      from taken t join messages m on m.org_id = t.org_id and m.id = t.message_id join contacts k on k.org_id = m.org_id and k.id = m.contact_id
        join channels c on c.org_id = t.org_id and c.id = t.channel_id join whatsapp_accounts a on a.org_id = c.org_id and a.id = c.account_id
      order by t.message_id`.execute(prepared(db))
    if (rows.length > 0)
      return rows.map(({ phone, bsuid, ...row }) => ({
        ...row,
        recipient: phone === null ? bsuid && { bsuid } : { phone },
      })) as Taken[]
  }
  return []
}

/** What a sender left behind that is no more: nobody knows how far it came, so it is never sent again by itself. */
export async function leaveUncertain(db: Db, outbox: Outbox, stillMine: readonly string[]): Promise<number> {
  return db.transaction().execute(async (tx) => {
    // Its file was not uploaded yet, so it was not sent.
    await sql`
      update outgoing_messages o set state = 'waiting', sending_at = null from media f
      where o.org_id = ${outbox.org_id} and o.channel_id = ${outbox.channel_id} and o.state = 'sending' and o.message_id <> all(${stillMine}::uuid[])
        and f.org_id = o.org_id and f.message_id = o.message_id and f.uploaded_at is null`.execute(tx)
    const { rows } = await sql<{ contact_id: string; conversation_id: string | null }>`
      update outgoing_messages o set state = 'uncertain', sending_at = null,
        error_text = 'The server was stopped while it was sent.'
      from messages m
      where o.org_id = ${outbox.org_id} and o.channel_id = ${outbox.channel_id} and o.state = 'sending' and o.message_id <> all(${stillMine}::uuid[])
        and m.org_id = o.org_id and m.id = o.message_id
      returning m.contact_id, m.conversation_id`.execute(tx)
    await tell(tx, outbox.org_id, rows)
    return rows.length
  })
}

export interface Accepted {
  taken: Taken
  /** WhatsApp's. */
  wa_message_id: string
}

/** WhatsApp has these; those of one organization are written in one transaction. */
export async function noteAccepted(db: Db, accepted: readonly Accepted[]): Promise<void> {
  for (const [orgId, theirs] of Map.groupBy(accepted, ({ taken }) => taken.org_id)) {
    await prepared(db)
      .transaction()
      .execute(async (tx) => {
        await settleRecognized(
          tx,
          orgId,
          theirs.map(({ taken, wa_message_id }) => ({ ...taken, wa_message_id })),
        )
        await tell(
          tx,
          orgId,
          theirs.map(({ taken }) => taken),
        )
      })
  }
}

interface Trouble {
  code: number | null
  said: string | null
}

/** It will not go, or nobody knows whether it went; until somebody wants it sent again. */
export const noteEnd = (db: Db, taken: Taken, state: 'failed' | 'uncertain', { code, said }: Trouble): Promise<void> =>
  db.transaction().execute(async (tx) => {
    const unanswered = state === 'failed' && taken.conversation_id !== null ? [taken.conversation_id] : []
    await lockConversations(tx, taken.org_id, unanswered)
    await sql`
      update outgoing_messages set state = ${state}, settled_at = case when ${state} = 'failed' then clock_timestamp() end,
        sending_at = null, error_code = ${code}, error_text = ${said}
      where ${stillSending(taken)}`.execute(tx)
    await waitOn(tx, taken.org_id, unanswered)
    await tell(tx, taken.org_id, [taken])
  })

export interface PutBack extends Trouble {
  taken: Taken
  milliseconds: number
}

/** They are sent later, not before their time is over; those of one organization are written in one transaction. */
export async function putBack(db: Db, items: readonly PutBack[]): Promise<void> {
  for (const [orgId, theirs] of Map.groupBy(items, ({ taken }) => taken.org_id)) {
    const ids = theirs.map(({ taken }) => taken.message_id)
    await db.transaction().execute(async (tx) => {
      await sql`
        update outgoing_messages o set state = 'waiting', sending_at = null, error_code = b.code, error_text = b.said,
          retry_at = case when b.milliseconds > 0 then clock_timestamp() + make_interval(secs => b.milliseconds / 1000) end
        from unnest(${ids}::uuid[], ${theirs.map(({ taken }) => taken.sending_at)}::timestamptz[], ${theirs.map(({ code }) => code)}::integer[],
          ${theirs.map(({ said }) => said)}::text[], ${theirs.map(({ milliseconds }) => milliseconds)}::float8[]) as b (message_id, sending_at, code, said, milliseconds)
        where o.org_id = ${orgId} and o.message_id = any(${ids}::uuid[]) and o.message_id = b.message_id and o.state = 'sending' and o.sending_at = b.sending_at`.execute(
        tx,
      )
      await tell(
        tx,
        orgId,
        theirs.map(({ taken }) => taken),
      )
    })
  }
}

/** It was taken, and not tried. */
export async function giveBack(db: Db, taken: Taken): Promise<void> {
  await sql`
    update outgoing_messages set state = 'waiting', sending_at = null, attempts = attempts - 1 where ${stillSending(taken)}`.execute(
    db,
  )
}

/** As it was taken, and by nobody else since. */
const stillSending = (taken: Taken) =>
  sql`org_id = ${taken.org_id} and message_id = ${taken.message_id} and state = 'sending' and sending_at = ${taken.sending_at}`

/** One of our messages, as an answer or, by what we sent along, a status speaks of it. */
export interface Recognized {
  message_id: string
  channel_id: string
  wa_message_id: string
}

/**
 * WhatsApp has these, whatever was known of them: an answer may have been lost before a status came. An id that another
 * message has already would be a mistake of the other side.
 */
export async function settleRecognized(tx: Tx, orgId: string, recognized: readonly Recognized[]): Promise<void> {
  if (recognized.length === 0) return
  const ids = recognized.map((each) => each.message_id)
  // By their ids, or a plan that is kept for any number of them reads whole tables.
  await sql`
    with told as (
      select distinct on (message_id) * from unnest(${ids}::uuid[], ${recognized.map((each) => each.channel_id)}::uuid[],
        ${recognized.map((each) => each.wa_message_id)}::text[]) as t (message_id, channel_id, wa_message_id)
    ), settled as (
      update outgoing_messages o set state = 'accepted', settled_at = clock_timestamp(), sending_at = null, retry_at = null, error_code = null, error_text = null
      from told where o.org_id = ${orgId} and o.message_id = any(${ids}::uuid[]) and o.channel_id = told.channel_id and o.message_id = told.message_id and o.state <> 'accepted'
    )
    update messages m set wa_message_id = told.wa_message_id
    from told where m.org_id = ${orgId} and m.id = any(${ids}::uuid[]) and m.channel_id = told.channel_id and m.id = told.message_id and m.origin = 'sent' and m.wa_message_id is null
      and (select o.id from messages o where o.org_id = m.org_id and o.channel_id = m.channel_id and o.wa_message_id = told.wa_message_id limit 1) is null`.execute(
    tx,
  )
}

/** More conversations than this at once are told as many. */
const MOST_TOLD = 100

/** Tells open screens that something of these conversations has come further. */
export async function tell(
  tx: Tx,
  orgId: string,
  rows: readonly { contact_id: string; conversation_id: string | null }[],
): Promise<void> {
  const contacts = new Map(rows.flatMap((row) => (row.conversation_id ? [[row.conversation_id, row.contact_id]] : [])))
  await recordEvents(
    tx,
    systemActor(orgId),
    contacts.size > MOST_TOLD
      ? [{ kind: 'conversation.delivery', after: { many: true } }]
      : [...contacts].map(([conversation_id, contact_id]) => ({
          kind: 'conversation.delivery' as const,
          contact_id,
          after: { conversation_id },
        })),
  )
}
