// One attempt: a signed event to an address, and what came back.
import { cleanText } from '../lib/shapes.ts'
import { OutgoingError, type Outgoing, type OutgoingReason } from '../lib/outgoing.ts'
import { signedHeaders } from './signing.ts'

/** Of what came back; the rest is not read. */
const KEPT_BYTES = 4096
export const TIMEOUT_MS = 15_000
/** A receiver may ask for more patience than it gets. */
const MOST_ASKED_MS = 60 * 60_000

export interface Posted {
  at: string
  status: number | null
  failure: OutgoingReason | null
  answer: string | null
  took_ms: number
  /** For how long the receiver wants to be left alone, within reason. */
  retryAfterMs: number | null
}

/** Never throws. A redirect is an answer like any other that is not 2xx, and is not followed. */
export async function post(
  outgoing: Outgoing,
  { url, secrets }: { url: string; secrets: readonly string[] },
  { id, body }: { id: string; body: string },
  { timeoutMs = TIMEOUT_MS, signal }: { timeoutMs?: number; signal?: AbortSignal } = {},
): Promise<Posted> {
  const at = new Date()
  const begun = performance.now()
  const ended = (outcome: Pick<Posted, 'status' | 'failure' | 'answer' | 'retryAfterMs'>): Posted => ({
    at: at.toISOString(),
    took_ms: Math.round(performance.now() - begun),
    ...outcome,
  })
  const headers = signedHeaders(secrets, { id, body, at })
  try {
    const response = await outgoing.stream(url, { method: 'POST', headers, body, timeoutMs, ...(signal && { signal }) })
    const answer = await readStart(response.body)
    return ended({
      status: response.status,
      failure: null,
      answer,
      retryAfterMs: askedPatience(response.retryAfter, at),
    })
  } catch (error) {
    if (!(error instanceof OutgoingError)) throw error
    return ended({ status: null, failure: error.reason, answer: null, retryAfterMs: null })
  }
}

export const isAccepted = ({ status }: Pick<Posted, 'status'>): boolean =>
  status !== null && status >= 200 && status < 300

/** The status counts: what breaks off after it is an answer too, as far as it came. */
async function readStart(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of stream) {
      chunks.push(chunk)
      bytes += chunk.length
      if (bytes >= KEPT_BYTES) break
    }
  } catch (error) {
    if (!(error instanceof OutgoingError)) throw error
  }
  return cleanText(new TextDecoder().decode(Buffer.concat(chunks).subarray(0, KEPT_BYTES)))
}

/** Retry-After is seconds, or a date (RFC 9110). */
export function askedPatience(text: string | null, now: Date): number | null {
  if (text === null) return null
  const milliseconds = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now.getTime()
  return Number.isNaN(milliseconds) ? null : Math.min(MOST_ASKED_MS, Math.max(0, milliseconds))
}
