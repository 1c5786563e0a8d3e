// Questions to Meta's Graph API, and its answers and errors in our words.
import { z } from 'zod'
import { OutgoingError, type Outgoing } from '../../lib/outgoing.ts'
import type { CheckOutcome } from './outcomes.ts'
import type { SendAnswer } from './send-answer.ts'
import { treatmentOf } from './send-answer.ts'
import { readReceipt } from './sending.ts'

export interface GraphApi {
  outgoing: Outgoing
  graphApiUrl: string
  accessToken: string
}

export interface NumberAnswer {
  outcome: CheckOutcome
  display_phone_number: string | null
  verified_name: string | null
  quality_rating: string | null
  said: string | null
}

const TIMEOUT_MS = 10_000
/** Given up sooner, more would be uncertain. */
const SEND_TIMEOUT_MS = 30_000
const MOST_BYTES = 64 << 10
const MOST_SAID = 300

const short = z.string().max(200).nullish()
const NumberFields = z.object({
  display_phone_number: short,
  verified_name: short,
  quality_rating: short,
})
const GraphFailure = z.object({
  error: z.object({
    code: z.number(),
    error_subcode: z.number().optional(),
    message: z.string().default(''),
    error_data: z.object({ details: z.string().optional() }).nullish().catch(undefined),
  }),
})
const Accepted = z.object({ messages: z.tuple([z.object({ id: z.string().min(1).max(500) })], z.unknown()) })

/**
 * Asks who a number is, as only its account's token may. Never throws for what Meta or the network answers: that is the
 * outcome. https://developers.facebook.com/docs/whatsapp/business-management-api/manage-phone-numbers
 */
export async function askAboutNumber(api: GraphApi, phoneNumberId: string): Promise<NumberAnswer> {
  const fields = 'display_phone_number,verified_name,quality_rating'
  try {
    const { status, body } = await api.outgoing.ask(`${api.graphApiUrl}/${phoneNumberId}?fields=${fields}`, {
      headers: { authorization: `Bearer ${api.accessToken}`, accept: 'application/json' },
      timeoutMs: TIMEOUT_MS,
      mostBytes: MOST_BYTES,
    })
    return readAnswer(status, body)
  } catch (error) {
    if (!(error instanceof OutgoingError)) throw error
    if (error.reason === 'too_large') return without('unreadable', error.message)
    return without(error.reason === 'address_private' ? 'address_private' : 'unreachable', error.message)
  }
}

/**
 * Hands a message over, as a `requestBody`. Never throws for what Meta or the network answers: that is the outcome, and says
 * what to do next. https://developers.facebook.com/docs/whatsapp/cloud-api/reference/messages
 */
export async function sendMessage(
  api: GraphApi,
  phoneNumberId: string,
  body: object,
  { timeoutMs = SEND_TIMEOUT_MS } = {},
): Promise<SendAnswer> {
  try {
    const answer = await post(api, phoneNumberId, body, timeoutMs)
    return readSent(answer.status, answer.body)
  } catch (error) {
    if (!(error instanceof OutgoingError)) throw error
    return { outcome: error.handedOver ? 'uncertain' : 'unreachable', code: null, said: error.message }
  }
}

/**
 * Tells the customer's phone that the message, and those before it, were read, and if wanted that somebody writes. Answers
 * what went wrong, or null: nothing depends on it. https://developers.facebook.com/docs/whatsapp/cloud-api/guides/mark-message-as-read
 * and https://developers.facebook.com/docs/whatsapp/cloud-api/typing-indicators
 */
export async function sendReadReceipt(
  api: GraphApi,
  phoneNumberId: string,
  waMessageId: string,
  { typing = false, timeoutMs = TIMEOUT_MS } = {},
): Promise<string | null> {
  const body = readReceipt(waMessageId, { typing })
  try {
    const answer = await post(api, phoneNumberId, body, timeoutMs)
    return answer.status === 200 ? null : (failureIn(answer.body)?.said ?? String(answer.status))
  } catch (error) {
    if (!(error instanceof OutgoingError)) throw error
    return error.message
  }
}

const post = (api: GraphApi, phoneNumberId: string, body: object, timeoutMs: number) =>
  api.outgoing.ask(`${api.graphApiUrl}/${phoneNumberId}/messages`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${api.accessToken}`,
      'content-type': 'application/json',
      accept: 'application/json',
    },
    body: JSON.stringify(body),
    timeoutMs,
    mostBytes: MOST_BYTES,
  })

function readSent(status: number, body: string): SendAnswer {
  const accepted = Accepted.safeParse(parsed(body))
  if (status === 200 && accepted.success) return { outcome: 'accepted', wa_message_id: accepted.data.messages[0].id }
  const failure = failureIn(body)
  const said = failure?.said ?? `HTTP ${status}`
  // Taken, it seems, but under an id that nobody can read.
  if (status >= 200 && status <= 299 && failure === null) return { outcome: 'uncertain', code: null, said }
  // Something on the way gave up waiting for Meta, who may have it.
  if (status === 504 && failure === null) return { outcome: 'uncertain', code: null, said }
  const code = failure?.code ?? null
  const outcome = treatmentOf(status, code)
  // Of a token that it does not like Meta repeats the token.
  return { outcome, code, said: outcome === 'token_refused' ? null : said }
}

/** Meta's error in an answer; null when there is none. */
export function failureIn(body: string): { code: number; said: string } | null {
  const failure = GraphFailure.safeParse(parsed(body))
  if (!failure.success) return null
  const { code, message, error_data } = failure.data.error
  const details = error_data?.details
  const said = details === undefined || message.includes(details) ? message : `${message}: ${details}`
  return { code, said: said.slice(0, MOST_SAID) }
}

function readAnswer(status: number, body: string): NumberAnswer {
  const json = parsed(body)
  const failure = GraphFailure.safeParse(json)
  if (failure.success) {
    const { code, error_subcode, message } = failure.data.error
    const outcome = outcomeOf(code, error_subcode)
    // Of a token that it does not like Meta repeats the token.
    return without(outcome, outcome === 'token_refused' ? null : message.slice(0, MOST_SAID))
  }
  const fields = NumberFields.safeParse(json)
  if (status !== 200 || !fields.success || fields.data.display_phone_number == null)
    return without('unreadable', `${status}`)
  const { display_phone_number, verified_name, quality_rating } = fields.data
  return {
    outcome: 'ok',
    display_phone_number,
    verified_name: verified_name ?? null,
    quality_rating: quality_rating ?? null,
    said: null,
  }
}

/** https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes */
function outcomeOf(code: number, subcode: number | undefined): CheckOutcome {
  if (code === 190 || code === 102) return 'token_refused'
  if (code === 10 || (code >= 200 && code <= 299)) return 'not_permitted'
  // Meta does not tell a number that is not there from one that this token may not see.
  if (code === 100 && (subcode === 33 || subcode === undefined)) return 'number_unknown'
  if ([4, 17, 32, 613, 80007, 130429].includes(code)) return 'too_many'
  return 'refused'
}

const without = (outcome: CheckOutcome, said: string | null): NumberAnswer => ({
  outcome,
  display_phone_number: null,
  verified_name: null,
  quality_rating: null,
  said,
})

/** Null when it is no JSON. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
