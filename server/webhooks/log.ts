// The log of a webhook: what was sent, what came back, and what waits.
import { sql } from 'kysely'
import type { Actor } from '../access/actor.ts'
import type { EventType, TellableEvent } from '../events/schema.ts'
import { tellable } from '../events/listing.ts'
import type { Db } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import { getWebhook } from './endpoints.ts'
import type { Dispatch, DispatchDetail } from './schema.ts'
import { bodyOf, webhookId } from './signing.ts'

const columns = sql`d.event_seq as event_id, d.type, d.event_at as at, d.contact_id, d.state, d.attempts,
  case when d.state = 'waiting' then d.next_at end as next_at, d.settled_at, d.replayed,
  (d.tries -> -1 ->> 'status')::int as status, d.tries -> -1 ->> 'failure' as failure`

type Row = Omit<Dispatch, 'webhook_id'>

const named = <R extends Row>(orgId: string, row: R): R & Pick<Dispatch, 'webhook_id'> => ({
  ...row,
  webhook_id: webhookId(orgId, { id: row.event_id, at: row.at }),
})

interface Wanted {
  states?: readonly Dispatch['state'][] | undefined
  types?: readonly EventType[] | undefined
  contact?: string | undefined
  limit: number
  cursor?: string | undefined
}

/** A page, newest event first. Refuses a webhook of another organization. */
export async function listDispatches(
  db: Db,
  actor: Actor,
  id: string,
  { states, types, contact, limit, cursor }: Wanted,
): Promise<{ dispatches: Dispatch[]; next_cursor: string | null }> {
  await getWebhook(db, actor, id)
  const { rows } = await sql<Row>`
    select ${columns} from webhook_dispatches d
    where d.org_id = ${actor.org_id} and d.endpoint_id = ${id}
      ${cursor === undefined ? sql`` : sql`and d.event_seq < ${cursor}`}
      ${states === undefined ? sql`` : sql`and d.state = any(${states}::text[])`}
      ${types === undefined ? sql`` : sql`and d.type = any(${types}::text[])`}
      ${contact === undefined ? sql`` : sql`and d.contact_id = ${contact}`}
    order by d.event_seq desc limit ${limit + 1}`.execute(db)
  const dispatches = rows.slice(0, limit).map((row) => named(actor.org_id, row))
  return { dispatches, next_cursor: rows.length > limit ? String(dispatches.at(-1)!.event_id) : null }
}

/** One with its body, which is made of the event again: no second copy of it is kept. */
export async function getDispatch(db: Db, actor: Actor, id: string, eventId: string): Promise<DispatchDetail> {
  const one = sql`d.org_id = ${actor.org_id} and d.endpoint_id = ${id} and d.event_seq = ${eventId}`
  const { rows } = await sql<Row & Pick<DispatchDetail, 'tries' | 'answer'>>`
    select ${columns}, d.tries, d.answer from webhook_dispatches d where ${one}`.execute(db)
  const { rows: events } = await sql<TellableEvent>`
    select ${tellable} from webhook_dispatches d join events e on e.org_id = d.org_id and e.seq = d.event_seq where ${one}`.execute(
    db,
  )
  const [row, event] = [rows[0], events[0]]
  if (!row || !event) throw missingDispatch()
  return { ...named(actor.org_id, row), body: bodyOf(event) }
}

export const missingDispatch = () =>
  new Problem(
    'not_found',
    'This webhook’s log has no such event: it was erased, or the log does not keep it any more.',
    {
      reason: 'dispatch_missing',
    },
  )
