// A tab that cannot share a stream with the others, because the browser has no locks over plain HTTP: it listens for
// itself, and only while somebody looks at it.
import type { Connection } from './connection.ts'
import type { StreamOptions, TabStream } from './sharing.ts'

/** Who goes to another tab for a moment comes back to an open stream. */
const UNSEEN_MS = 10_000

export function listenAlone(options: StreamOptions): TabStream {
  let { position } = options
  let connection: Connection | null = null
  let leaving: ReturnType<typeof setTimeout> | undefined

  const stop = (): void => {
    connection?.close()
    connection = null
  }
  const look = (): void => {
    clearTimeout(leaving)
    if (!options.isSeen()) {
      leaving = setTimeout(stop, UNSEEN_MS)
      return
    }
    if (connection) return connection.hurry()
    connection = options.connect({
      position,
      onTold: (told) => {
        position = told.position
        options.onTold(told.text, position)
      },
      onReset: (to) => {
        position = to
        options.onReset(to)
      },
      onPresence: options.onPresence,
      onEnded: options.onEnded,
      onLive: options.onLive,
    })
  }
  look()
  return {
    look,
    close() {
      clearTimeout(leaving)
      stop()
    },
  }
}
