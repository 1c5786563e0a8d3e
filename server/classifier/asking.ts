// Asks the classifier in its thread, which is begun when first needed and ended when nobody asked for a while: it takes memory.
import { Worker } from 'node:worker_threads'
import type { CatalogTag } from './features.ts'
import type { Turn } from './text.ts'
import type { Answered, Compared, Notice, Question, Reply } from './thread.ts'

export interface Asking {
  /** Which tags a transcript deserves; `meaning` says whether the embeddings helped. Rejects when the thread fails or takes too long. */
  judge(tags: readonly CatalogTag[], turns: readonly Turn[]): Promise<Answered>
  /** The same for what can wait: of such questions one is asked at a time, so that others wait for no more than one of them. */
  judgeInTurn(tags: readonly CatalogTag[], turns: readonly Turn[]): Promise<Answered>
  /** Which tags of a catalog are alike, in turn as well. */
  compareInTurn(tags: readonly CatalogTag[]): Promise<Compared>
  /** How many wait for their turn. */
  inTurn(): number
  stop(): Promise<void>
}

const PACE = {
  /** For one conversation; loading the embeddings included. */
  silentMs: 60_000,
  idleMs: 5 * 60_000,
}

type Waiting = {
  resolve: (answer: Answered | Compared) => void
  reject: (error: Error) => void
  timer: NodeJS.Timeout
}

export function openAsking(onNotice: (notice: string) => void, changes: Partial<typeof PACE> = {}): Asking {
  const pace = { ...PACE, ...changes }
  let thread: Worker | null = null
  let idle: NodeJS.Timeout | null = null
  let next = 1
  let stopped = false
  const waiting = new Map<number, Waiting>()

  /** Ends a thread; what it has not answered is refused, and may be asked again. */
  const end = async (ended: Worker, error: Error): Promise<void> => {
    if (thread === ended) {
      thread = null
      for (const each of waiting.values()) {
        clearTimeout(each.timer)
        each.reject(error)
      }
      waiting.clear()
    }
    await ended.terminate()
  }

  const begin = (): Worker => {
    const begun = new Worker(new URL('thread.ts', import.meta.url))
    begun.on('message', (message: Reply | Notice) => {
      if ('notice' in message) return onNotice(message.notice)
      const asked = waiting.get(message.id)
      if (asked === undefined) return
      waiting.delete(message.id)
      clearTimeout(asked.timer)
      if ('error' in message) asked.reject(new Error(message.error))
      else asked.resolve(message)
    })
    begun.on('error', (error) => void end(begun, error instanceof Error ? error : new Error(String(error))))
    begun.on('exit', () => void end(begun, new Error('the classifier’s thread ended')))
    begun.unref()
    return begun
  }

  const rest = (): void => {
    if (idle !== null) clearTimeout(idle)
    idle = setTimeout(() => {
      if (thread !== null && waiting.size === 0) void end(thread, new Error('the classifier rests'))
    }, pace.idleMs).unref()
  }

  const ask = <A extends Answered | Compared>(question: Omit<Question, 'id'>): Promise<A> => {
    if (stopped) return Promise.reject(new Error('the server stops'))
    const asked = (thread ??= begin())
    rest()
    return new Promise<A>((resolve, reject) => {
      const id = next++
      const timer = setTimeout(() => void end(asked, new Error('the classifier did not answer in time')), pace.silentMs)
      waiting.set(id, { resolve: (answer) => resolve(answer as A), reject, timer })
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
      asked.postMessage({ id, ...question } satisfies Question)
    })
  }

  let turns: Promise<unknown> = Promise.resolve()
  let patient = 0
  const askInTurn = <A extends Answered | Compared>(question: Omit<Question, 'id'>): Promise<A> => {
    patient++
    const turn = turns.then(() => ask<A>(question)).finally(() => patient--)
    turns = turn.catch(() => {})
    return turn
  }

  return {
    judge: (tags, turnsOf) => ask<Answered>({ tags: [...tags], turns: [...turnsOf] }),
    judgeInTurn: (tags, turnsOf) => askInTurn<Answered>({ tags: [...tags], turns: [...turnsOf] }),
    compareInTurn: (tags) => askInTurn<Compared>({ tags: [...tags] }),
    inTurn: () => patient,
    async stop() {
      stopped = true
      if (idle !== null) clearTimeout(idle)
      if (thread !== null) await end(thread, new Error('the server stops'))
    },
  }
}
