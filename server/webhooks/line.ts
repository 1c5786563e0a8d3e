// What is to be sent to an endpoint: events put in line after its position, and what of the line is due.
import { sql } from 'kysely'
import { EVENT_TYPES, type TellableEvent } from '../events/schema.ts'
import { tellable } from '../events/listing.ts'
import type { Db } from '../lib/db.ts'
import { openSecrets } from './signing.ts'

/** Events that are put in line at once, and the span of the log that is looked through for them. */
const PAGE = 300
const SPAN = 20_000
/** When so many wait nothing more is put in line: the log of events has it, and all that waits is read to find what is next. */
const MOST_IN_LINE = 20_000

export interface EndpointKey {
  org_id: string
  id: string
}

/** The endpoints for which there may be something to do now. */
export async function findDueEndpoints(db: Db): Promise<EndpointKey[]> {
  const { rows } = await sql<EndpointKey>`
    select w.org_id, w.id from webhook_endpoints w
    where w.off_at is null and (w.paused_until is null or w.paused_until <= now()) and (
      w.position < (select p.position from event_positions p where p.org_id = w.org_id)
      or exists (select from webhook_dispatches d where d.org_id = w.org_id and d.endpoint_id = w.id and d.state = 'waiting' and d.next_at <= now()))
    order by w.org_id, w.id`.execute(db)
  return rows
}

/** Whether anybody is told of anything: else the order of events can wait. */
export async function hasEndpoints(db: Db): Promise<boolean> {
  const { rows } = await sql`select from webhook_endpoints where off_at is null limit 1`.execute(db)
  return rows.length > 0
}

export interface SendingEndpoint extends EndpointKey {
  url: string
  /** One, or two after a rotation; none when this server cannot open them. */
  secrets: string[]
  paused: boolean
  failures: number
}

/** Null when it is off, or not there any more. */
export async function findSendingEndpoint(
  db: Db,
  secretKey: Buffer,
  { org_id, id }: EndpointKey,
): Promise<SendingEndpoint | null> {
  const { rows } = await sql<{
    url: string
    secret: Buffer
    old_secret: Buffer | null
    paused: boolean
    failures: number
  }>`
    select url, secret, case when old_until > now() then old_secret end as old_secret, failures, coalesce(paused_until > now(), false) as paused
    from webhook_endpoints where org_id = ${org_id} and id = ${id} and off_at is null`.execute(db)
  const row = rows[0]
  if (!row) return null
  const { url, paused, failures, ...sealed } = row
  return { org_id, id, url, secrets: openSecrets(secretKey, id, sealed), paused, failures }
}

/**
 * Puts the next events in line, some hundreds at a time, and moves the endpoint's position behind them, in one statement.
 * Answers whether it may have got further by asking again.
 */
export async function putInLine(db: Db, { org_id, id }: EndpointKey): Promise<boolean> {
  const { rows } = await sql<{ more: boolean }>`
    with endpoint as materialized (
      select w.position as after, w.types, least(w.position + ${SPAN}, p.position) as up_to, p.position as head
      from webhook_endpoints w join event_positions p on p.org_id = w.org_id
      where w.org_id = ${org_id} and w.id = ${id} and w.off_at is null and w.position < p.position
        and not exists (select from webhook_dispatches d where d.org_id = ${org_id} and d.endpoint_id = ${id} and d.state = 'waiting' offset ${MOST_IN_LINE} limit 1)
      for no key update of w
    ), picked as materialized (
      select e.seq, e.kind, e.at, e.contact_id, coalesce(e.contact_id, e.tag_id) as lane
      from endpoint n cross join lateral (
        select * from events e where e.org_id = ${org_id} and e.seq > n.after and e.seq <= n.up_to
          and e.kind = any(n.types) and e.kind = any(${[...EVENT_TYPES]}::text[])
        order by e.seq limit ${PAGE}) e
    ), put as (
      insert into webhook_dispatches (org_id, endpoint_id, event_seq, type, event_at, contact_id, lane)
      select ${org_id}, ${id}, seq, kind, at, contact_id, lane from picked
      on conflict do nothing
    ), reached as (
      select n.head, case when (select count(*) from picked) = ${PAGE} then (select max(seq) from picked) else n.up_to end as position
      from endpoint n
    ), moved as (
      update webhook_endpoints w set position = r.position from reached r where w.org_id = ${org_id} and w.id = ${id}
    )
    select r.position < r.head as more from reached r`.execute(db)
  return rows[0]?.more ?? false
}

export interface Taken {
  event_seq: number
  attempts: number
  first_tried_at: string | null
  /** Null when it was erased since it was put in line. */
  event: TellableEvent | null
}

/**
 * What is to be sent now, oldest first: of each contact the oldest that waits, if its time has come, and of what is under
 * way nothing. What is replayed waits for what is replayed only.
 */
export async function takeDispatches(
  db: Db,
  { org_id, id }: EndpointKey,
  room: number,
  underWay: readonly number[],
): Promise<Taken[]> {
  const { rows } = await sql<Omit<Taken, 'event'> & TellableEvent & { id: number | null }>`
    -- In one pass over what waits. Asking for each row whether one stands before it was left to a planner without statistics,
    -- which read all that waits for each of them: 445 ms among 300.
    with waiting as materialized (
      select event_seq, attempts, first_tried_at, next_at, lane,
        row_number() over (partition by lane, replayed order by event_seq) as place
      from webhook_dispatches where org_id = ${org_id} and endpoint_id = ${id} and state = 'waiting'
    ), due as materialized (
      select * from waiting
      where next_at <= now() and (lane is null or place = 1) and event_seq <> all(${[...underWay]}::bigint[])
      order by event_seq limit ${room}
    )
    select d.event_seq, d.attempts, d.first_tried_at, ${tellable}
    from due d left join events e on e.org_id = ${org_id} and e.seq = d.event_seq
    order by d.event_seq`.execute(db)
  return rows.map(({ event_seq, attempts, first_tried_at, ...event }) => ({
    event_seq,
    attempts,
    first_tried_at,
    event: event.id === null ? null : event,
  }))
}
