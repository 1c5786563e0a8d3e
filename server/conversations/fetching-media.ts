// Fetches the files of messages from WhatsApp into the database, each once, however many servers there are.
import { findSendingChannel, type SendingChannel } from '../channels/pausing.ts'
import type { Server } from '../access/door.ts'
import type { GraphApi } from '../channels/whatsapp/client.ts'
import { fetchMedia, type FetchAnswer } from '../channels/whatsapp/media-client.ts'
import { openClaims, type Claims } from '../lib/claims.ts'
import { answerWithin } from '../lib/http.ts'
import { openRounds } from '../lib/rounds.ts'
import { CHUNK_BYTES, findDueMedia, noteStored, noteTrouble, storeChunk, takeMedia, type TakenMedia } from './media.ts'

const PACE = {
  together: 4,
  firstWaitMs: 1000,
  mostWaitMs: 60 * 60_000,
  /** For another token, which may be entered any time. */
  mostTokenWaitMs: 5 * 60_000,
  giveUpMs: 7 * 24 * 60 * 60_000,
  mostBytes: 100 * 1000 * 1000,
  /** For one file. */
  timeoutMs: 10 * 60_000,
  /** Behind the wake-ups: what waits for its time, and what another server left. */
  lookEveryMs: 5000,
}
export type FetchPace = typeof PACE

const SILENT_MS = 30_000
/** What will not be otherwise another time. */
const FINAL = new Set<FetchAnswer['outcome']>(['gone', 'address_private', 'too_large'])

export type FetcherResources = Pick<Server, 'config' | 'secretKey' | 'db' | 'pool' | 'log' | 'live' | 'outgoing'> & {
  /** In place of Meta, for the test phone's number of this organization. */
  testPhone?: (orgId: string) => GraphApi
}

export interface MediaFetcher {
  wake(): void
  /** Leaves what is under way: it is fetched anew by whoever comes next. */
  stop(): Promise<void>
}

/** A file that nobody wants any more: its message was erased, or the lock on it is lost. */
class AbandonedError extends Error {}

/** Fetches whenever woken, and looks every few seconds besides. */
export function openMediaFetcher(server: FetcherResources, changes: Partial<FetchPace> = {}): MediaFetcher {
  const pace = { ...PACE, ...changes }
  const { db, log } = server
  const underWay = new Map<string, Promise<void>>()
  let claims: Claims | null = null

  const look = async (): Promise<void> => {
    if (underWay.size >= pace.together) return
    for (const due of await answerWithin(SILENT_MS, findDueMedia(db, [...underWay.keys()]))) {
      if (rounds.stopped() || underWay.size >= pace.together) break
      await begin(due)
    }
  }

  const closeIdle = (): void => {
    if (underWay.size > 0 || rounds.looking()) return
    claims?.close()
    claims = null
  }

  const begin = async ({ org_id, id }: { org_id: string; id: string }): Promise<void> => {
    const mine = claims?.broken() === false ? claims : await openClaims(server.pool, () => {}, { purpose: 'fetch' })
    claims = mine
    if (rounds.stopped() || !(await mine.claim(id))) return
    const done = fetchOne(mine, org_id, id)
      .catch((error: unknown) => {
        if (!(error instanceof AbandonedError))
          log.warn({ err: error, media_id: id }, 'fetching a file broke off; it begins again')
      })
      .then(() => (mine.broken() ? undefined : mine.release(id)))
      .catch((error: unknown) => log.warn({ err: error }, 'the lock on a file was lost'))
      .finally(() => {
        underWay.delete(id)
        rounds.wake()
      })
    underWay.set(id, done)
  }

  const fetchOne = async (mine: Claims, orgId: string, id: string): Promise<void> => {
    const taken = await mine.run((on) => takeMedia(on, orgId, id))
    if (!taken) return
    const channel = await mine.run((on) => findSendingChannel(on, server.secretKey, orgId, taken.channel_id))
    if (!channel) return
    const api = graphFor(channel)
    if (api === null) return note(taken, 'token_missing')
    const pieces = storePieces(mine, taken)
    const answer = await fetchMedia(api, channel.phone_number_id, taken.wa_media_id, {
      mostBytes: pace.mostBytes,
      timeoutMs: pace.timeoutMs,
      onBytes: pieces.add,
    })
    if (answer.outcome === 'fetched') {
      await pieces.end()
      await noteStored(db, taken, answer)
      server.live.wake()
      return
    }
    log.info({ media_id: id, attempts: taken.attempts, ...answer }, 'a file could not be fetched')
    await note(taken, answer.outcome)
  }

  const graphFor = (channel: SendingChannel): GraphApi | null => {
    if (channel.test && server.testPhone) return server.testPhone(channel.org_id)
    if (channel.access_token === null) return null
    return { outgoing: server.outgoing, graphApiUrl: server.config.graphApiUrl, accessToken: channel.access_token }
  }

  /** Gathers what comes into pieces of one size; no more than that is in memory. */
  const storePieces = (mine: Claims, taken: TakenMedia) => {
    let parts: Buffer[] = []
    let gathered = 0
    let n = 0
    const write = async (bytes: Buffer) => {
      if (rounds.stopped() || mine.broken() || !(await mine.run((on) => storeChunk(on, taken, n++, bytes))))
        throw new AbandonedError()
    }
    return {
      async add(bytes: Buffer) {
        parts.push(bytes)
        gathered += bytes.length
        if (gathered < CHUNK_BYTES) return
        let rest = Buffer.concat(parts)
        for (; rest.length >= CHUNK_BYTES; rest = rest.subarray(CHUNK_BYTES)) await write(rest.subarray(0, CHUNK_BYTES))
        parts = [Buffer.from(rest)]
        gathered = rest.length
      },
      async end() {
        if (gathered > 0) await write(Buffer.concat(parts))
      },
    }
  }

  const note = async (taken: TakenMedia, outcome: Exclude<FetchAnswer['outcome'], 'fetched'> | 'token_missing') => {
    const most = outcome === 'token_refused' || outcome === 'token_missing' ? pace.mostTokenWaitMs : pace.mostWaitMs
    const waitMs = Math.min(most, pace.firstWaitMs * 2 ** Math.min(30, taken.attempts - 1))
    const over = Date.now() - Date.parse(taken.created_at) + waitMs > pace.giveUpMs
    await noteTrouble(db, taken, {
      error: outcome,
      retryInMs: over || FINAL.has(outcome as FetchAnswer['outcome']) ? null : waitMs,
    })
    server.live.wake()
  }

  const rounds = openRounds({ look, onRest: closeIdle, everyMs: pace.lookEveryMs, log, what: 'fetching files' })
  return {
    wake: rounds.wake,
    async stop() {
      await rounds.stop()
      claims?.break()
      await answerWithin(SILENT_MS, Promise.all(underWay.values())).catch(() => {})
    },
  }
}
