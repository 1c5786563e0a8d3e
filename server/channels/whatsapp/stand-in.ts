// A stand-in of Meta's Graph API, as far as sending needs it: for the test phone, and for tests.
import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { newMessageId } from './compose.ts'
import { isBsuid } from './identity.ts'
import { errorOf } from './meta-errors.ts'
import { refusalOfTemplate, SentTemplate } from './template-checks.ts'

export interface GraphRequest {
  method: string
  /** With the version and the query. */
  path: string
  authorization: string | undefined
  body: string
}

export interface GraphAnswer {
  status: number
  body: object
}

/** A message that was taken. */
export interface GraphMessage {
  id: string
  phone_number_id: string
  /** A phone with a plus, or a user id. */
  to: string
  type: string
  reply_to: string | null
  callback_data: string | null
  /** As it was written. */
  body: Record<string, unknown>
}

export interface GraphNumber {
  display_phone_number: string
  verified_name: string
  access_token: string
}

/** Whose numbers these are, and who reads what is sent by them. */
export interface BehindGraph {
  findNumber(phoneNumberId: string): Promise<GraphNumber | null> | GraphNumber | null
  /** Meta's number of an error with which the message is refused; null takes it. */
  refuse?(message: GraphMessage): Promise<number | null> | number | null
  onMessage?(message: GraphMessage): void
  onRead?(read: { phone_number_id: string; message_id: string; typing: boolean }): void
}

const Media = z.object({ id: z.string().min(1) }).or(z.object({ link: z.url() }))
const PARTS: Record<string, z.ZodType> = {
  text: z.object({ body: z.string().min(1).max(4096) }),
  image: Media,
  video: Media,
  audio: Media,
  document: Media,
  sticker: Media,
  reaction: z.object({ message_id: z.string().min(1), emoji: z.string() }),
  template: SentTemplate,
}
const Sent = z.looseObject({
  to: z.string().min(1).optional(),
  recipient: z.string().min(1).optional(),
  type: z.string().default('text'),
  context: z.object({ message_id: z.string().min(1) }).optional(),
  biz_opaque_callback_data: z.string().max(512).optional(),
})
const Read = z.object({
  status: z.literal('read'),
  message_id: z.string().min(1),
  typing_indicator: z.object({ type: z.literal('text') }).optional(),
})
const PATH = /(?:^|\/)(?<number>\w+)(?<messages>\/messages)?\/?(?:\?(?<query>.*))?$/

/** Answers as Meta does; whatever is wrong with a request is an answer. https://developers.facebook.com/docs/whatsapp/cloud-api/reference/messages */
export async function answerAsMeta(behind: BehindGraph, request: GraphRequest): Promise<GraphAnswer> {
  const { number: phoneNumberId = '', messages, query } = PATH.exec(request.path)?.groups ?? {}
  const token = /^Bearer (.+)$/.exec(request.authorization ?? '')?.[1]
  if (token === undefined) return metaError(190, 'An access token is required to request this resource.')
  const number = await behind.findNumber(phoneNumberId)
  if (!number)
    return metaError(
      100,
      `Object with ID '${phoneNumberId}' does not exist, cannot be loaded due to missing permissions`,
      33,
    )
  if (token !== number.access_token) return metaError(190, 'Invalid OAuth access token - Cannot parse access token')
  if (request.method === 'GET' && messages === undefined) return fieldsOf(number, phoneNumberId, query)
  if (request.method !== 'POST' || messages === undefined) return metaError(100, 'Unsupported request')
  const body = parsed(request.body)
  if (body?.['messaging_product'] !== 'whatsapp') return metaError(100, 'The parameter messaging_product is required.')
  return 'status' in body ? takeRead(behind, phoneNumberId, body) : takeMessage(behind, phoneNumberId, body)
}

/** The answer to a request that is refused. */
export function metaError(code: number, said?: string, subcode?: number): GraphAnswer {
  const { status, title, details } = errorOf(code)
  const error = {
    message: `(#${code}) ${said ?? title}`,
    type: 'OAuthException',
    code,
    ...(subcode === undefined ? {} : { error_subcode: subcode }),
    error_data: { messaging_product: 'whatsapp', details: said ?? details },
    fbtrace_id: randomBytes(8).toString('base64url'),
  }
  return { status, body: { error } }
}

async function takeMessage(
  behind: BehindGraph,
  phoneNumberId: string,
  body: Record<string, unknown>,
): Promise<GraphAnswer> {
  const { data: sent, error } = Sent.safeParse(body)
  if (error) return metaError(100, `Param ${error.issues[0]!.path.join('.')} is not valid`)
  const to = sent.to ?? sent.recipient
  if (to === undefined) return metaError(131_008, 'The parameter to is required.')
  const part = PARTS[sent.type]
  if (!part) return metaError(131_051, `Message type ${sent.type} is not supported here`)
  const written = part.safeParse(sent[sent.type])
  if (!written.success) return metaError(131_009, `Param ${sent.type} is not valid`)
  const misfit = sent.type === 'template' ? refusalOfTemplate(written.data as SentTemplate) : null
  if (misfit) return metaError(misfit.code, misfit.said)
  const message: GraphMessage = {
    id: newMessageId(),
    phone_number_id: phoneNumberId,
    to,
    type: sent.type,
    reply_to: sent.context?.message_id ?? null,
    callback_data: sent.biz_opaque_callback_data ?? null,
    body,
  }
  const refusal = await behind.refuse?.(message)
  if (refusal) return metaError(refusal)
  // A user id in the place of a phone is taken, and goes nowhere.
  if (sent.to === undefined || !isBsuid(sent.to)) behind.onMessage?.(message)
  const contact = sent.to === undefined ? { input: to, user_id: to } : { input: to, wa_id: to.replaceAll(/\D/g, '') }
  return { status: 200, body: { messaging_product: 'whatsapp', contacts: [contact], messages: [{ id: message.id }] } }
}

function takeRead(behind: BehindGraph, phoneNumberId: string, body: Record<string, unknown>): GraphAnswer {
  const { data: read } = Read.safeParse(body)
  if (!read) return metaError(100, 'Param message_id is not valid')
  behind.onRead?.({
    phone_number_id: phoneNumberId,
    message_id: read.message_id,
    typing: read.typing_indicator !== undefined,
  })
  return { status: 200, body: { success: true } }
}

function fieldsOf(number: GraphNumber, id: string, query = ''): GraphAnswer {
  const { display_phone_number, verified_name } = number
  const known: Record<string, string> = { display_phone_number, verified_name, quality_rating: 'GREEN' }
  const wanted = (new URLSearchParams(query).get('fields') ?? 'verified_name,display_phone_number').split(',')
  return {
    status: 200,
    body: { ...Object.fromEntries(wanted.flatMap((name) => (known[name] ? [[name, known[name]]] : []))), id },
  }
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null
  } catch {
    return null
  }
}
