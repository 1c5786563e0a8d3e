// Agents' figures: what each has open, what was closed while they had it, and how soon they gave first answers.
import { sql, type RawBuilder } from 'kysely'
import type { Actor } from '../access/actor.ts'
import type { Db } from '../lib/db.ts'
import { listAiColleagues, listColleagues } from './conversations.ts'
import type { AgentFigures, Figures, FiguresPeriod } from './figures-schema.ts'

const NONE: Figures = {
  open: 0,
  closed_by_agent: 0,
  closed_by_admin: 0,
  expired: 0,
  ai_auto_closed: 0,
  first_answers: 0,
  first_answer_median: null,
  first_answer_p90: null,
  close_median: null,
}

/** A group of rows: somebody's, nobody's, or all. */
type Row = Partial<Figures> & { id: string | null; name: string | null; is_all: boolean }

/**
 * A row for everybody of the organization by name, then for the AI agents, then for those who left, then for nobody; and one over all.
 * A closing is theirs who had the conversation then, a first answer theirs who gave it, whoever had it later. A closing
 * counts by its own time, a first answer by its own: figures of a period that is over stay as they are.
 */
export async function getAgentFigures(
  db: Db,
  actor: Actor,
  { from, before, channels }: FiguresPeriod,
): Promise<{ agents: AgentFigures[]; all: Figures }> {
  const ours = [
    sql`org_id = ${actor.org_id}`,
    ...(channels && channels.length > 0 ? [sql`channel_id = any(${channels}::uuid[])`] : []),
  ]
  const within = (at: RawBuilder<unknown>) => [
    ...ours,
    sql`${at} >= ${from}`,
    ...(before === undefined ? [] : [sql`${at} < ${before}`]),
  ]
  const rows = [
    ...(await grouped(db, sql`agent`, sql`count(*)::int as open`, [...ours, sql`closed_at is null`])),
    ...(await grouped(db, sql`agent`, CLOSINGS, within(sql`closed_at`))),
    // What the phone app wrote may come late, and be older than the message that opened the conversation: no answer to it.
    ...(await grouped(db, sql`first_answered_by`, ANSWERS, [
      ...within(sql`first_answered_at`),
      sql`first_answered_at >= ${ASKED_AT}`,
    ])),
  ]
  const colleagues = await listColleagues(db, actor)
  const ais = await listAiColleagues(db, actor)
  const isAi = new Set(ais.map(({ id }) => id))
  const names = new Map([...colleagues, ...ais.filter(({ present }) => present)].map(({ id, name }) => [id, name]))
  const left = new Map(rows.flatMap(({ id, name }) => (id === null || names.has(id) ? [] : [[id, name ?? '']])))
  const agents = [
    ...[...names].map(([id, name]) => ({ id, name, removed: false, ai: isAi.has(id) })),
    ...[...left]
      .map(([id, name]) => ({ id, name, removed: true, ai: isAi.has(id) }))
      .toSorted((a, b) => a.name.localeCompare(b.name)),
    null,
  ]
  const figuresOf = (isTheirs: (row: Row) => boolean): Figures =>
    Object.assign(
      { ...NONE },
      ...rows.filter(isTheirs).map(({ id: _id, name: _name, is_all: _all, ...figures }) => figures),
    )
  return {
    agents: agents.map((agent) => ({
      agent,
      ...figuresOf(({ id, is_all }) => !is_all && id === (agent?.id ?? null)),
    })),
    all: figuresOf(({ is_all }) => is_all),
  }
}

const seconds = (share: number, took: RawBuilder<unknown>) =>
  sql`round(percentile_cont(${sql.lit(share)}) within group (order by extract(epoch from ${took})))::int`

/** The clock closes what is left for a day: how long that took says nothing of the agents. */
const CLOSINGS = sql`
  (count(*) filter (where status = 'closed_by_agent'))::int as closed_by_agent,
  (count(*) filter (where status = 'closed_by_admin'))::int as closed_by_admin,
  (count(*) filter (where status = 'expired'))::int as expired,
  (count(*) filter (where status = 'ai_auto_closed'))::int as ai_auto_closed,
  ${seconds(0.5, sql`case when status in ('closed_by_agent', 'closed_by_admin') then closed_at - opened_at end`)} as close_median`

/** A customer who answers a template is answered from then on, not from when it was sent. */
const ASKED_AT = sql`greatest(opened_at, first_asked_at)`

const ANSWERS = sql`
  count(*)::int as first_answers,
  ${seconds(0.5, sql`first_answered_at - ${ASKED_AT}`)} as first_answer_median,
  ${seconds(0.9, sql`first_answered_at - ${ASKED_AT}`)} as first_answer_p90`

/** By the person in the columns of that name, and over all. */
async function grouped(
  db: Db,
  who: RawBuilder<unknown>,
  figures: RawBuilder<unknown>,
  conditions: readonly RawBuilder<unknown>[],
): Promise<Row[]> {
  const { rows } = await sql<Row>`
    select ${who}_id as id, max(${who}_name) as name, grouping(${who}_id) = 1 as is_all, ${figures}
    from conversations where ${sql.join([...conditions], sql` and `)}
    group by grouping sets ((${who}_id), ())`.execute(db)
  return rows
}
