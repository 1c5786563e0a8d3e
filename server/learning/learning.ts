// What was learned, as people see it; forgetting it, and learning anew.
import { sql } from 'kysely'
import type { Actor } from '../access/actor.ts'
import { recordAct } from '../audit/recording.ts'
import { raised, trustOf, UNTRIED } from '../analysis/trust.ts'
import type { Db, Tx } from '../lib/db.ts'
import type { Learning } from './schema.ts'

interface LearningRow extends Omit<Learning, 'tags' | 'state' | 'progress'> {
  due: boolean
  failures: number
  steps: number
  steps_done: number
}

const NOTHING: LearningRow = {
  learned_at: null,
  conversations: 0,
  new_lessons: 0,
  since: null,
  due: false,
  failures: 0,
  steps: 0,
  steps_done: 0,
}

/** From how many examples each tag of the catalog was learned, when, and how AIs fare with it. */
export async function getLearning(db: Db, actor: Actor): Promise<Learning> {
  const { rows } = await sql<LearningRow>`
    select learned_at, conversations, new_lessons, since, due_at is not null as due, failures, steps, steps_done
    from learnings where org_id = ${actor.org_id}`.execute(db)
  const { rows: tags } = await sql<{ tag_id: string; positives: number; negatives: number; ai_threshold: number }>`
    select t.id as tag_id, coalesce(l.positives, 0) as positives, coalesce(l.negatives, 0) as negatives, t.ai_threshold
    from tags t left join tag_learners l on l.org_id = t.org_id and l.tag_id = t.id
    where t.org_id = ${actor.org_id} and t.deleted_at is null order by t.id`.execute(db)
  const trust = await trustOf(
    db,
    actor.org_id,
    tags.map(({ tag_id }) => tag_id),
  )
  const { due, failures, steps, steps_done, ...row } = rows[0] ?? NOTHING
  return {
    ...row,
    state: !due ? 'resting' : steps > 0 ? 'learning' : failures > 0 ? 'failing' : 'waiting',
    progress: steps === 0 ? 0 : steps_done / steps,
    tags: tags.map(({ ai_threshold, ...tag }) => {
      const { by_ai, taken_off } = trust.get(tag.tag_id) ?? UNTRIED
      return { ...tag, by_ai, taken_off, threshold: raised(ai_threshold, { by_ai, taken_off }) }
    }),
  }
}

/** Forgets all that was learned, and what it was learned from; it begins anew with what people decide from now on. */
export async function forgetLearning(tx: Tx, actor: Actor): Promise<Learning> {
  await beginAnew(tx, actor.org_id, sql`now()`)
  await sql`update learnings set due_at = null, learned_at = null, conversations = 0 where org_id = ${actor.org_id}`.execute(
    tx,
  )
  await sql`delete from tag_learners where org_id = ${actor.org_id}`.execute(tx)
  await sql`delete from lesson_vectors where org_id = ${actor.org_id}`.execute(tx)
  await recordAct(tx, actor, { act: 'learning.forgotten' })
  return getLearning(tx, actor)
}

/** Has all decisions that are known learned anew, those from before it was told to forget as well. A repeat begins once more. */
export async function learnFromHistory(tx: Tx, actor: Actor): Promise<Learning> {
  await beginAnew(tx, actor.org_id, sql`null`)
  await recordAct(tx, actor, { act: 'learning.rebuilt' })
  return getLearning(tx, actor)
}

/** Due at once, whatever is under way; the decisions since then count. */
async function beginAnew(tx: Tx, orgId: string, since: ReturnType<typeof sql>): Promise<void> {
  await sql`
    insert into learnings (org_id, seen_position, since, due_at, version)
    select ${orgId}, coalesce((select position from event_positions where org_id = ${orgId}), 0), ${since}::timestamptz, now(), 1
    on conflict (org_id) do update set since = excluded.since, due_at = now(), round = learnings.round + 1, failures = 0, new_lessons = 0,
      steps = 0, steps_done = 0, version = learnings.version + 1`.execute(tx)
}
