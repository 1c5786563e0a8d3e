// Asks the classifier in its thread, which is begun when first needed and ended when nobody asked for a while: it takes memory.
import { Worker } from 'node:worker_threads'
import type { Judged } from './classifier.ts'
import type { CatalogTag } from './features.ts'
import type { Turn } from './text.ts'
import type { Notice, Question, Reply } from './thread.ts'

export interface Asking {
  /** Which tags a transcript deserves; `meaning` says whether the embeddings helped. Rejects when the thread fails or takes too long. */
  judge(tags: readonly CatalogTag[], turns: readonly Turn[]): Promise<{ judged: Judged; meaning: boolean }>
  stop(): Promise<void>
}

const PACE = {
  /** For one conversation; loading the embeddings included. */
  silentMs: 60_000,
  idleMs: 5 * 60_000,
}

type Waiting = {
  resolve: (answer: { judged: Judged; meaning: boolean }) => void
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

  return {
    judge(tags, turns) {
      if (stopped) return Promise.reject(new Error('the server stops'))
      const asked = (thread ??= begin())
      rest()
      return new Promise((resolve, reject) => {
        const id = next++
        const timer = setTimeout(
          () => void end(asked, new Error('the classifier did not answer in time')),
          pace.silentMs,
        )
        waiting.set(id, { resolve, reject, timer })
        const question: Question = { id, tags: [...tags], turns: [...turns] }
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
        asked.postMessage(question)
      })
    },
    async stop() {
      stopped = true
      if (idle !== null) clearTimeout(idle)
      if (thread !== null) await end(thread, new Error('the server stops'))
    },
  }
}
