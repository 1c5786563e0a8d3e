// The log of calls as administrators read it, and letting go of what is older than they want it kept.
import { sql } from 'kysely'
import type { z } from 'zod'
import type { Actor } from '../access/actor.ts'
import type { Db } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import type { RouteOk } from '../lib/route.ts'
import { stepByStep } from '../lib/steps.ts'
import { KEEP_DAYS, type getCall as GetCall, type listCalls as ListCalls, type ModelCall } from './schema.ts'

const columns = sql`c.id, c.at, c.purpose, c.provider_name, c.model, c.conversation_id, c.outcome, c.status, c.latency_ms,
  c.input_tokens, c.output_tokens, c.estimated, c.cost::float8 as cost`

const OUTCOME = {
  answered: sql`and c.outcome = 'answered'`,
  failed: sql`and c.outcome <> 'answered'`,
  under_way: sql`and c.outcome is null`,
}

export async function listCalls(
  db: Db,
  actor: Actor,
  { purpose, outcome, limit, cursor }: z.output<typeof ListCalls.query>,
): Promise<RouteOk<typeof ListCalls>> {
  const { rows } = await sql<ModelCall>`
    select ${columns} from model_calls c
    where c.org_id = ${actor.org_id} ${cursor === undefined ? sql`` : sql`and c.id < ${cursor}`}
      ${purpose === undefined ? sql`` : sql`and c.purpose = ${purpose}`} ${outcome === undefined ? sql`` : OUTCOME[outcome]}
    order by c.id desc limit ${limit + 1}`.execute(db)
  const calls = rows.slice(0, limit)
  return { calls, next_cursor: rows.length > limit ? calls.at(-1)!.id : null }
}

export async function getCall(db: Db, actor: Actor, id: string): Promise<RouteOk<typeof GetCall>> {
  const { rows } = await sql<ModelCall & { request: string | null; response: string | null }>`
    select ${columns}, e.request, e.response from model_calls c
    left join model_exchanges e on e.org_id = c.org_id and e.call_id = c.id
    where c.org_id = ${actor.org_id} and c.id = ${id}`.execute(db)
  if (!rows[0])
    throw new Problem('not_found', 'There is no such call in the log any more.', { reason: 'model_call_missing' })
  const { request, response, ...call } = rows[0]
  return { ...call, exchange: request === null || response === null ? null : { request, response } }
}

const PAGE = 2000
/** No call takes as long: its server was stopped meanwhile. */
const LOST_AFTER = '15 minutes'

/**
 * Deletes calls that are older than their organization keeps them, and exchanges of conversations that are older than it
 * keeps messages, some at a time; any number of servers may do so at once. What a stopped server left under way is ended.
 */
export async function forgetOldCalls(db: Db, stopping: AbortSignal): Promise<void> {
  await sql`
    update model_calls set outcome = 'cancelled' where outcome is null and at < now() - ${LOST_AFTER}::interval`.execute(
    db,
  )
  const { rows } = await sql<{ org_id: string; keep_days: number; message_days: number | null }>`
    select o.id as org_id, coalesce(s.keep_days, ${KEEP_DAYS}) as keep_days, r.message_days
    from organizations o left join model_settings s on s.org_id = o.id left join retention r on r.org_id = o.id
    where exists (select from model_calls c where c.org_id = o.id)`.execute(db)
  for (const { org_id, keep_days, message_days } of rows) {
    await forget(
      db,
      stopping,
      (days) => sql`
      delete from model_calls where org_id = ${org_id} and id in (
        select id from model_calls where org_id = ${org_id} and at < now() - make_interval(days => ${days})
        order by id limit ${PAGE} for update skip locked)`,
      keep_days,
    )
    if (message_days !== null && message_days < keep_days)
      await forget(
        db,
        stopping,
        (days) => sql`
        delete from model_exchanges where org_id = ${org_id} and call_id in (
          select e.call_id from model_exchanges e join model_calls c on c.org_id = e.org_id and c.id = e.call_id
          where e.org_id = ${org_id} and e.conversation_id is not null and c.at < now() - make_interval(days => ${days})
          order by e.call_id limit ${PAGE} for update of e skip locked)`,
        message_days,
      )
  }
}

const forget = (db: Db, stopping: AbortSignal, statement: (days: number) => ReturnType<typeof sql>, days: number) =>
  stepByStep(stopping, async () => Number((await statement(days).execute(db)).numAffectedRows) === PAGE)
