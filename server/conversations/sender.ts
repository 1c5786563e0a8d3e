// The sender: hands what waits in the outbox to Meta, each message once and in the order of writing, as fast as Meta lets it.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Server } from '../access/door.ts'
import {
  findSendingChannel,
  forgetPause,
  pauseAccount,
  pauseChannel,
  type SendingChannel,
} from '../channels/pausing.ts'
import { sendMessage, type GraphApi } from '../channels/whatsapp/client.ts'
import type { SendAnswer } from '../channels/whatsapp/send-answer.ts'
import { requestBody } from '../channels/whatsapp/sending.ts'
import { openClaims, type Claims } from '../lib/claims.ts'
import { writtenTogether } from '../lib/gathering.ts'
import { answerWithin, outlastingTheDatabase } from '../lib/http.ts'
import { openRounds } from '../lib/rounds.ts'
import { openLine, type Line } from './line.ts'
import { withUpload } from './sending-media.ts'
import {
  findOutboxes,
  giveBack,
  leaveUncertain,
  noteAccepted,
  noteEnd,
  putBack,
  takeMessages,
  type Accepted,
  type Outbox,
  type PutBack,
  type Taken,
} from './outbox.ts'

const PACE = {
  /** What Meta takes from one number. */
  perSecond: 80,
  /** To different contacts of one number, at once. */
  together: 20,
  /** After Meta took nothing: at first, doubled each time, and at most. */
  firstWaitMs: 1000,
  mostWaitMs: 5 * 60_000,
  /** After too many messages to one contact: Meta takes one in six seconds. */
  pairWaitMs: 6000,
  /** After a token was refused, unless there is another one sooner. */
  tokenWaitMs: 60_000,
  timeoutMs: 30_000,
  /** Behind the wake-ups: what waits for its time, and what another server left. */
  lookEveryMs: 1000,
  /** What is to be sent is taken at once; what is written or settled within so long after that is taken together. */
  gatherMs: 150,
  /** So long a number that nothing is wrong with is taken to be as it was read. */
  channelLastsMs: 1000,
  /** A number by which another server sends is not asked for again sooner. */
  takenForMs: 200,
}
export type Pace = typeof PACE

const SILENT_MS = 30_000
/** For what is under way when the server stops. */
const STOP_MS = 5000

export type SenderResources = Pick<
  Server,
  'config' | 'secretKey' | 'db' | 'pool' | 'log' | 'live' | 'outgoing' | 'testPhone'
> & {
  /** What came of handing over so many messages. */
  onOutcome?: (outcome: SendAnswer['outcome'], count: number) => void
  /** What came of telling a customer's phone that something was read, or that somebody writes. */
  onReceipt?: (what: 'read' | 'typing', outcome: 'taken' | 'refused') => void
}

export interface Sender {
  wake(): void
  stop(): Promise<void>
}

/** Sends whenever woken, and looks every second besides. */
export function openSender(server: SenderResources, changes: Partial<Pace> = {}): Sender {
  const pace = { ...PACE, ...changes }
  const { db, log } = server
  const lines = new Map<string, Line>()
  const works = new Set<Promise<void>>()
  /** Also of lines that are no more: an answer is waited for. */
  const underWay = new Map<string, { channelId: string; done: Promise<void> }>()
  /** How often in a row a number got nothing through. */
  const strikes = new Map<string, number>()
  /** Numbers by which another server sends: until when they are left to it. */
  const elsewhere = new Map<string, number>()
  const noteTogether = writtenTogether((accepted: readonly Accepted[]) => noteAccepted(db, accepted))
  const putBackTogether = writtenTogether((items: readonly PutBack[]) => putBack(db, items))
  let claims: Claims | null = null

  const waitAfter = (times: number) => Math.min(pace.mostWaitMs, pace.firstWaitMs * 2 ** Math.min(30, times - 1))

  const look = async (): Promise<void> => {
    for (const outbox of await answerWithin(SILENT_MS, findOutboxes(db))) {
      const line = lines.get(outbox.channel_id)
      if (line) line.bell.ring()
      else if (!((elsewhere.get(outbox.channel_id) ?? 0) > performance.now())) await begin(outbox)
    }
  }

  const closeIdle = (): void => {
    if (lines.size > 0 || rounds.looking()) return
    claims?.close()
    claims = null
  }

  /** Takes a number over, unless another process sends by it. */
  const begin = async (outbox: Outbox): Promise<void> => {
    const mine =
      claims?.broken() === false
        ? claims
        : await openClaims(server.pool, () => lines.forEach(({ bell }) => bell.ring()))
    claims = mine
    if (rounds.stopped()) return
    if (!(await mine.claim(outbox.channel_id))) return leave(outbox)
    elsewhere.delete(outbox.channel_id)
    const line = openLine(outbox, mine)
    lines.set(outbox.channel_id, line)
    const working = work(line)
      .catch((error: unknown) => {
        mine.break()
        log.warn({ err: error, channel_id: outbox.channel_id }, 'sending by a number broke off; it begins again')
      })
      .finally(() => {
        lines.delete(outbox.channel_id)
        works.delete(working)
        closeIdle()
      })
    works.add(working)
  }

  /** It is looked at again when the other may have done: what is written there meanwhile the other takes, or we do then. */
  const leave = ({ channel_id }: Outbox): void => {
    elsewhere.set(channel_id, performance.now() + pace.takenForMs)
    setTimeout(rounds.wake, pace.takenForMs).unref()
  }

  const underWayBy = ({ channel_id }: Outbox) => [...underWay].filter(([, { channelId }]) => channelId === channel_id)

  const work = async (line: Line): Promise<void> => {
    const { outbox, claims: mine } = line
    // The lock was free: what is being sent, and not by us, nobody sends any more.
    const ours = underWayBy(outbox).map(([messageId]) => messageId)
    const left = await mine.run((on) => leaveUncertain(on, outbox, ours))
    if (left > 0) {
      log.warn({ channel_id: outbox.channel_id, count: left }, 'messages that were being sent are uncertain now')
      server.onOutcome?.('uncertain', left)
      server.live.wake()
    }
    let nextAt = 0
    let takenAt = -Infinity
    for (;;) {
      await until(takenAt + pace.gatherMs)
      takenAt = performance.now()
      line.bell.rang()
      const { channel, taken, full } = await take(line)
      for (const message of taken) {
        // Evenly: what a pause left unused is not made up for.
        await until(nextAt)
        if (rounds.stopped() || line.paused || mine.broken()) {
          await untilWritten(() => giveBack(db, message))
          continue
        }
        nextAt = Math.max(nextAt, performance.now()) + 1000 / pace.perSecond
        deliver(channel!, line, message)
      }
      if (taken.length === 0 && underWayBy(outbox).length === 0 && !line.bell.rang()) break
      // There is no room, or nothing more to send now: until an answer comes, or somebody writes.
      if (full) await line.bell.rest(pace.lookEveryMs)
    }
    if (!mine.broken()) await mine.release(outbox.channel_id)
  }

  /** What is to be sent now, as far as there is room; full when asking again at once would bring nothing. */
  const take = async (line: Line) => {
    const { outbox, claims: mine, paused } = line
    const none = { channel: null, taken: [], full: true }
    if (rounds.stopped() || paused || mine.broken()) return none
    const channel = await channelOf(line)
    // After a refusal one goes ahead, to see.
    const room = (channel?.doubted ? 1 : pace.together) - underWayBy(outbox).length
    if (!channel || channel.paused || room <= 0) return none
    if (!channel.test && channel.access_token === null) {
      await pauseAccount(db, channel, { reason: 'token_missing', milliseconds: pace.tokenWaitMs })
      return none
    }
    const taken: Taken[] = await mine.run((on) => takeMessages(on, outbox, room))
    return { channel, taken, full: taken.length < room }
  }

  const channelOf = async (line: Line): Promise<SendingChannel | null> => {
    if (line.known && performance.now() - line.known.readAt < pace.channelLastsMs) return line.known.channel
    const { org_id: orgId, channel_id: channelId } = line.outbox
    const readAt = performance.now()
    const channel = await line.claims.run((on) => findSendingChannel(on, server.secretKey, orgId, channelId))
    line.known = channel && !channel.paused && !channel.doubted ? { channel, readAt } : null
    return channel
  }

  const deliver = (channel: SendingChannel, line: Line, taken: Taken): void => {
    const done = attempt(channel, taken)
      .then((answer) => {
        server.onOutcome?.(answer.outcome, 1)
        return untilWritten(() => note(channel, line, taken, answer))
      })
      .catch((error: unknown) =>
        log.error({ err: error, message_id: taken.message_id }, 'what became of a message was not written down'),
      )
      .finally(() => {
        underWay.delete(taken.message_id)
        line.bell.ring()
        server.live.wake()
      })
    underWay.set(taken.message_id, { channelId: taken.channel_id, done })
  }

  const attempt = async (channel: SendingChannel, taken: Taken): Promise<SendAnswer> => {
    const { message_id, recipient } = taken
    if (recipient === null) return { outcome: 'failed', code: null, said: NO_ADDRESS }
    const api = graphOf(server, channel)
    const ready = await withUpload(db, api, channel.phone_number_id, taken)
    if ('outcome' in ready) return ready as SendAnswer
    const body = requestBody(ready, recipient, message_id)
    return sendMessage(api, channel.phone_number_id, body, { timeoutMs: pace.timeoutMs })
  }

  /** What follows from an answer. */
  const note = async (channel: SendingChannel, line: Line, taken: Taken, answer: SendAnswer): Promise<void> => {
    const { outcome } = answer
    if (outcome === 'accepted') {
      await noteTogether({ taken, wa_message_id: answer.wa_message_id })
      if (line.paused) return
      strikes.delete(channel.id)
      if (channel.doubted) await forgetPause(db, channel)
      return
    }
    log.debug({ message_id: taken.message_id, ...answer }, 'a message was not taken')
    if (outcome === 'uncertain' || outcome === 'failed') return noteEnd(db, taken, outcome, answer)
    // By now WhatsApp takes no answer to what the customer wrote.
    if (taken.stale) return noteEnd(db, taken, 'failed', answer)
    let milliseconds = 0
    if (outcome === 'pair_limit') milliseconds = pace.pairWaitMs
    else if (outcome === 'retry') milliseconds = waitAfter(taken.attempts)
    else await pause(channel, line, outcome)
    await putBackTogether({ taken, code: answer.code, said: answer.said, milliseconds })
  }

  const pause = async (
    channel: SendingChannel,
    line: Line,
    reason: 'throttled' | 'unreachable' | 'token_refused',
  ): Promise<void> => {
    // Several that come back together are one refusal.
    const times = (strikes.get(channel.id) ?? 0) + (line.paused ? 0 : 1)
    strikes.set(channel.id, times)
    line.paused = true
    if (reason === 'token_refused') await pauseAccount(db, channel, { reason, milliseconds: pace.tokenWaitMs })
    else await pauseChannel(db, channel, { reason, milliseconds: waitAfter(Math.max(1, times)) })
  }

  /** An answer that is not written down would make the message uncertain, so the database is waited for. */
  const untilWritten = (writing: () => Promise<void>): Promise<void> =>
    outlastingTheDatabase(writing, { everyMs: pace.lookEveryMs, isOver: rounds.stopped })

  const rounds = openRounds({
    look,
    onRest: closeIdle,
    everyMs: pace.lookEveryMs,
    gatherMs: pace.gatherMs,
    log,
    what: 'sending',
  })
  return {
    wake: rounds.wake,
    async stop() {
      const ended = rounds.stop()
      for (const { bell } of lines.values()) bell.ring()
      await ended
      const last = [...works, ...[...underWay.values()].map(({ done }) => done)]
      await Promise.race([Promise.all(last), sleep(STOP_MS)])
      claims?.break()
    },
  }
}

const until = (moment: number): Promise<void> => sleep(Math.max(0, moment - performance.now()))

/** Where the number's messages go: to Meta, or to the test phone. */
export function graphOf({ config, outgoing, testPhone }: SenderResources, channel: SendingChannel): GraphApi {
  if (channel.test) return testPhone(channel.org_id)
  return { outgoing, graphApiUrl: config.graphApiUrl, accessToken: channel.access_token ?? '' }
}

const NO_ADDRESS = 'The contact has neither a phone number nor an id that this number’s portfolio knows them by.'
