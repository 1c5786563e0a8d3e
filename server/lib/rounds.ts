// Rounds: looking for what is to be done, whenever woken and every so often besides, one look at a time.
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyBaseLogger } from 'fastify'
import { databaseAtFault } from './http.ts'

export interface Rounds {
  /** Has it looked soon; what wakes it during a look is looked at after it. */
  wake(): void
  /** Whether it looks now. */
  looking(): boolean
  stopped(): boolean
  /** No look begins any more; waits for the one that is under way. */
  stop(): Promise<void>
}

export interface Round {
  /** One look. Answers true for another one at once. */
  look(): Promise<boolean | void>
  /** After the last look, until the next wake. */
  onRest?(): void
  /** Behind the wake-ups. */
  everyMs: number
  /** Looks begin at least so long after one another. */
  gatherMs?: number
  log: FastifyBaseLogger
  /** For the log: what waits while the database is away, such as "sending". */
  what: string
}

/** Looks at once for the first time. A look that fails is told to the log, and tried again with the next wake. */
export function openRounds({ look, onRest, everyMs, gatherMs = 0, log, what }: Round): Rounds {
  let under: Promise<void> | null = null
  let woken = false
  let stopped = false
  let lookedAt = -Infinity

  const go = async (): Promise<void> => {
    while (woken && !stopped) {
      if (gatherMs > 0) await sleep(Math.max(0, lookedAt + gatherMs - performance.now()))
      lookedAt = performance.now()
      woken = false
      try {
        if (await look()) woken = true
      } catch (error) {
        if (databaseAtFault(error)) log.warn({ err: error }, `${what} waits for the database`)
        else log.error({ err: error }, `${what} failed; it is tried again`)
        break
      }
    }
    under = null
    onRest?.()
  }

  const wake = (): void => {
    woken = true
    // A moment later, so that whoever opens the rounds has them when the first look begins.
    if (!stopped) under ??= Promise.resolve().then(go)
  }
  const timer = setInterval(wake, everyMs).unref()
  wake()
  return {
    wake,
    looking: () => under !== null,
    stopped: () => stopped,
    async stop() {
      stopped = true
      clearInterval(timer)
      await under
    },
  }
}
