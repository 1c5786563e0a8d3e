// Which tab does something for all of them: whoever holds a lock of the browser, and when it goes the next in turn.

export interface Election {
  /** Takes the place of a tab that does not answer. */
  takeOver: () => void
  /** Lets the next one do it. */
  close: () => void
}

export function standForElection(
  locks: Pick<LockManager, 'request'>,
  name: string,
  { onElected, onDeposed }: { onElected: () => void; onDeposed: () => void },
): Election {
  let closed = false
  let waiting = new AbortController()
  let resign: (() => void) | null = null

  const stand = (how: 'in turn' | 'at once'): void => {
    waiting.abort()
    waiting = new AbortController()
    let elected = false
    const holding = locks.request(name, how === 'at once' ? { steal: true } : { signal: waiting.signal }, () => {
      if (closed) return
      elected = true
      return new Promise<void>((resolve) => {
        resign = resolve
        onElected()
      })
    })
    holding.catch(() => {
      // Not wanted any more, or another tab took over.
      if (!elected) return
      resign = null
      onDeposed()
      if (!closed) stand('in turn')
    })
  }
  stand('in turn')

  return {
    takeOver() {
      if (!resign && !closed) stand('at once')
    },
    close() {
      closed = true
      waiting.abort()
      resign?.()
      resign = null
    },
  }
}
