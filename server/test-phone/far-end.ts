// The other end of the test phone: takes what is sent to played customers as Meta does, and tells how far it came.
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyBaseLogger } from 'fastify'
import type { DeliveryStore } from '../channels/storing.ts'
import type { GraphApi } from '../channels/whatsapp/client.ts'
import { composeStatus } from '../channels/whatsapp/compose.ts'
import { statusError, TOLD_LATER } from '../channels/whatsapp/meta-errors.ts'
import { answerAsMeta, type BehindGraph, type GraphMessage } from '../channels/whatsapp/stand-in.ts'
import { answerAboutMedia, type MediaAnswer } from '../channels/whatsapp/stand-in-media.ts'
import { answerAboutTemplates } from '../channels/whatsapp/stand-in-templates.ts'
import type { Live } from '../events/live.ts'
import type { Db } from '../lib/db.ts'
import type { Outgoing, OutgoingRequest } from '../lib/outgoing.ts'
import { findPlayed, showRead } from './behaviour.ts'
import { findFile } from './files.ts'

/** Between what happens to a message, so that one can watch. */
const STEP_MS = 700
const TOKEN = 'test-phone'
const GRAPH = 'http://test-phone/v25.0'

export interface FarEnd {
  /** Meta's Graph API, as it is for the test phone of an organization. */
  graph(orgId: string): GraphApi
  /** What has not been told by then is told no more, as of a phone that is lost. */
  stop(): Promise<void>
}

interface Resources {
  db: Db
  log: FastifyBaseLogger
  live: Pick<Live, 'wake'>
  /** Statuses are stored like any delivery, without the way through the network: this process is its own sender. */
  deliveries: DeliveryStore
}

export function openFarEnd({ db, log, live, deliveries }: Resources, { stepMs = STEP_MS } = {}): FarEnd {
  const stopping = new AbortController()
  const telling = new Set<Promise<void>>()

  const findNumber = async (orgId: string, phoneNumberId: string) =>
    db
      .selectFrom('channels as c')
      .innerJoin('whatsapp_accounts as a', (join) =>
        join.onRef('a.org_id', '=', 'c.org_id').onRef('a.id', '=', 'c.account_id'),
      )
      .select(['c.phone', 'c.name', 'a.id as account_id', 'a.waba_id'])
      .where('c.org_id', '=', orgId)
      .where('c.phone_number_id', '=', phoneNumberId)
      .where('a.kind', '=', 'test')
      .executeTakeFirst()

  const findAccount = async (orgId: string, wabaId: string) => {
    const account = await db
      .selectFrom('whatsapp_accounts')
      .select('id')
      .where('org_id', '=', orgId)
      .where('kind', '=', 'test')
      .where('waba_id', '=', wabaId)
      .executeTakeFirst()
    return account ? { access_token: TOKEN } : null
  }

  const tell = async (orgId: string, message: GraphMessage): Promise<void> => {
    const number = await findNumber(orgId, message.phone_number_id)
    const customer = await findPlayed(db, orgId, message.to)
    if (!number || !customer) return
    const { refuses_with: code, delay_seconds } = customer.behaviour
    const later = (milliseconds: number) => sleep(milliseconds, undefined, { signal: stopping.signal })
    /** As it is by then; null while the phone is off. */
    const behaviour = async () => {
      const then = (await findPlayed(db, orgId, message.to))?.behaviour
      return !then || then.silent ? null : then
    }
    const status = async (to: 'sent' | 'delivered' | 'read' | 'failed') => {
      const body = composeStatus({
        phoneNumberId: message.phone_number_id,
        displayPhone: number.phone,
        wabaId: number.waba_id,
        messageId: message.id,
        status: to,
        at: new Date(),
        to: customer.phone ?? undefined,
        userId: customer.user_id ?? undefined,
        callbackData: message.callback_data ?? undefined,
        errors: to === 'failed' && code !== null ? [statusError(code)] : undefined,
      })
      await deliveries.store({ org_id: orgId, account_id: number.account_id, body: Buffer.from(body) })
    }
    if (code !== null) {
      await later(stepMs)
      return status('failed')
    }
    await later(stepMs / 2)
    await status('sent')
    await later(delay_seconds * 1000 + stepMs)
    // What does not arrive now, or is not read, does and is when the customer's behaviour changes.
    if ((await behaviour()) === null) return
    await status('delivered')
    await later(stepMs * 2)
    if ((await behaviour())?.reads) await status('read')
  }

  const tellLater = (work: Promise<void>): void => {
    const told = work
      .catch((error: unknown) => {
        if (!stopping.signal.aborted) log.warn({ err: error }, 'a played customer could not say what they got')
      })
      .finally(() => telling.delete(told))
    telling.add(told)
  }

  const behind = (orgId: string): BehindGraph => ({
    async findNumber(phoneNumberId) {
      const number = await findNumber(orgId, phoneNumberId)
      return number ? { display_phone_number: number.phone, verified_name: number.name, access_token: TOKEN } : null
    },
    async refuse({ to }) {
      const code = (await findPlayed(db, orgId, to))?.behaviour.refuses_with ?? null
      return code === null || TOLD_LATER.includes(code) ? null : code
    },
    onMessage: (message) => tellLater(tell(orgId, message)),
    onRead(read) {
      tellLater(
        db
          .transaction()
          .execute((tx) => showRead(tx, orgId, read))
          .then(live.wake),
      )
    },
  })

  const answerTo = async (orgId: string, url: string, asked: OutgoingRequest): Promise<MediaAnswer> => {
    const { method = 'GET', headers = {}, body = '' } = asked
    const { pathname, search } = new URL(url)
    const request = { method, path: pathname + search, authorization: headers['authorization'] }
    const files = { ...behind(orgId), url: GRAPH, findMedia: (id: string) => findFile(db, orgId, id), onUpload() {} }
    const ofFile = await answerAboutMedia(files, {
      ...request,
      contentType: headers['content-type'],
      body: Buffer.from(body),
    })
    return (
      ofFile ??
      (await answerAboutTemplates({ findAccount: (wabaId) => findAccount(orgId, wabaId) }, request)) ??
      answerAsMeta(behind(orgId), { ...request, body: body.toString() })
    )
  }
  const bytesOf = (answer: MediaAnswer) =>
    'file' in answer ? answer.file.bytes : Buffer.from(JSON.stringify(answer.body))
  const outgoingTo = (orgId: string): Outgoing => ({
    async ask(url, request = {}) {
      const answer = await answerTo(orgId, url, request)
      return { status: answer.status, body: bytesOf(answer).toString() }
    },
    async stream(url, request = {}) {
      const answer = await answerTo(orgId, url, request)
      const body = Readable.from([bytesOf(answer)])
      return { status: answer.status, location: null, retryAfter: null, body, async discard() {} }
    },
    async check() {},
    async close() {},
  })

  return {
    graph: (orgId) => ({
      graphApiUrl: GRAPH,
      accessToken: TOKEN,
      outgoing: outgoingTo(orgId),
    }),
    async stop() {
      stopping.abort()
      await Promise.all(telling)
    },
  }
}
