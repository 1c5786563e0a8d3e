// Analyses closed conversations in the background, each once, however many servers there are.
import { sql } from 'kysely'
import type { Server } from '../access/door.ts'
import type { Asking } from '../classifier/asking.ts'
import type { CatalogTag } from '../classifier/features.ts'
import type { Db } from '../lib/db.ts'
import { answerWithin, databaseAtFault } from '../lib/http.ts'
import { learnedOf } from '../learning/learned.ts'
import { stepByStep } from '../lib/steps.ts'
import { ModelError } from '../models/errors.ts'
import type { ModelReason } from '../models/schema.ts'
import { tagsForAis } from '../tags/ai-modes.ts'
import { byModel, chosenModel } from './choosing.ts'
import { BUILT_IN, writeDown, type Engine, type Found, type Taken } from './deciding.ts'
import { judgeByModel, passes } from './model-engine.ts'
import { transcriptOf, type TranscriptTurn } from './transcript.ts'

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
/** So many attempts are the language model's; the rest are the built-in classifier's. */
const MODEL_ATTEMPTS = 4
/** At once on a server. A language model is waited for, where the built-in classifier computes. */
const MODEL_LANES = 4

/** Which analyses one takes: those of the built-in classifier, those of language models, or whatever waits longest. */
type Lane = 'built-in' | 'model' | 'any'

export interface Analyzer {
  wake(): void
  /** Leaves what is under way: whoever comes next begins it anew. */
  stop(): Promise<void>
}

type Resources = Pick<Server, 'db' | 'log' | 'live' | 'outgoing' | 'secretKey'>
type Asked = Resources & { asking: Asking }

/** Analyses whenever woken, and looks every few seconds besides. */
export function openAnalyzer(server: Asked, changes: Partial<AnalyzerPace> = {}): Analyzer {
  const pace = { ...PACE, ...changes }
  const { log, asking } = server
  const stopping = new AbortController()
  const lanes: { lane: Lane; running: Promise<void> | null }[] = [
    { lane: 'built-in', running: null },
    ...Array.from({ length: MODEL_LANES }, () => ({ lane: 'model' as const, running: null })),
  ]
  const work = async (lane: Lane): Promise<void> => {
    const how = { lane, stopping: stopping.signal }
    try {
      await stepByStep(stopping.signal, () => answerWithin(SILENT_MS, analyzeOne(server, asking, pace, how)))
    } catch (error) {
      if (databaseAtFault(error)) log.warn({ err: error }, 'analysing conversations waits for the database')
      else if (!stopping.signal.aborted) log.error({ err: error }, 'analysing conversations failed; it is tried again')
    }
  }
  const wake = (): void => {
    if (stopping.signal.aborted) return
    for (const each of lanes)
      each.running ??= work(each.lane).finally(() => {
        each.running = null
      })
  }
  const timer = setInterval(wake, pace.lookEveryMs).unref()
  return {
    wake,
    async stop() {
      stopping.abort()
      clearInterval(timer)
      await Promise.all(lanes.flatMap(({ running }) => running ?? []))
    },
  }
}

interface How {
  lane?: Lane
  stopping?: AbortSignal
}

/** Takes the conversation that waits longest, and analyses it; answers whether there was one. */
export async function analyzeOne(
  server: Resources,
  asking: Asking,
  pace: AnalyzerPace = PACE,
  { lane = 'any', stopping = new AbortController().signal }: How = {},
): Promise<boolean> {
  const { db, log } = server
  const taken = await take(db, pace, lane)
  if (taken === null) return false
  try {
    const [tags, transcript] = [
      await tagsForAis(db, taken.org_id),
      await transcriptOf(db, taken.org_id, taken.conversation_id),
    ]
    const task = { taken, tags, transcript, stopping }
    const { found, ...how } = await judge(server, asking, task)
    await db.transaction().execute((tx) => writeDown(tx, taken, found, { transcript, ...how }))
    server.live.wake()
  } catch (error) {
    if (databaseAtFault(error)) throw error
    log.warn(
      { err: error, conversation_id: taken.conversation_id, attempts: taken.attempts },
      'a conversation could not be analysed',
    )
    const reason = error instanceof ModelError && error.reason !== 'cancelled' ? error.reason : taken.fallback
    await putOff(db, taken, { pace, fallback: reason })
  }
  return true
}

interface Task {
  taken: Taken
  tags: CatalogTag[]
  transcript: TranscriptTurn[]
  stopping: AbortSignal
}

/** By the language model, if one was chosen and it can, and else by the built-in classifier, which then says why. */
async function judge(
  server: Resources,
  asking: Asking,
  { taken, tags, transcript, stopping }: Task,
): Promise<{ found: Found; by: Engine; agentId: string | null; fallback: ModelReason | null }> {
  const { org_id: orgId, conversation_id: conversationId } = taken
  const model = await chosenModel(server.db, orgId, conversationId)
  const by = model === null ? BUILT_IN : { id: model.provider_id, name: model.name, engine: model.model }
  if (tags.length === 0 || transcript.every(({ from }) => from !== 'customer'))
    return { found: { judgements: [], talking: [] }, by: BUILT_IN, agentId: null, fallback: null }
  const agentId = model?.agent_id ?? null
  let fallback = model === null ? null : taken.fallback
  if (model !== null && taken.attempts <= MODEL_ATTEMPTS) {
    const task = { orgId, conversationId, tags, transcript, purpose: 'auto_close', signal: stopping } as const
    try {
      return { found: await judgeByModel(server, model, task), by, agentId, fallback: null }
    } catch (error) {
      if (!(error instanceof ModelError) || passes(error) || error.reason === 'cancelled') throw error
      fallback = error.reason
    }
  }
  const turns = transcript.map(({ n, from, text }) => ({ n, from, text }))
  const kept = await learnedOf(server.db, orgId)
  return { found: (await asking.judge(tags, turns, kept)).judged, by: BUILT_IN, agentId, fallback }
}

async function take(db: Db, pace: AnalyzerPace, lane: Lane): Promise<Taken | null> {
  const mine = lane === 'any' ? sql`` : sql`and (${byModel} and a.attempts < ${MODEL_ATTEMPTS}) = ${lane === 'model'}`
  const { rows } = await sql<Taken>`
    update analyses a set attempts = a.attempts + 1, due_at = now() + ${`${pace.leaseMs} ms`}::interval
    from (select org_id, conversation_id from analyses a where state = 'waiting' and due_at <= now() ${mine}
      order by due_at limit 1 for update of a skip locked) due
    where a.org_id = due.org_id and a.conversation_id = due.conversation_id
    returning a.org_id, a.conversation_id, a.attempts, a.fallback`.execute(db)
  return rows[0] ?? null
}

/** The last time of the language model is followed by the built-in classifier's first without a wait. */
async function putOff(
  db: Db,
  { org_id, conversation_id, attempts }: Taken,
  { pace, fallback }: { pace: AnalyzerPace; fallback: ModelReason | null },
): Promise<void> {
  const waitMs = fallback !== null && attempts === MODEL_ATTEMPTS ? 0 : pace.firstWaitMs * 4 ** (attempts - 1)
  await sql`
    update analyses set state = ${attempts >= pace.attempts ? 'failed' : 'waiting'}, due_at = now() + ${`${waitMs} ms`}::interval,
      finished_at = case when ${attempts >= pace.attempts} then now() end, fallback = ${fallback}
    where org_id = ${org_id} and conversation_id = ${conversation_id} and state = 'waiting' and attempts = ${attempts}`.execute(
    db,
  )
}
