// Analyses closed conversations in the background, each once, however many servers there are.
import { sql } from 'kysely'
import type { Server } from '../access/door.ts'
import type { Asking } from '../classifier/asking.ts'
import type { CatalogTag } from '../classifier/features.ts'
import type { Db } from '../lib/db.ts'
import { answerWithin, databaseAtFault } from '../lib/http.ts'
import { stepByStep } from '../lib/steps.ts'
import { writeDown, type Taken } from './deciding.ts'
import { transcriptOf } from './transcript.ts'

const PACE = {
  /** Behind the wake-ups: what waits for its time, and what another server left. */
  lookEveryMs: 3000,
  /** How long one has it before another may begin it anew. */
  leaseMs: 2 * 60_000,
  firstWaitMs: 5000,
  attempts: 6,
}
export type AnalyzerPace = typeof PACE

const SILENT_MS = 90_000

export interface Analyzer {
  wake(): void
  /** Leaves what is under way: whoever comes next begins it anew. */
  stop(): Promise<void>
}

type Resources = Pick<Server, 'db' | 'log' | 'live'>

/** Analyses whenever woken, and looks every few seconds besides. */
export function openAnalyzer(
  server: Resources & Pick<Server, 'classifier'>,
  changes: Partial<AnalyzerPace> = {},
): Analyzer {
  const pace = { ...PACE, ...changes }
  const { log } = server
  const stopping = new AbortController()
  let running: Promise<void> | null = null
  const work = async (): Promise<void> => {
    try {
      await stepByStep(stopping.signal, () => answerWithin(SILENT_MS, analyzeOne(server, server.classifier, pace)))
    } catch (error) {
      if (databaseAtFault(error)) log.warn({ err: error }, 'analysing conversations waits for the database')
      else if (!stopping.signal.aborted) log.error({ err: error }, 'analysing conversations failed; it is tried again')
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

/** Takes the conversation that waits longest, and analyses it; answers whether there was one. */
export async function analyzeOne(server: Resources, asking: Asking, pace: AnalyzerPace = PACE): Promise<boolean> {
  const { db, log } = server
  const taken = await take(db, pace)
  if (taken === null) return false
  try {
    const [tags, transcript] = [
      await catalogOf(db, taken.org_id),
      await transcriptOf(db, taken.org_id, taken.conversation_id),
    ]
    const turns = transcript.map(({ n, from, text }) => ({ n, from, text }))
    const nothing = tags.length === 0 || turns.every(({ from }) => from !== 'customer')
    const judged = nothing ? { judgements: [], talking: [] } : (await asking.judge(tags, turns)).judged
    await db.transaction().execute((tx) => writeDown(tx, taken, judged, transcript))
    server.live.wake()
  } catch (error) {
    if (databaseAtFault(error)) throw error
    log.warn(
      { err: error, conversation_id: taken.conversation_id, attempts: taken.attempts },
      'a conversation could not be analysed',
    )
    await putOff(db, taken, pace)
  }
  return true
}

async function take(db: Db, pace: AnalyzerPace): Promise<Taken | null> {
  const { rows } = await sql<Taken>`
    update analyses a set attempts = a.attempts + 1, due_at = now() + ${`${pace.leaseMs} ms`}::interval
    from (select org_id, conversation_id from analyses where state = 'waiting' and due_at <= now()
      order by due_at limit 1 for update skip locked) due
    where a.org_id = due.org_id and a.conversation_id = due.conversation_id
    returning a.org_id, a.conversation_id, a.attempts`.execute(db)
  return rows[0] ?? null
}

/** The tags that AIs may use. */
async function catalogOf(db: Db, orgId: string): Promise<CatalogTag[]> {
  const { rows } = await sql<CatalogTag>`
    select id, name, description from tags where org_id = ${orgId} and deleted_at is null and ai_mode <> 'off' order by id`.execute(
    db,
  )
  return rows
}

async function putOff(db: Db, { org_id, conversation_id, attempts }: Taken, pace: AnalyzerPace): Promise<void> {
  const waitMs = pace.firstWaitMs * 4 ** (attempts - 1)
  await sql`
    update analyses set state = ${attempts >= pace.attempts ? 'failed' : 'waiting'}, due_at = now() + ${`${waitMs} ms`}::interval,
      finished_at = case when ${attempts >= pace.attempts} then now() end
    where org_id = ${org_id} and conversation_id = ${conversation_id} and state = 'waiting' and attempts = ${attempts}`.execute(
    db,
  )
}
