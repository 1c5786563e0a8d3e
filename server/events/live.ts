// Live screens: one look at the database for all streams of this server, and the streams themselves.
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyBaseLogger } from 'fastify'
import { prepared, type Db } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import { openPresences, type Presences } from '../presence/telling.ts'
import { readChanges } from './reading.ts'
import type { LiveMessage } from './schema.ts'
import { numberEvents, positionOf, positionsOf } from './sequencing.ts'

/** A write is told at once; what is written within so long after that was told waits, and is told together. */
const GATHER_MS = 40
/** A look that took long is followed by a rest of so many times that: when there is much to do, looking leaves most of it to others. */
const REST_SHARE = 3
/** Behind the wake-ups: what other servers wrote is found by looking. With nobody listening, only the order is kept. */
const LOOK_EVERY_MS = 500
const LOOK_IDLE_MS = 15_000
const BEAT_MS = 20_000
/** A client that does not read is cut off when so much waits for it; it comes again and catches up. */
const MOST_WAITING_BYTES = 1 << 20
const MOST_STREAMS = 20

export interface StreamRequest {
  orgId: string
  userId: string
  /** The position to go on from; null for now. */
  after: number | null
  /** Whether the person may still listen; asked at every beat, and when people of the organization changed. */
  stillAllowed(): Promise<boolean>
}

export interface Live {
  /** Something was written: it is told at once, or within some 50 ms together with what follows it. */
  wake(): void
  /**
   * Opens a stream of server-sent events. All that is committed after `after` comes, in one order, whatever server wrote
   * it and however late; or a reset, when that is too much or is there no more. Refuses a person's twenty-first.
   */
  open(request: StreamRequest): Promise<Readable>
  /** How many streams are open. */
  streams(): number
  /** Ends all streams; their clients come again. */
  stop(): void
}

interface Stream extends StreamRequest {
  out: Readable
  position: number
  /** Has caught up, and is told what is new. */
  joined: boolean
  /** What it was told last of who is there. */
  presence: string | null
}

/** The streams of one organization, and up to where they are told. */
interface Tail {
  position: number
  streams: Set<Stream>
}

export function openLive({ db, log, beatMs = BEAT_MS }: { db: Db; log: FastifyBaseLogger; beatMs?: number }): Live {
  const streams = new Set<Stream>()
  const tails = new Map<string, Tail>()
  const presences = openPresences(db)
  let stopped = false
  let woken = false
  let onWake = () => {}

  /** Answers early when woken. */
  const wakeWithin = async (milliseconds: number): Promise<void> => {
    if (!woken) {
      const { promise, resolve } = Promise.withResolvers<void>()
      onWake = resolve
      const timer = setTimeout(resolve, milliseconds).unref()
      await promise
      clearTimeout(timer)
    }
    woken = false
  }
  const wake = () => {
    woken = true
    onWake()
  }

  const work = async (): Promise<void> => {
    let restsUntil = 0
    let away = false
    while (!stopped) {
      await wakeWithin(streams.size > 0 ? LOOK_EVERY_MS : LOOK_IDLE_MS)
      const rest = restsUntil - performance.now()
      if (rest > 0) await sleep(rest, undefined, { ref: false })
      if (stopped) break
      woken = false
      const began = performance.now()
      try {
        if (await numberEvents(db)) woken = true
        for (const stream of await tellChanges(db, tails)) void checkAllowed(stream)
        await tellPresence(presences, tails)
        away = false
      } catch (error) {
        if (!away && !stopped) log.warn({ err: error }, 'live screens wait for the database')
        away = true
      }
      const ended = performance.now()
      restsUntil = ended + Math.max(GATHER_MS, REST_SHARE * (ended - began))
    }
  }
  void work()

  const beat = (stream: Stream): Promise<void> => {
    write(stream, ': still here\n\n')
    return checkAllowed(stream)
  }
  const checkAllowed = async (stream: Stream): Promise<void> => {
    try {
      if (!(await stream.stillAllowed())) end(stream, 'event: end\ndata: {}\n\n')
    } catch (error) {
      // Whether they may is asked again at the next beat.
      log.debug({ err: error }, 'a session could not be checked')
    }
  }
  const beating = setInterval(() => {
    for (const stream of streams) void beat(stream)
  }, beatMs).unref()

  /** Brings a stream to where the others of its organization are, and has it told what is new. */
  const join = async (stream: Stream, tail: Tail): Promise<void> => {
    try {
      while (stream.position < tail.position && !stream.out.destroyed) {
        const span = { after: stream.position, upTo: tail.position }
        tell(stream, frame(await readChanges(db, stream.orgId, { ...span, whole: true }), span.upTo), span.upTo)
      }
      stream.joined = true
    } catch (error) {
      log.warn({ err: error }, 'a live stream could not catch up; its client tries again')
      stream.out.destroy()
    }
  }

  return {
    wake() {
      if (streams.size > 0) wake()
    },

    async open(request) {
      const { orgId, userId, after } = request
      if ([...streams].filter((each) => each.userId === userId).length >= MOST_STREAMS) {
        throw new Problem(
          'too_many',
          `You have Earmark open in ${MOST_STREAMS} browsers or windows. Close some of them to see changes here as they happen.`,
          { reason: 'too_many_streams', data: { most: MOST_STREAMS }, retryAfterSeconds: 60 },
        )
      }
      const out = new Readable({ read() {} })
      const stream: Stream = { ...request, out, position: 0, joined: false, presence: null }
      streams.add(stream)
      out.on('error', () => {})
      out.on('close', () => {
        streams.delete(stream)
        const left = tails.get(orgId)
        left?.streams.delete(stream)
        if (left?.streams.size === 0) tails.delete(orgId)
      })
      let head: number
      try {
        head = await positionOf(db, orgId)
        if (stopped)
          throw new Problem('unavailable', 'The server is stopping. Try again in a moment.', { reason: 'stopping' })
      } catch (error) {
        out.destroy()
        throw error
      }
      if (out.destroyed) return out
      const tail = tails.get(orgId) ?? { position: head, streams: new Set() }
      tails.set(orgId, tail)
      tail.streams.add(stream)
      // Greater than what there is: the database was put back to an earlier state.
      const lost = after !== null && after > Math.max(head, tail.position)
      stream.position = after === null || lost ? Math.max(head, tail.position) : after
      write(stream, `event: ready\nid: ${stream.position}\ndata: {"position":${stream.position}}\n\n`)
      if (lost) write(stream, frame(null, stream.position))
      void join(stream, tail)
      wake()
      return out
    },

    streams: () => streams.size,

    stop() {
      stopped = true
      clearInterval(beating)
      onWake()
      for (const stream of streams) end(stream, '')
    },
  }
}

/**
 * Tells the streams of every organization what has got a number since they were told last. Answers those whose people
 * changed: some of them may not listen any more.
 */
async function tellChanges(db: Db, tails: ReadonlyMap<string, Tail>): Promise<Stream[]> {
  const doubtful: Stream[] = []
  if (tails.size === 0) return doubtful
  for (const [orgId, head] of await positionsOf(db, [...tails.keys()])) {
    const tail = tails.get(orgId)
    if (!tail || head <= tail.position) continue
    const message = await readChanges(prepared(db), orgId, { after: tail.position, upTo: head, whole: false })
    // The bytes are made once for all.
    const bytes = Buffer.from(frame(message, head))
    tail.position = head
    for (const stream of tail.streams) if (stream.joined) tell(stream, bytes, head)
    if (message === null || message.changes.some((change) => change.kind === 'people.changed'))
      doubtful.push(...tail.streams)
  }
  return doubtful
}

/** Tells each stream who is there, where that is not what it was told last. It is no event: it has no position, and is not missed. */
async function tellPresence(presences: Presences, tails: ReadonlyMap<string, Tail>): Promise<void> {
  await presences.read([...tails.keys()])
  for (const [orgId, { streams }] of tails) {
    for (const stream of streams) {
      const told = presences.toldTo(orgId, stream.userId)
      if (told === null || told === stream.presence) continue
      stream.presence = told
      write(stream, `event: presence\ndata: ${told}\n\n`)
    }
  }
}

const frame = (message: LiveMessage | null, position: number): string =>
  message === null
    ? `event: reset\nid: ${position}\ndata: {}\n\n`
    : `id: ${position}\ndata: ${JSON.stringify(message)}\n\n`

function tell(stream: Stream, text: string | Buffer, position: number): void {
  if (position <= stream.position) return
  stream.position = position
  write(stream, text)
}

function write({ out }: Stream, text: string | Buffer): void {
  if (out.destroyed || out.readableEnded) return
  out.push(text)
  if (out.readableLength > MOST_WAITING_BYTES) out.destroy()
}

function end({ out }: Stream, text: string): void {
  if (out.destroyed) return
  if (text !== '') out.push(text)
  out.push(null)
}
