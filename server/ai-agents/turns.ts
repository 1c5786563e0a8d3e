// The loop of the AI agents: takes what waits, answers what is due, each conversation by one server at a time, and stops when a person takes over.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Server } from '../access/door.ts'
import { findReceipt, noteWriting } from '../conversations/receipts.ts'
import { openClaims, type Claims } from '../lib/claims.ts'
import { outlivingDeadlocks, type Tx } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import { foldForSearch } from '../lib/fold.ts'
import { answerWithin, databaseAtFault } from '../lib/http.ts'
import { openRounds } from '../lib/rounds.ts'
import { askForAnswer } from './answering.ts'
import { beginTurn, findDue, hasAgents, stillHad, type BegunTurn, type Due } from './due.ts'
import { readConversation, type Reading } from './reading.ts'
import type { ActReason } from './schema.ts'
import { putOff, settleAnswer, settleHandOver, settleNothing, type Settled, type Turn } from './settling.ts'
import { agentActor, closeIdle, giveBackOfStopped, letGo, takeWaiting } from './taking.ts'
import { handOverUndelivered } from './undelivered.ts'

const PACE = {
  /** Behind the wake-ups: what is due by the clock, and what another server left. */
  lookEveryMs: 1000,
  /** Customers write several messages in a row: they are answered together. */
  quietMs: 3000,
  mostMs: 15_000,
  /** Questions under way in this server, and of one organization. */
  together: 16,
  togetherOfOne: 4,
  /** How often an answer is begun anew because the customer wrote on. */
  anew: 2,
  /** A provider that cannot answer now is asked again after so long, that much longer each time, and so often. */
  retryMs: 5000,
  retries: 2,
  /** WhatsApp shows for 25 seconds that somebody writes, and is told anew after 20 at the soonest. */
  writingMs: 21_000,
}
export type AgentPace = typeof PACE

const SILENT_MS = 30_000
/** For what is under way when the server stops. */
const STOP_MS = 4000

export type AgentResources = Pick<Server, 'db' | 'pool' | 'log' | 'live' | 'outgoing' | 'secretKey' | 'tellRead'> & {
  /** Something waits to be sent. */
  onAnswered?: () => void
}

export interface AiAgents {
  wake(): void
  /** Leaves what is under way: another server, or the next start, begins it anew. */
  stop(): Promise<void>
}

interface UnderWay {
  org_id: string
  abort: AbortController
}

/** Works whenever woken, and looks every second besides. */
export function openAiAgents(server: AgentResources, changes: Partial<AgentPace> = {}): AiAgents {
  const pace = { ...PACE, ...changes }
  const { db, log } = server
  const underWay = new Map<string, UnderWay>()
  const works = new Set<Promise<void>>()
  let claims: Claims | null = null

  const look = async (): Promise<void> => {
    if (!(await answerWithin(SILENT_MS, hasAgents(db)))) return
    await silence()
    const moved = [
      await answerWithin(SILENT_MS, takeWaiting(db)),
      await answerWithin(SILENT_MS, giveBackOfStopped(db)),
      await answerWithin(SILENT_MS, letGo(db)),
      await answerWithin(SILENT_MS, handOverUndelivered(db)),
      await answerWithin(SILENT_MS, closeIdle(db)),
    ]
    if (moved.some((count) => count > 0)) server.live.wake()
    for (const due of await answerWithin(SILENT_MS, findDue(db, pace, [...underWay.keys()]))) {
      if (underWay.size >= pace.together || rounds.stopped()) break
      if (countOf(due.org_id) < pace.togetherOfOne) await begin(due)
    }
  }

  const countOf = (orgId: string) => [...underWay.values()].filter(({ org_id }) => org_id === orgId).length

  const closeUnused = (): void => {
    if (underWay.size > 0 || rounds.looking()) return
    claims?.close()
    claims = null
  }

  /** Ends the questions in conversations that people have taken. */
  const silence = async (): Promise<void> => {
    if (underWay.size === 0) return
    const had = await answerWithin(SILENT_MS, stillHad(db, [...underWay.keys()]))
    for (const [id, { abort }] of underWay) if (!had.has(id)) abort.abort()
  }

  const onBroken = () => underWay.forEach(({ abort }) => abort.abort())

  const begin = async (due: Due): Promise<void> => {
    const mine = claims?.broken() === false ? claims : await openClaims(server.pool, onBroken, { purpose: 'agent' })
    claims = mine
    if (rounds.stopped() || !(await mine.claim(due.conversation_id))) return
    const abort = new AbortController()
    underWay.set(due.conversation_id, { org_id: due.org_id, abort })
    const working = answerDue(server, due, pace, abort.signal)
      .catch((error: unknown) => {
        if (databaseAtFault(error)) log.warn({ err: error }, 'an AI agent waits for the database')
        else
          log.error(
            { err: error, conversation_id: due.conversation_id },
            'an AI agent’s turn failed; it is tried again',
          )
      })
      .then(() => (mine.broken() ? undefined : mine.release(due.conversation_id)))
      .catch((error: unknown) => log.warn({ err: error }, 'what an AI agent had claimed was not given back'))
      .finally(() => {
        underWay.delete(due.conversation_id)
        works.delete(working)
        closeUnused()
      })
    works.add(working)
  }

  const rounds = openRounds({ look, onRest: closeUnused, everyMs: pace.lookEveryMs, log, what: 'the AI agents’ work' })
  return {
    wake: rounds.wake,
    async stop() {
      const ended = rounds.stop()
      for (const { abort } of underWay.values()) abort.abort()
      await ended
      await Promise.race([Promise.all(works), sleep(STOP_MS, undefined, { ref: false })])
      claims?.break()
    },
  }
}

/** One conversation's turn, to its end: an answer, or the conversation goes to people with a reason. */
export async function answerDue(
  server: AgentResources,
  due: Due,
  pace: AgentPace = PACE,
  signal: AbortSignal = new AbortController().signal,
): Promise<void> {
  const write = (work: (tx: Tx) => Promise<Settled>): Promise<Settled> =>
    outlivingDeadlocks(() => server.db.transaction().execute(work)).catch((error: unknown) => {
      // Erased meanwhile, or in another one, which is due by itself.
      if (error instanceof Problem && /^conversation_(?:missing|merged)$/.test(error.details.reason ?? ''))
        return 'silenced'
      // Merged into another one, which has the conversation now.
      if (error instanceof Problem && error.details.reason === 'contact_missing') return 'stale'
      throw error
    })
  for (let anew = 0; ; anew++) {
    const begun = await beginTurn(server.db, due)
    const reading = begun && (await readConversation(server.db, { ...due, agent_id: begun.agent.agent_id }))
    if (!begun || !reading) return
    const settled = await takeTurn(server, begun, reading, { write, pace, signal, anew })
    if (settled === 'written') {
      server.live.wake()
      server.onAnswered?.()
    }
    if (settled !== 'stale') return
  }
}

interface Taking {
  write: (work: (tx: Tx) => Promise<Settled>) => Promise<Settled>
  pace: AgentPace
  signal: AbortSignal
  /** How often it was begun before. */
  anew: number
}

async function takeTurn(
  server: AgentResources,
  begun: BegunTurn,
  reading: Reading,
  { write, pace, signal, anew }: Taking,
): Promise<Settled> {
  const { provider_id } = begun.agent
  const reason = goesToPeople(begun, reading)
  if (reason !== null || provider_id === null)
    return write((tx) => settleHandOver(tx, begun, { reason: reason ?? 'no_provider', failed: reason === null }))
  if (reading.fresh.length === 0) return write((tx) => settleNothing(tx, begun, reading))
  const turn: Turn = { ...begun, agent: { ...begun.agent, provider_id } }
  if (anew === 0 && !signal.aborted) await showWriting(server, turn, reading)
  const again = setInterval(() => {
    if (!signal.aborted) void showWriting(server, turn, { newest: null })
  }, pace.writingMs).unref()
  const answer = await askForAnswer(server, turn.agent, turn.conversation_id, reading, signal).finally(() =>
    clearInterval(again),
  )
  if (answer.kind === 'cancelled') return 'silenced'
  if (answer.kind === 'answer')
    return write((tx) => settleAnswer(tx, turn, reading, answer, { onlyIfNewest: anew < pace.anew }))
  const { reason: why, later } = answer
  if (later && turn.failures < pace.retries)
    return write((tx) => putOff(tx, turn, why, pace.retryMs * (turn.failures + 1)))
  return write((tx) => settleHandOver(tx, turn, { reason: why, failed: true }))
}

/**
 * Has the customer see that the message was read and that an answer is written, as when a person does that. Nothing depends
 * on it, and an answer that is tried again shows at most the second.
 */
async function showWriting(server: AgentResources, turn: Turn, { newest }: Pick<Reading, 'newest'>): Promise<void> {
  const { agent, conversation_id, failures } = turn
  const actor = agentActor(agent)
  try {
    const writes = await server.db.transaction().execute((tx) => noteWriting(tx, actor, conversation_id))
    const reads = writes === null && failures === 0 && newest !== null
    const receipt = reads ? await findReceipt(server.db, actor, conversation_id, newest) : writes
    if (receipt) server.tellRead(receipt)
  } catch (error) {
    server.log.debug({ err: error, conversation_id }, 'a read receipt was not sent')
  }
}

/** Why people go on before anything is asked; null when the agent may answer. */
function goesToPeople({ answers, most_answers, hand_over_words }: BegunTurn, reading: Reading): ActReason | null {
  if (reading.colleagueWrote) return 'colleague_wrote'
  if (reading.windowEnded) return 'window_closed'
  if (reading.fresh.some(({ text }) => saysOneOf(text, hand_over_words))) return 'words'
  return answers >= most_answers && reading.fresh.length > 0 ? 'most_answers' : null
}

/** Whole words; in scripts without spaces wherever they stand. */
function saysOneOf(text: string, words: readonly string[]): boolean {
  const said = foldForSearch(text)
  return words.map(foldForSearch).some((word) => {
    if (word === '' || !said.includes(word)) return false
    if (
      !/^[\p{L}\p{N}].*[\p{L}\p{N}]$|^[\p{L}\p{N}]$/u.test(word) ||
      /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u.test(word)
    )
      return true
    const escaped = word.replace(/[.*+?^${}()|[\]\\]/gu, '\\$&')
    return new RegExp(`(?<![\\p{L}\\p{N}])${escaped}(?![\\p{L}\\p{N}])`, 'u').test(said)
  })
}
