// A bell for a loop that works until nothing is left, and rests until there may be more.

export interface Bell {
  ring(): void
  /** Whether it rang since this was asked last. */
  rang(): boolean
  /** Until it rings, or so long; not at all when it rang already. */
  rest(milliseconds: number): Promise<void>
}

export function openBell(): Bell {
  let rung = false
  let onRing = () => {}
  return {
    ring() {
      rung = true
      onRing()
    },
    rang() {
      const was = rung
      rung = false
      return was
    },
    async rest(milliseconds) {
      if (rung) return
      const { promise, resolve } = Promise.withResolvers<void>()
      onRing = resolve
      const timer = setTimeout(resolve, milliseconds)
      await promise
      clearTimeout(timer)
    },
  }
}
