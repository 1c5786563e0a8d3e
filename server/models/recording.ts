// The log of calls, and the budget: every question is entered before it goes out, and what it used up when it is answered.
import { sql } from 'kysely'
import type { Db } from '../lib/db.ts'
import { newId } from '../lib/ids.ts'
import type { OpenProvider } from './connecting.ts'
import { ModelError } from './errors.ts'
import type { Purpose } from './purposes-schema.ts'
import type { ModelReason } from './schema.ts'

/** Longer texts are cut. */
const MOST_TEXT = 200_000

export interface Asked {
  purpose: Purpose
  conversation_id?: string | undefined
  agent_id?: string | undefined
}

const month = sql`date_trunc('month', now() at time zone 'UTC')::date`

/**
 * Enters a call that begins; answers its id. Refuses when this month's tokens have reached the budget: calls that are under
 * way then may still go over it, and no others.
 */
export async function beginCall(db: Db, provider: OpenProvider, asked: Asked): Promise<string> {
  const id = newId()
  const { rows } = await sql`
    insert into model_calls (org_id, id, purpose, provider_id, provider_name, model, conversation_id, agent_id)
    select ${provider.org_id}, ${id}, ${asked.purpose}, ${provider.id}, ${provider.name}, ${provider.model},
      (select id from conversations where org_id = ${provider.org_id} and id = ${asked.conversation_id ?? null} for key share), ${asked.agent_id ?? null}
    where not exists (
      select from model_settings s left join model_months m on m.org_id = s.org_id and m.month = ${month}
      where s.org_id = ${provider.org_id} and coalesce(m.input_tokens + m.output_tokens, 0) >= s.monthly_tokens)
    returning id`.execute(db)
  if (rows.length === 0) throw budgetUsedUp()
  return id
}

const budgetUsedUp = () =>
  new ModelError(
    'budget_used_up',
    'This month’s tokens are used up. An administrator can set more in Settings → AI; else it goes on next month.',
  )

export interface CallEnd {
  conversation_id: string | undefined
  outcome: 'answered' | ModelReason
  status: number | null
  latencyMs: number
  /** As the other side counted them; null when it did not. */
  tokens: { input: number; output: number } | null
  /** The other side has worked on it, so that it may count although it did not say so. */
  counts: boolean
  request: string
  response: string
}

/** Enters how a call ended, its exchange, and what it used up. The key never stands in an exchange, even if the other side repeats it. */
export async function endCall(db: Db, provider: OpenProvider, id: string, end: CallEnd): Promise<void> {
  const [request, response] = [end.request, end.response].map((text) => withoutKey(text, provider.api_key))
  const used = end.tokens ?? (end.counts ? { input: estimate(end.request), output: estimate(end.response) } : null)
  const { input, output } = used ?? { input: 0, output: 0 }
  const cost =
    provider.input_price === null && provider.output_price === null
      ? null
      : (input * (provider.input_price ?? 0) + output * (provider.output_price ?? 0)) / 1_000_000
  await db.transaction().execute(async (tx) => {
    // First the conversation: whoever erases it has its row before those that hang on it.
    const { rows: there } = await sql`
      select from conversations where org_id = ${provider.org_id} and id = ${end.conversation_id ?? null} for key share`.execute(
      tx,
    )
    const { rows } = await sql`
      update model_calls set outcome = ${end.outcome}, status = ${end.status}, latency_ms = ${Math.round(end.latencyMs)},
        input_tokens = ${input}, output_tokens = ${output}, estimated = ${used !== null && end.tokens === null}, cost = ${cost}
      where org_id = ${provider.org_id} and id = ${id} and outcome is null returning id`.execute(tx)
    if (rows.length === 0) return
    // Of a conversation that was erased meanwhile nothing is kept.
    if (end.conversation_id === undefined || there.length > 0)
      await sql`
        insert into model_exchanges (org_id, call_id, conversation_id, request, response)
        values (${provider.org_id}, ${id}, ${end.conversation_id ?? null}, ${request}, ${response})`.execute(tx)
    await addUp(tx, provider.org_id, { input, output })
  })
}

async function addUp(db: Db, orgId: string, { input, output }: { input: number; output: number }): Promise<void> {
  await sql`
    insert into model_months (org_id, month, calls, input_tokens, output_tokens) values (${orgId}, ${month}, 1, ${input}, ${output})
    on conflict (org_id, month) do update set calls = model_months.calls + 1,
      input_tokens = model_months.input_tokens + excluded.input_tokens, output_tokens = model_months.output_tokens + excluded.output_tokens`.execute(
    db,
  )
}

/** That an answer which came could not be used after all. */
export async function markGarbage(db: Db, orgId: string, id: string): Promise<void> {
  await sql`
    update model_calls set outcome = 'garbage' where org_id = ${orgId} and id = ${id} and outcome = 'answered'`.execute(
    db,
  )
}

/** Tokens have about four bytes; where nobody counts them, a budget must end all the same. */
const estimate = (text: string): number => Math.ceil(Buffer.byteLength(text) / 4)

function withoutKey(text: string, key: string | null): string {
  const told = key === null || key.length < 4 ? text : text.replaceAll(key, '•••')
  return told.replaceAll('\0', '').slice(0, MOST_TEXT).toWellFormed()
}
