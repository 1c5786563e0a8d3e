// What waits, read from the database at a cost that does not grow with what is stored.
import { sql } from 'kysely'
import { EXPIRES_AT } from '../conversations/closing.ts'
import type { Db } from '../lib/db.ts'

/** Counted up to here, so that counting a flood does not add to it. */
const MOST_COUNTED = 100_000

export interface Backlog {
  /** Up to 100,000. */
  deliveries: number
  /** Seconds since the oldest of them arrived; 0 without any. */
  deliveries_age: number
  /** What is to be sent and WhatsApp has not taken, up to 100,000. */
  messages: number
  /** Seconds since the oldest of them was to be sent. */
  messages_age: number
  /** Of which nobody knows whether WhatsApp has them, up to 100,000. */
  messages_uncertain: number
  accounts_refused: number
  /** Switched off by themselves. */
  webhooks_stopped: number
  /** Up to 100,000. */
  webhooks_waiting: number
  /** Up to 100,000. */
  conversations: number
  /** Seconds since the first that is over, and not closed, should have been. */
  conversations_overdue: number
  operations_waiting: number
  operations_running: number
  /** Seconds since the one that has been left alone for longest was worked on. */
  operations_age: number
  /** Events that screens cannot have seen yet, up to 100,000. */
  events: number
  events_age: number
  jobs_due: number
  jobs_age: number
  /** Jobs whose last try failed. */
  jobs_failing: number
}

/**
 * Everything comes from partial indexes that hold only what waits: 3 to 6 ms beside a million deliveries and a million
 * events, at most 145 ms while 300,000 of each wait. The
 * oldest is found by hopping from one organization to the next, as each is worked on in its own order.
 */
export async function readBacklog(db: Db): Promise<Backlog> {
  const { rows } = await sql<Backlog>`
    with recursive deliverers as (
      (select org_id from deliveries where interpreted_at is null order by org_id limit 1)
      union all
      select (select d.org_id from deliveries d where d.interpreted_at is null and d.org_id > w.org_id order by d.org_id limit 1)
      from deliverers w where w.org_id is not null
    ), tellers as (
      (select org_id from events where seq is null order by org_id limit 1)
      union all
      select (select e.org_id from events e where e.seq is null and e.org_id > w.org_id order by e.org_id limit 1)
      from tellers w where w.org_id is not null
    ), moments as (
      select
        (select min((select d.received_at from deliveries d where d.org_id = w.org_id and d.interpreted_at is null order by d.id limit 1))
          from deliverers w where w.org_id is not null) as delivery,
        (select min((select e.at from events e where e.org_id = w.org_id and e.seq is null order by e.id limit 1))
          from tellers w where w.org_id is not null) as event,
        (select min(m.wanted_at) from (select wanted_at from outgoing_messages where state in ('waiting', 'sending') limit ${MOST_COUNTED}) m) as message,
        (select min(${EXPIRES_AT}) from conversations where closed_at is null) as conversation,
        (select min(coalesce(worked_at, created_at)) from operations where status in ('waiting', 'running', 'cancelling')) as operation,
        (select min(run_at) from graphile_worker.jobs where run_at <= now() and locked_at is null and attempts < max_attempts) as job
    )
    select
      (select count(*) from (select from deliveries where interpreted_at is null limit ${MOST_COUNTED}) d)::int as deliveries,
      (select count(*) from (select from events where seq is null limit ${MOST_COUNTED}) e)::int as events,
      (select count(*) from (select from outgoing_messages where state in ('waiting', 'sending') limit ${MOST_COUNTED}) m)::int as messages,
      (select count(*) from (select from outgoing_messages where state = 'uncertain' limit ${MOST_COUNTED}) m)::int as messages_uncertain,
      (select count(*) from whatsapp_accounts where token_refused_at is not null)::int as accounts_refused,
      (select count(*) from webhook_endpoints where off_reason <> 'person')::int as webhooks_stopped,
      (select count(*) from (select from webhook_dispatches where state = 'waiting' limit ${MOST_COUNTED}) d)::int as webhooks_waiting,
      (select count(*) from (select from conversations where closed_at is null limit ${MOST_COUNTED}) c)::int as conversations,
      (select count(*) from operations where status = 'waiting')::int as operations_waiting,
      (select count(*) from operations where status in ('running', 'cancelling'))::int as operations_running,
      (select count(*) from graphile_worker.jobs where run_at <= now() and locked_at is null and attempts < max_attempts)::int as jobs_due,
      (select count(*) from graphile_worker.jobs where last_error is not null)::int as jobs_failing,
      ${age('delivery')} as deliveries_age, ${age('event')} as events_age, ${age('operation')} as operations_age, ${age('job')} as jobs_age,
      ${age('message')} as messages_age, ${age('conversation')} as conversations_overdue
    from moments`.execute(db)
  return rows[0]!
}

const age = (moment: string) => sql`greatest(0, coalesce(extract(epoch from now() - ${sql.ref(moment)}), 0))::float8`
