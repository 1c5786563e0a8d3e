// Asks the classifier in its thread, which is begun when first needed and ended when nobody asked for a while: it takes memory.
import { stat } from 'node:fs'
import { Worker } from 'node:worker_threads'
import type { Judged } from './classifier.ts'
import type { CatalogTag } from './features.ts'
import type { LearnedBytes, LessonText } from './teaching.ts'
import type { Turn } from './text.ts'
import type { Overlap } from './overlaps.ts'
import type { Answer, Notice, Question, Reply } from './thread.ts'

/** What an organization's people taught. The thread has it loaded once for each key. */
export interface Kept {
  key: string
  /** In pages: copying all of a large catalog at once would hold others up. */
  load(): AsyncIterable<Omit<LearnedBytes, 'negatives'>[]>
}

/** Teaching a catalog; what was taken of it lives in the thread, so all of it fails when the thread does. */
export interface TeachingAsked {
  take(lessons: LessonText[]): Promise<(Uint8Array | null)[]>
  learn(place: number): Promise<LearnedBytes | null>
  end(): void
}

export interface Asking {
  /**
   * Which tags a transcript deserves, by the catalog and by what people taught; `meaning` says whether the embeddings helped.
   * Rejects when the thread fails or takes too long.
   */
  judge(
    tags: readonly CatalogTag[],
    turns: readonly Turn[],
    kept?: Kept | null,
  ): Promise<{ judged: Judged; meaning: boolean }>
  /** The same for what can wait: of such questions one is asked at a time, so that others wait for no more than one of them. */
  judgeInTurn(
    tags: readonly CatalogTag[],
    turns: readonly Turn[],
    kept?: Kept | null,
  ): Promise<{ judged: Judged; meaning: boolean }>
  /** Which tags of a catalog are alike, in turn as well. */
  compareInTurn(tags: readonly CatalogTag[]): Promise<{ overlaps: Overlap[]; meaning: boolean }>
  /** How many wait for their turn. */
  inTurn(): number
  stop(): Promise<void>
}

/** The classifier that can be taught as well as asked. */
export interface Pupil extends Asking {
  teach(tags: readonly CatalogTag[]): Promise<TeachingAsked>
}

const PACE = {
  /** For one conversation; loading the embeddings included. */
  silentMs: 60_000,
  idleMs: 5 * 60_000,
}

type Waiting = { resolve: (answer: Answer) => void; reject: (error: Error) => void; timer: NodeJS.Timeout }

/** A question without its number. */
type Asked = Question extends infer Q ? (Q extends Question ? Omit<Q, 'id'> : never) : never

export function openAsking(onNotice: (notice: string) => void, changes: Partial<typeof PACE> = {}): Pupil {
  const pace = { ...PACE, ...changes }
  let thread: Worker | null = null
  let idle: NodeJS.Timeout | null = null
  let next = 1
  let stopped = false
  const waiting = new Map<number, Waiting>()
  const teachings = new Set<number>()

  /** Ends a thread; what it has not answered is refused, and may be asked again. */
  const end = async (ended: Worker, error: Error): Promise<void> => {
    if (thread === ended) {
      thread = null
      for (const each of waiting.values()) {
        clearTimeout(each.timer)
        each.reject(error)
      }
      waiting.clear()
      teachings.clear()
    }
    await ended.terminate()
  }

  const begin = (): Worker => {
    // Node's own threads, which all of the process shares, have the priority of whoever needs them first: not of that thread.
    stat('.', () => {})
    const begun = new Worker(new URL('thread.ts', import.meta.url))
    begun.on('message', (message: Reply | Notice) => {
      if ('notice' in message) return onNotice(message.notice)
      const asked = waiting.get(message.id)
      if (asked === undefined) return
      waiting.delete(message.id)
      clearTimeout(asked.timer)
      if ('error' in message) asked.reject(new Error(message.error))
      else asked.resolve(message.answer)
    })
    begun.on('error', (error) => void end(begun, error instanceof Error ? error : new Error(String(error))))
    begun.on('exit', () => void end(begun, new Error('the classifier’s thread ended')))
    begun.unref()
    return begun
  }

  const rest = (): void => {
    if (idle !== null) clearTimeout(idle)
    idle = setTimeout(() => {
      if (thread !== null && waiting.size === 0 && teachings.size === 0)
        void end(thread, new Error('the classifier rests'))
    }, pace.idleMs).unref()
  }

  const ask = (question: Asked): Promise<Answer> => {
    if (stopped) return Promise.reject(new Error('the server stops'))
    const asked = (thread ??= begin())
    rest()
    return new Promise((resolve, reject) => {
      const id = next++
      const timer = setTimeout(() => void end(asked, new Error('the classifier did not answer in time')), pace.silentMs)
      waiting.set(id, { resolve, reject, timer })
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
      asked.postMessage({ id, ...question })
    })
  }

  const judge: Asking['judge'] = async (tags, turns, kept = null) => {
    const question: Asked = { ask: 'judge', tags: [...tags], turns: [...turns], learned: kept?.key ?? null }
    let answer = await ask(question)
    if (answer === 'not held' && kept !== null) {
      for await (const learned of kept.load()) await ask({ ask: 'hold', key: kept.key, learned, last: false })
      await ask({ ask: 'hold', key: kept.key, learned: [], last: true })
      answer = await ask(question)
    }
    return expected('judged', answer)
  }

  let last: Promise<unknown> = Promise.resolve()
  let patient = 0
  const inTurn = <A>(asked: () => Promise<A>): Promise<A> => {
    patient++
    const turn = last.then(asked).finally(() => patient--)
    last = turn.catch(() => {})
    return turn
  }

  return {
    judge,
    judgeInTurn: (tags, turns, kept) => inTurn(() => judge(tags, turns, kept)),
    compareInTurn: (tags) => inTurn(async () => expected('overlaps', await ask({ ask: 'compare', tags: [...tags] }))),
    inTurn: () => patient,
    async teach(tags) {
      const teaching = next++
      teachings.add(teaching)
      const alive = () => {
        if (!teachings.has(teaching)) throw new Error('the classifier’s thread ended while it was taught')
      }
      await ask({ ask: 'begin', teaching, tags: [...tags] })
      return {
        async take(lessons) {
          alive()
          return expected('vectors', await ask({ ask: 'take', teaching, lessons })).vectors
        },
        async learn(place) {
          alive()
          return expected('learned', await ask({ ask: 'learn', teaching, place })).learned
        },
        end() {
          if (teachings.delete(teaching)) ask({ ask: 'end', teaching }).catch(() => {})
        },
      }
    },
    async stop() {
      stopped = true
      if (idle !== null) clearTimeout(idle)
      if (thread !== null) await end(thread, new Error('the server stops'))
    },
  }
}

function expected<K extends string>(key: K, answer: Answer): Extract<Answer, Record<K, unknown>> {
  if (typeof answer === 'string' || !(key in answer))
    throw new Error(`the classifier answered something else than ${key}`)
  return answer as Extract<Answer, Record<K, unknown>>
}
