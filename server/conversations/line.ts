// A line: one number that this process sends by, and when it is woken.
import type { Claims } from './claims.ts'
import type { Outbox } from './outbox.ts'

export interface Line {
  outbox: Outbox
  claims: Claims
  /** Nothing more is taken: Meta wants to be left alone. */
  paused: boolean
  wake(): void
  /** Whether it was woken since it was asked last. */
  woken(): boolean
  /** Until woken, or so long. */
  rest(milliseconds: number): Promise<void>
}

export function openLine(outbox: Outbox, claims: Claims): Line {
  let woken = false
  let onWake = () => {}
  return {
    outbox,
    claims,
    paused: false,
    wake() {
      woken = true
      onWake()
    },
    woken() {
      const was = woken
      woken = false
      return was
    },
    async rest(milliseconds) {
      if (woken) return
      const { promise, resolve } = Promise.withResolvers<void>()
      onWake = resolve
      const timer = setTimeout(resolve, milliseconds)
      await promise
      clearTimeout(timer)
    },
  }
}
