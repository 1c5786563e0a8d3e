// Learning in the background: one organization after another, on whichever server, in the classifier's thread.
import { sql } from 'kysely'
import type { Server } from '../access/door.ts'
import { transcriptOf } from '../analysis/transcript.ts'
import type { Pupil, TeachingAsked } from '../classifier/asking.ts'
import type { LearnedBytes } from '../classifier/teaching.ts'
import type { Db, Tx } from '../lib/db.ts'
import { databaseAtFault } from '../lib/http.ts'
import { stepByStep } from '../lib/steps.ts'
import { tagsForAis } from '../tags/ai-modes.ts'
import { lessonsOf, type Lesson } from './lessons.ts'
import { noticeLessons } from './noticing.ts'

const PACE = {
  lookEveryMs: 10_000,
  /** How long one has an organization without getting on before another may begin it anew. */
  leaseMs: 3 * 60_000,
  firstWaitMs: 30_000,
  mostWaitMs: 6 * 60 * 60_000,
}
export type TrainerPace = typeof PACE

/** So many conversations go to the thread at once: a minute is enough for them on a slow machine. */
const PAGE = 20

export interface Trainer {
  wake(): void
  /** Leaves what is under way: whoever comes next begins it anew. */
  stop(): Promise<void>
}

type Resources = Pick<Server, 'db' | 'log'> & { pupil: Pupil }

/** Looks every few seconds for what people decided, and learns what is due. */
export function openTrainer(server: Resources, changes: Partial<TrainerPace> = {}): Trainer {
  const pace = { ...PACE, ...changes }
  const { db, log } = server
  const stopping = new AbortController()
  let running: Promise<void> | null = null
  const work = async (): Promise<void> => {
    try {
      await noticeLessons(db)
      await stepByStep(stopping.signal, () => learnOne(server, { pace, stopping: stopping.signal }))
    } catch (error) {
      if (databaseAtFault(error)) log.warn({ err: error }, 'learning waits for the database')
      else if (!stopping.signal.aborted) log.error({ err: error }, 'learning failed; it is tried again')
    }
    running = null
  }
  const wake = (): void => {
    if (!stopping.signal.aborted) running ??= work()
  }
  const timer = setInterval(wake, pace.lookEveryMs).unref()
  return {
    wake,
    async stop() {
      stopping.abort()
      clearInterval(timer)
      await running
    },
  }
}

interface Taken {
  org_id: string
  round: number
  since: string | null
  failures: number
  /** Decisions that it knows of. */
  new_lessons: number
}

/** Somebody else has begun it anew, or it is not wanted any more. */
class Overtaken extends Error {}

/** Takes the organization that is due longest, and learns what its people taught; answers whether there was one. */
export async function learnOne(
  { db, log, pupil }: Resources,
  { pace = PACE, stopping }: { pace?: TrainerPace; stopping?: AbortSignal } = {},
): Promise<boolean> {
  const taken = await take(db, pace)
  if (taken === null) return false
  let teaching: TeachingAsked | null = null
  try {
    const tags = await tagsForAis(db, taken.org_id)
    const lessons = await lessonsOf(db, taken.org_id, taken.since)
    const given = new Set(lessons.flatMap((lesson) => lesson.tags))
    const places = tags.flatMap((tag, place) => (given.has(tag.id) ? [place] : []))
    const learned: LearnedBytes[] = []
    const steps = lessons.length + places.length
    if (places.length > 0) {
      teaching = await pupil.teach(tags)
      for (let from = 0; from < lessons.length; from += PAGE) {
        await getOn(db, taken, { pace, done: from, steps, stopping })
        await teachPage(db, taken.org_id, teaching, lessons.slice(from, from + PAGE))
      }
      for (const [i, place] of places.entries()) {
        await getOn(db, taken, { pace, done: lessons.length + i, steps, stopping })
        const one = await teaching.learn(place)
        if (one !== null) learned.push(one)
      }
    }
    await db.transaction().execute((tx) => writeLearned(tx, taken, lessons, learned))
  } catch (error) {
    if (error instanceof Overtaken) {
      // Where nobody has, it is this server's to begin anew.
      await sql`update learnings set due_at = now() where org_id = ${taken.org_id} and round = ${taken.round}`.execute(
        db,
      )
      return true
    }
    if (databaseAtFault(error)) throw error
    if (stopping?.aborted) return false
    log.warn({ err: error, org_id: taken.org_id, failures: taken.failures }, 'learning from people failed')
    await putOff(db, taken, pace)
  } finally {
    teaching?.end()
  }
  return true
}

async function take(db: Db, pace: TrainerPace): Promise<Taken | null> {
  const { rows } = await sql<Taken>`
    update learnings l set round = l.round + 1, due_at = now() + ${`${pace.leaseMs} ms`}::interval, steps_done = 0, steps = 0
    from (select org_id from learnings where due_at <= now() order by due_at limit 1 for update skip locked) due
    where l.org_id = due.org_id
    returning l.org_id, l.round, l.since, l.failures, l.new_lessons`.execute(db)
  return rows[0] ?? null
}

/** Keeps the organization for longer, and says how far it is. */
async function getOn(
  db: Db,
  { org_id, round }: Taken,
  {
    pace,
    done,
    steps,
    stopping,
  }: { pace: TrainerPace; done: number; steps: number; stopping: AbortSignal | undefined },
): Promise<void> {
  if (stopping?.aborted) throw new Error('the server stops')
  const { numAffectedRows } = await sql`
    update learnings set due_at = now() + ${`${pace.leaseMs} ms`}::interval, steps_done = ${done}, steps = ${steps}
    where org_id = ${org_id} and round = ${round}`.execute(db)
  if (numAffectedRows === 0n) throw new Overtaken()
}

/** Hands conversations over as they read now, and keeps what their texts mean. */
async function teachPage(db: Db, orgId: string, teaching: TeachingAsked, lessons: readonly Lesson[]): Promise<void> {
  const ids = lessons.map(({ conversation_id }) => conversation_id)
  // Before they are read: whoever erases one from now on has all of it learned anew.
  await sql`
    insert into lesson_vectors (org_id, conversation_id, vectors)
    select org_id, id, '' from conversations where org_id = ${orgId} and id = any(${ids}::uuid[])
    on conflict do nothing`.execute(db)
  const { rows } = await sql<{ conversation_id: string; vectors: Buffer }>`
    select conversation_id, vectors from lesson_vectors where org_id = ${orgId} and conversation_id = any(${ids}::uuid[])`.execute(
    db,
  )
  const kept = new Map(rows.map(({ conversation_id, vectors }) => [conversation_id, vectors]))
  const texts = []
  for (const { conversation_id, ...said } of lessons) {
    const transcript = await transcriptOf(db, orgId, conversation_id)
    const turns = transcript.map(({ n, from, text }) => ({ n, from, text }))
    texts.push({ ...said, turns, vectors: kept.get(conversation_id) ?? null })
  }
  const vectors = await teaching.take(texts)
  const fresh = ids.flatMap((id, i) => (vectors[i] ? [{ id, bytes: Buffer.from(vectors[i]) }] : []))
  if (fresh.length === 0) return
  await sql`
    update lesson_vectors l set vectors = n.bytes
    from unnest(${fresh.map(({ id }) => id)}::uuid[], ${fresh.map(({ bytes }) => bytes)}::bytea[]) as n (id, bytes)
    where l.org_id = ${orgId} and l.conversation_id = n.id`.execute(db)
}

/** Puts what was learned in the place of what was known; unless somebody has begun anew, or it was forgotten meanwhile. */
async function writeLearned(
  tx: Tx,
  { org_id, round, new_lessons }: Taken,
  lessons: readonly Lesson[],
  learned: readonly LearnedBytes[],
): Promise<void> {
  const { numAffectedRows } = await sql`
    update learnings set due_at = case when new_lessons - ${new_lessons} >= 5 then now() end, failures = 0, steps_done = 0, steps = 0,
      new_lessons = greatest(0, new_lessons - ${new_lessons}), version = version + 1, learned_at = now(),
      conversations = ${lessons.length}
    where org_id = ${org_id} and round = ${round}`.execute(tx)
  if (numAffectedRows === 0n) throw new Overtaken()
  const ids = lessons.map(({ conversation_id }) => conversation_id)
  const { rows: there } = await sql<{ n: number }>`
    select count(*)::int as n from lesson_vectors where org_id = ${org_id} and conversation_id = any(${ids}::uuid[])`.execute(
    tx,
  )
  // One was erased after it was read.
  if (learned.length > 0 && there[0]!.n < ids.length) throw new Overtaken()
  await sql`delete from tag_learners where org_id = ${org_id}`.execute(tx)
  for (const { tag, positives, negatives, weights } of learned)
    await sql`
      insert into tag_learners (org_id, tag_id, positives, negatives, weights)
      select org_id, id, ${positives}, ${negatives}, ${Buffer.from(weights)} from tags where org_id = ${org_id} and id = ${tag}`.execute(
      tx,
    )
  await sql`
    delete from lesson_vectors where org_id = ${org_id} and conversation_id <> all(${learned.length === 0 ? [] : ids}::uuid[])`.execute(
    tx,
  )
}

async function putOff(db: Db, { org_id, round, failures }: Taken, pace: TrainerPace): Promise<void> {
  const waitMs = Math.min(pace.mostWaitMs, pace.firstWaitMs * 4 ** Math.min(failures, 10))
  await sql`
    update learnings set due_at = now() + ${`${waitMs} ms`}::interval, failures = failures + 1, steps_done = 0, steps = 0
    where org_id = ${org_id} and round = ${round}`.execute(db)
}
