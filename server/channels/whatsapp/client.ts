// Questions to Meta's Graph API, and its answers and errors in our words.
import { z } from 'zod'
import { OutgoingError, type Outgoing } from '../../lib/outgoing.ts'
import type { CheckOutcome } from './outcomes.ts'

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
const MOST_BYTES = 64 << 10
const MOST_SAID = 300

const short = z.string().max(200).nullish()
const NumberFields = z.object({
  display_phone_number: short,
  verified_name: short,
  quality_rating: short,
})
const GraphFailure = z.object({
  error: z.object({ code: z.number(), error_subcode: z.number().optional(), message: z.string().default('') }),
})

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

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
