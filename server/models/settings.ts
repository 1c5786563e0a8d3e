// Which model tags closed conversations, the monthly budget with what is used of it, and how long the log is kept.
import { sql } from 'kysely'
import type { z } from 'zod'
import type { Actor } from '../access/actor.ts'
import { recordAct } from '../audit/recording.ts'
import { recordEvents } from '../events/events.ts'
import type { Db, Tx } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import { KEEP_DAYS, type ModelSettings, type SettingsChanges } from './schema.ts'

interface SettingsRow {
  tagging_provider_id: string | null
  monthly_tokens: number | null
  keep_days: number
}

const DEFAULT: SettingsRow = { tagging_provider_id: null, monthly_tokens: null, keep_days: KEEP_DAYS }

async function readRow(db: Db, orgId: string): Promise<SettingsRow> {
  const { rows } = await sql<SettingsRow>`
    select tagging_provider_id, monthly_tokens::float8 as monthly_tokens, keep_days from model_settings where org_id = ${orgId}`.execute(
    db,
  )
  return rows[0] ?? DEFAULT
}

export async function getSettings(db: Db, actor: Actor): Promise<ModelSettings> {
  const settings = await readRow(db, actor.org_id)
  const { rows } = await sql<Omit<ModelSettings['month'], 'used_up'>>`
    select coalesce(m.calls, 0) as calls, coalesce(m.input_tokens, 0)::float8 as input_tokens, coalesce(m.output_tokens, 0)::float8 as output_tokens,
      ((t.month + interval '1 month') at time zone 'UTC')::timestamptz(3) as ends_at
    from (select date_trunc('month', now() at time zone 'UTC')::date as month) t
    left join model_months m on m.org_id = ${actor.org_id} and m.month = t.month`.execute(db)
  const month = rows[0]!
  const used_up =
    settings.monthly_tokens !== null && month.input_tokens + month.output_tokens >= settings.monthly_tokens
  return { ...settings, month: { ...month, used_up }, week: await lastWeek(db, actor.org_id) }
}

/** What became of the analyses of seven days. */
async function lastWeek(db: Db, orgId: string): Promise<ModelSettings['week']> {
  const { rows } = await sql<{ by_model: boolean; fallback: string | null; count: number; refused: number }>`
    select engine <> 'built-in' as by_model, fallback, count(*)::int as count, coalesce(sum(refused), 0)::int as refused from analyses
    where org_id = ${orgId} and finished_at > now() - interval '7 days' and state = 'done'
    group by 1, 2 order by 3 desc, 2`.execute(db)
  const counted = (which: (row: (typeof rows)[number]) => boolean) =>
    rows.filter(which).reduce((sum, { count }) => sum + count, 0)
  return {
    by_model: counted(({ by_model }) => by_model),
    by_built_in: counted(({ by_model }) => !by_model),
    fallbacks: rows.flatMap(({ fallback, count }) => (fallback === null ? [] : [{ reason: fallback, count }])),
    refused: rows.reduce((sum, { refused }) => sum + refused, 0),
  }
}

/** Changes what is given; the same again changes nothing. Refuses a provider that is not there. */
export async function setSettings(
  tx: Tx,
  actor: Actor,
  changes: z.output<typeof SettingsChanges>,
): Promise<ModelSettings> {
  const { org_id } = actor
  // Of two who set it at once, the second knows what the first had set.
  await sql`select from organizations where id = ${org_id} for no key update`.execute(tx)
  const before = await readRow(tx, org_id)
  const {
    tagging_provider_id = before.tagging_provider_id,
    monthly_tokens = before.monthly_tokens,
    keep_days = before.keep_days,
  } = changes
  const after: SettingsRow = { tagging_provider_id, monthly_tokens, keep_days }
  if (JSON.stringify(before) === JSON.stringify(after)) return getSettings(tx, actor)
  const names = await namesOf(tx, org_id, [before.tagging_provider_id, tagging_provider_id])
  if (tagging_provider_id !== null && !names.has(tagging_provider_id))
    throw new Problem('not_found', 'There is no such language model any more.', {
      reason: 'model_provider_missing',
      field: 'tagging_provider_id',
    })
  await sql`
    insert into model_settings (org_id, tagging_provider_id, monthly_tokens, keep_days) values (${org_id}, ${tagging_provider_id}, ${monthly_tokens}, ${keep_days})
    on conflict (org_id) do update set tagging_provider_id = excluded.tagging_provider_id, monthly_tokens = excluded.monthly_tokens, keep_days = excluded.keep_days`.execute(
    tx,
  )
  const told = (row: SettingsRow) => ({
    tags_closed_conversations:
      row.tagging_provider_id === null ? 'built-in' : (names.get(row.tagging_provider_id) ?? '—'),
    monthly_tokens: row.monthly_tokens,
    model_log_days: row.keep_days,
  })
  await recordAct(tx, actor, { act: 'settings.changed', details: { before: told(before), after: told(after) } })
  await recordEvents(tx, actor, [{ kind: 'organization.models_changed' }])
  return getSettings(tx, actor)
}

async function namesOf(tx: Tx, orgId: string, ids: readonly (string | null)[]): Promise<Map<string, string>> {
  const { rows } = await sql<{ id: string; name: string }>`
    select id, name from model_providers where org_id = ${orgId} and id = any(${ids}::uuid[]) for key share`.execute(tx)
  return new Map(rows.map(({ id, name }) => [id, name]))
}
