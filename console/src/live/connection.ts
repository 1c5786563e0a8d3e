// One live stream to the server, kept open: reconnected with growing pauses, and going on from where it was.
import { isProblem } from '../lib/api.ts'
import { readEvents, type StreamEvent } from '../lib/event-stream.ts'

/** What the stream said between two positions; `text` is a LiveMessage as JSON. */
export interface Told {
  before: number
  position: number
  text: string
}

export interface ConnectionOptions {
  /** From where to go on. */
  position: number
  /** Opens the stream; throws an ApiProblem when it is refused or there is no answer. */
  connect: (after: number, signal: AbortSignal) => Promise<Response>
  /** Whether it may stay open, or null: then it looks in now and then, so that other calls get a connection. */
  takeSlot: () => Promise<(() => void) | null>
  onTold: (told: Told) => void
  /** Who is there, as JSON: of the moment, and without a position. */
  onPresence: (text: string) => void
  /** Too much happened to be told: everything shown is to be read again. */
  onReset: (position: number) => void
  /** The session has ended; it is tried again now and then, for whoever signs in elsewhere. */
  onEnded: () => void
  /** Whether what happens is told as it happens. */
  onLive: (live: boolean) => void
}

export interface Connection {
  /** The network is there again, or somebody looks: no pause is waited out, and a silent stream is opened anew. */
  hurry: () => void
  close: () => void
}

const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 10_000
const ENDED_PAUSE_MS = 60_000
/** The server gives a sign of life every 20 seconds. */
const SILENT_MS = 45_000
const SUSPECT_MS = 22_000
/** A stream that held so long is not the fault of what breaks streams at once. */
const HELD_MS = 10_000
const LOOK_MS = 2_000
const BETWEEN_LOOKS_MS = 8_000

type Outcome = 'broken' | 'ended' | 'looked'

export function openConnection(options: ConnectionOptions): Connection {
  let { position } = options
  let closed = false
  let failures = 0
  let attempt = new AbortController()
  let heardAt = 0
  let endPause: (() => void) | null = null

  const onEvent = ({ type, id, data }: StreamEvent, end: (outcome: Outcome) => void): void => {
    const at = /^\d+$/.test(id) ? Number(id) : null
    if (type === 'ready') options.onLive(true)
    else if (type === 'end') end('ended')
    else if (type === 'presence') options.onPresence(data)
    else if (type === 'reset' && at !== null) {
      position = at
      options.onReset(at)
    } else if (type === 'message' && at !== null && at > position) {
      const told = { before: position, position: at, text: data }
      position = at
      options.onTold(told)
    }
  }

  const listenOnce = async (signal: AbortSignal): Promise<Outcome> => {
    const giveBack = await options.takeSlot()
    let outcome: Outcome = 'broken'
    let looking: ReturnType<typeof setTimeout> | undefined
    const end = (as: Outcome) => {
      outcome = as
      attempt.abort()
    }
    const watch = setInterval(() => {
      if (Date.now() - heardAt > SILENT_MS) attempt.abort()
    }, 5000)
    try {
      if (signal.aborted) return outcome
      heardAt = Date.now()
      const response = await options.connect(position, signal)
      if (giveBack === null) looking = setTimeout(() => end('looked'), LOOK_MS)
      await readEvents(response.body!, {
        onEvent: (event) => onEvent(event, end),
        onBytes: () => {
          heardAt = Date.now()
        },
      })
    } catch (error) {
      // The session is over, or this organization is no longer the person's. Anything else may pass.
      if ([401, 403, 404].some((status) => isProblem(error, status))) outcome = 'ended'
    } finally {
      clearInterval(watch)
      clearTimeout(looking)
      giveBack?.()
    }
    return outcome
  }

  const run = async (): Promise<void> => {
    while (!closed) {
      attempt = new AbortController()
      const began = Date.now()
      // oxlint-disable-next-line no-await-in-loop -- one stream at a time
      const outcome = await listenOnce(attempt.signal)
      if (closed) return
      if (outcome === 'looked') {
        failures = 0
        // oxlint-disable-next-line no-await-in-loop
        await pause(BETWEEN_LOOKS_MS)
        continue
      }
      options.onLive(false)
      if (outcome === 'ended') options.onEnded()
      failures = Date.now() - began > HELD_MS ? 0 : failures + 1
      const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures)
      // oxlint-disable-next-line no-await-in-loop
      await pause(outcome === 'ended' ? ENDED_PAUSE_MS : longest * (0.5 + Math.random() / 2))
    }
  }

  const pause = (milliseconds: number): Promise<void> =>
    new Promise((resolve) => {
      endPause = () => {
        clearTimeout(timer)
        endPause = null
        resolve()
      }
      const timer = setTimeout(endPause, milliseconds)
    })

  void run()
  return {
    hurry() {
      if (endPause) {
        // With many signs at once, such as `online` and the return to the tab, one attempt is enough.
        failures = Math.min(failures, 1)
        endPause()
      } else if (Date.now() - heardAt > SUSPECT_MS) attempt.abort()
    },
    close() {
      closed = true
      attempt.abort()
      endPause?.()
    },
  }
}
