// The dispatcher: sends events to the endpoints that are told of them, each endpoint by one server at a time, and each contact's in order.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Server } from '../access/door.ts'
import { numberEvents } from '../events/sequencing.ts'
import { openBell, type Bell } from '../lib/bell.ts'
import { openClaims, type Claims } from '../lib/claims.ts'
import { writtenTogether } from '../lib/gathering.ts'
import { answerWithin, outlastingTheDatabase } from '../lib/http.ts'
import { openRounds } from '../lib/rounds.ts'
import { switchOffByItself } from './endpoints.ts'
import { forgetDispatch } from './forgetting.ts'
import {
  findDueEndpoints,
  findSendingEndpoint,
  hasEndpoints,
  putInLine,
  takeDispatches,
  type EndpointKey,
  type SendingEndpoint,
  type Taken,
} from './line.ts'
import { noteOutcomes, RETRYING, type Outcome } from './outcomes.ts'
import { isAccepted, post, TIMEOUT_MS, type Posted } from './posting.ts'
import { bodyOf, webhookId } from './signing.ts'

const PACE = {
  ...RETRYING,
  /** To one endpoint at once. */
  together: 16,
  timeoutMs: TIMEOUT_MS,
  /** Behind the wake-ups: what waits for its time, what happened, and what another server left. */
  lookEveryMs: 1000,
}
export type DispatchPace = typeof PACE

const SILENT_MS = 30_000
/** For what is under way when the server stops. */
const STOP_MS = 4000

export type DispatcherResources = Pick<Server, 'secretKey' | 'db' | 'pool' | 'log' | 'live' | 'outgoing'> & {
  /** What came of attempts. */
  onAttempts?: (outcome: 'accepted' | 'refused' | 'unanswered', count: number) => void
}

export interface Dispatcher {
  wake(): void
  stop(): Promise<void>
}

interface Sent extends Outcome {
  /** As it was when this was sent. */
  endpoint: SendingEndpoint
}

/** One endpoint that this process sends to. */
interface Line {
  key: EndpointKey
  claims: Claims
  bell: Bell
  /** Between being taken and written down: their contacts have to wait. */
  underWay: Set<number>
  /** Writes down what became of an event. What is not written down is sent once more, so the database is waited for. */
  note: (outcome: Sent) => Promise<void>
  /** Ends what is under way when the lock is lost: another server may send the same. */
  abort: AbortController
}

/** Sends whenever woken, and looks every second besides. */
export function openDispatcher(server: DispatcherResources, changes: Partial<DispatchPace> = {}): Dispatcher {
  const pace = { ...PACE, ...changes }
  const { db, log } = server
  const lines = new Map<string, Line>()
  const works = new Set<Promise<void>>()
  let claims: Claims | null = null

  const look = async (): Promise<boolean> => {
    if (!(await hasEndpoints(db))) return false
    const again = await answerWithin(SILENT_MS, numberEvents(db))
    for (const key of await answerWithin(SILENT_MS, findDueEndpoints(db))) {
      const line = lines.get(key.id)
      if (line) line.bell.ring()
      else await begin(key)
    }
    return again
  }

  const closeIdle = (): void => {
    if (lines.size > 0 || rounds.looking()) return
    claims?.close()
    claims = null
  }

  const onBroken = () => lines.forEach(({ abort }) => abort.abort())

  /** Takes an endpoint over, unless another process has it. */
  const begin = async (key: EndpointKey): Promise<void> => {
    const mine = claims?.broken() === false ? claims : await openClaims(server.pool, onBroken, { purpose: 'webhook' })
    claims = mine
    if (rounds.stopped() || !(await mine.claim(key.id))) return
    const line: Line = {
      key,
      claims: mine,
      bell: openBell(),
      underWay: new Set(),
      note: writtenTogether((outcomes: readonly Sent[]) =>
        outlastingTheDatabase(() => noteOutcomes(db, outcomes[0]!.endpoint, outcomes, pace), {
          everyMs: pace.lookEveryMs,
          isOver: rounds.stopped,
        }),
      ),
      abort: new AbortController(),
    }
    lines.set(key.id, line)
    const working = work(line)
      .catch((error: unknown) => {
        mine.break()
        log.warn({ err: error, endpoint_id: key.id }, 'sending to a webhook broke off; it begins again')
      })
      .finally(() => {
        line.abort.abort()
        lines.delete(key.id)
        works.delete(working)
        closeIdle()
      })
    works.add(working)
  }

  const work = async (line: Line): Promise<void> => {
    const { key, claims: mine, bell, underWay } = line
    for (;;) {
      bell.rang()
      const { endpoint, taken } = await take(line)
      for (const one of taken) void send(line, endpoint!, one)
      if (mine.broken()) throw new Error('The connection that holds the claims is closed.')
      if (underWay.size === 0 && !bell.rang()) break
      await bell.rest(pace.lookEveryMs)
    }
    await mine.release(key.id)
  }

  /** What is to be sent now, as far as there is room. */
  const take = async (line: Line): Promise<{ endpoint: SendingEndpoint | null; taken: Taken[] }> => {
    const { key, claims: mine, underWay } = line
    const none = { endpoint: null, taken: [] }
    if (rounds.stopped() || mine.broken()) return none
    const endpoint = await mine.run((on) => findSendingEndpoint(on, server.secretKey, key))
    if (endpoint === null || endpoint.paused) return none
    if (endpoint.secrets.length === 0) {
      await db.transaction().execute((tx) => switchOffByItself(tx, key, 'secret_lost'))
      server.live.wake()
      return none
    }
    // After failures only, one goes ahead to see.
    const room = (endpoint.failures >= pace.doubtedAfter ? 1 : pace.together) - underWay.size
    if (room <= 0) return none
    const due = () => mine.run((on) => takeDispatches(on, key, room, [...underWay]))
    let taken = await due()
    // Spans of the log without anything for this endpoint are gone through at once.
    for (let more = true; more && taken.length < room && !rounds.stopped(); taken = await due())
      more = await mine.run((on) => putInLine(on, key))
    return { endpoint, taken }
  }

  const send = async (line: Line, endpoint: SendingEndpoint, taken: Taken): Promise<void> => {
    line.underWay.add(taken.event_seq)
    try {
      const posted = await attempt(line, endpoint, taken)
      if (posted === null) return
      await line.note({ endpoint, taken, posted })
      // Only when it is written down what became of an event, the next of its contact goes.
      leave(line, taken.event_seq)
    } catch (error) {
      // It is sent again.
      log.error(
        { err: error, endpoint_id: endpoint.id, event_id: taken.event_seq },
        'an event could not be sent, or what became of it not be written down',
      )
      line.claims.break()
      line.bell.ring()
    }
  }

  /** Null when the event was erased, or nobody knows what came of it: then it is sent again. */
  const attempt = async (line: Line, endpoint: SendingEndpoint, taken: Taken): Promise<Posted | null> => {
    const { event, event_seq } = taken
    if (event === null) {
      await forgetDispatch(db, endpoint, event_seq)
      return leave(line, event_seq)
    }
    const message = { id: webhookId(endpoint.org_id, event), body: JSON.stringify(bodyOf(event)) }
    const posted = await post(server.outgoing, endpoint, message, {
      timeoutMs: pace.timeoutMs,
      signal: line.abort.signal,
    })
    if (line.abort.signal.aborted && posted.status === null) return leave(line, event_seq)
    server.onAttempts?.(isAccepted(posted) ? 'accepted' : posted.status === null ? 'unanswered' : 'refused', 1)
    return posted
  }

  const leave = ({ underWay, bell }: Line, eventSeq: number): null => {
    underWay.delete(eventSeq)
    bell.ring()
    return null
  }

  const rounds = openRounds({
    look,
    onRest: closeIdle,
    everyMs: pace.lookEveryMs,
    log,
    what: 'sending events to webhooks',
  })
  return {
    wake: rounds.wake,
    async stop() {
      const ended = rounds.stop()
      for (const { bell } of lines.values()) bell.ring()
      await ended
      await Promise.race([Promise.all(works), sleep(STOP_MS)])
      for (const { abort } of lines.values()) abort.abort()
      claims?.break()
    },
  }
}
