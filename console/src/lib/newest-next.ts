// Questions that follow one another faster than they are answered: one at a time, and then the newest.

export interface Question {
  /** Settles when it is answered, has failed, or was given up. */
  ended: Promise<unknown>
  giveUp: () => void
}

export interface NewestNext {
  /** Asks at once, or as soon as the question before has ended; what waited until now is dropped. */
  push: (ask: () => Question) => void
  /** Nothing waits any more. */
  drop: () => void
}

/** Overlapping questions would each take longer. Where the newest has waited for `patienceMs`, the one before is given up. */
export function newestNext(patienceMs: number): NewestNext {
  let asking: Question | null = null
  let waiting: (() => Question) | null = null
  let patience: ReturnType<typeof setTimeout> | undefined

  const drop = () => {
    waiting = null
    clearTimeout(patience)
    patience = undefined
  }

  const start = (ask: () => Question) => {
    asking = ask()
    const ended = () => {
      asking = null
      const next = waiting
      drop()
      if (next) start(next)
    }
    asking.ended.then(ended, ended)
  }

  return {
    push(ask) {
      if (asking === null) return start(ask)
      waiting = ask
      patience ??= setTimeout(() => asking?.giveUp(), patienceMs)
    },
    drop,
  }
}
