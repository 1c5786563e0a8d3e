// One live stream for all tabs of an organization: one of them listens, and tells the others.
import type { Connection, ConnectionOptions, Told } from './connection.ts'
import { standForElection } from './election.ts'

/** What the tabs say to each other. */
type Word =
  | ({ kind: 'told' } & Told)
  | { kind: 'reset'; position: number; to?: string }
  | { kind: 'ended' }
  | { kind: 'presence'; text: string }
  /** Of the tab that listens: after each change of it, and to whoever asks. */
  | { kind: 'state'; live: boolean; seen: boolean; position: number }
  /** Who has just come, or has missed something, asks for what came after its position. */
  | { kind: 'ask'; from: string; position: number }

export interface Channel {
  postMessage: (word: unknown) => void
  addEventListener: (type: 'message', listener: (event: MessageEvent) => void) => void
  close: () => void
}

export interface StreamOptions {
  /** Up to where this tab has seen everything. */
  position: number
  isSeen: () => boolean
  connect: (
    options: Pick<ConnectionOptions, 'position' | 'onTold' | 'onReset' | 'onPresence' | 'onEnded' | 'onLive'>,
  ) => Connection
  /** A LiveMessage as JSON: what happened up to a position. */
  onTold: (text: string, position: number) => void
  onReset: (position: number) => void
  /** Who is there, as JSON. */
  onPresence: (text: string) => void
  onEnded: () => void
  onLive: (live: boolean) => void
}

export interface SharingOptions extends StreamOptions {
  /** The same for all tabs that share. */
  name: string
  locks: Pick<LockManager, 'request'>
  openChannel: (name: string) => Channel
}

export interface TabStream {
  /** The tab came into sight or went out of it, or the network is there again. */
  look: () => void
  close: () => void
}

/** A tab in sight asks so often whether somebody listens, and takes over when there is no answer within the time. */
const ASK_EVERY_MS = 15_000
const ANSWER_MS = 3_000
/** It takes over too when the stream is down in a tab out of sight, where the browser slows everything, for so long. */
const DOWN_MS = 4_000
/** What is kept for tabs that missed it, in characters. */
const MOST_KEPT = 500_000

/** This tab's end of the stream that it shares with the others; it listens for them while it is the one elected. */
export function shareStream(options: SharingOptions): TabStream {
  const { isSeen } = options
  const me = `${Date.now()}-${Math.random()}`
  let { position } = options
  let connection: Connection | null = null
  let live = false
  /** What the stream told last of who is there, for tabs that come later. */
  let presence: string | null = null
  let closed = false
  const kept = keepLast(MOST_KEPT)
  const timers = createTimers()
  const channel = options.openChannel(options.name)
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel has no other origin
  const say = (word: Word): void => channel.postMessage(word)
  const sayState = (): void => say({ kind: 'state', live, seen: isSeen(), position })

  const take = (told: Told): void => {
    kept.add(told)
    if (told.position <= position) return
    // Something was missed: it comes again, in its order, with the answer.
    if (told.before > position) return ask()
    position = told.position
    options.onTold(told.text, position)
  }
  const reset = (to: number): void => {
    kept.clear()
    position = to
    options.onReset(to)
  }
  const setLive = (now: boolean): void => {
    live = now
    options.onLive(now)
  }

  const sayPresence = (): void => {
    if (presence !== null) say({ kind: 'presence', text: presence })
  }

  const election = standForElection(options.locks, options.name, {
    onElected() {
      timers.clearAll()
      connection = options.connect({
        position,
        onTold: (told) => {
          take(told)
          say({ kind: 'told', ...told })
        },
        onReset: (to) => {
          reset(to)
          say({ kind: 'reset', position: to })
        },
        onPresence: (text) => {
          presence = text
          options.onPresence(text)
          sayPresence()
        },
        onEnded: () => {
          options.onEnded()
          say({ kind: 'ended' })
        },
        onLive: (now) => {
          setLive(now)
          sayState()
        },
      })
      setLive(false)
      sayState()
    },
    onDeposed() {
      connection?.close()
      connection = null
      ask()
    },
  })

  const takeOver = (): void => {
    setLive(false)
    election.takeOver()
  }
  const ask = (): void => {
    if (connection) return
    say({ kind: 'ask', from: me, position })
    if (!isSeen()) return
    if (!timers.isSet('answer')) timers.set('answer', ANSWER_MS, takeOver)
    timers.set('ask', ASK_EVERY_MS, ask)
  }

  const answer = ({ from, position: theirs }: Word & { kind: 'ask' }): void => {
    sayState()
    sayPresence()
    if (theirs >= position) return
    const missed = kept.after(theirs)
    if (missed) for (const told of missed) say({ kind: 'told', ...told })
    else say({ kind: 'reset', position, to: from })
  }
  const hearState = (state: Word & { kind: 'state' }): void => {
    timers.clear('answer')
    setLive(state.live)
    if (state.position > position) ask()
    if (state.live || state.seen) timers.clear('down')
    else if (isSeen() && !timers.isSet('down')) timers.set('down', DOWN_MS, takeOver)
  }

  const hear = (word: Word): void => {
    if (word.kind === 'ask') {
      if (connection) answer(word)
    } else if (connection) {
      // Of a tab that does not know yet that this one took over. It does not hurt: positions tell what is new.
      if (word.kind === 'told') take(word)
    } else if (word.kind === 'told') take(word)
    else if (word.kind === 'reset') {
      if (word.to === undefined || word.to === me) reset(word.position)
    } else if (word.kind === 'presence') options.onPresence(word.text)
    else if (word.kind === 'ended') options.onEnded()
    else hearState(word)
  }
  channel.addEventListener('message', ({ data }) => {
    if (!closed) hear(data as Word)
  })
  ask()

  return {
    look() {
      if (connection) {
        if (isSeen()) connection.hurry()
        sayState()
      } else ask()
    },
    close() {
      timers.clearAll()
      closed = true
      connection?.close()
      connection = null
      election.close()
      channel.close()
    },
  }
}

/** Keeps what was told last, without a gap, up to so many characters. */
function keepLast(most: number) {
  let list: Told[] = []
  let size = 0
  const clear = () => {
    list = []
    size = 0
  }
  return {
    clear,
    add(told: Told) {
      const last = list.at(-1)
      if (last && told.position <= last.position) return
      if (last && told.before !== last.position) clear()
      list.push(told)
      size += told.text.length
      while (size > most && list.length > 1) size -= list.shift()!.text.length
    },
    /** All that came after a position, or null when some of it is kept no more. */
    after: (position: number): Told[] | null =>
      list[0] && list[0].before <= position ? list.filter((told) => told.position > position) : null,
  }
}

type Waiting = 'answer' | 'ask' | 'down'

function createTimers() {
  const timers = new Map<Waiting, ReturnType<typeof setTimeout>>()
  const clear = (what: Waiting) => {
    clearTimeout(timers.get(what))
    timers.delete(what)
  }
  return {
    clear,
    isSet: (what: Waiting) => timers.has(what),
    set(what: Waiting, milliseconds: number, act: () => void) {
      clear(what)
      timers.set(
        what,
        setTimeout(() => {
          timers.delete(what)
          act()
        }, milliseconds),
      )
    },
    clearAll() {
      for (const what of timers.keys()) clear(what)
    },
  }
}
