// Why a language model gave no answer that can be used: one kind of error, with words for whoever set it up.
import { AISDKError, APICallError, NoObjectGeneratedError, NoOutputGeneratedError, RetryError } from 'ai'
import { OutgoingError } from '../lib/outgoing.ts'
import type { ModelReason } from './schema.ts'

export class ModelError extends Error {
  override readonly name = 'ModelError'
  readonly reason: ModelReason
  /** What the other side answered, when it did. */
  readonly status: number | null
  /** The other side's own words, short; they may be in any language, and are for administrators only. */
  readonly said: string | null
  /** The other side may have read the question. */
  readonly handedOver: boolean

  constructor(
    reason: ModelReason,
    message: string,
    {
      status = null,
      said = null,
      handedOver = false,
      ...options
    }: ErrorOptions & { status?: number | null; said?: string | null; handedOver?: boolean } = {},
  ) {
    super(message, options)
    this.reason = reason
    this.status = status
    this.said = said
    this.handedOver = handedOver
  }
}

const MOST_SAID = 300

/** What went wrong between here and a model, or null when it is another kind of error, as of our own database. */
export function explainModelError(error: unknown, { cancelled }: { cancelled: boolean }): ModelError | null {
  if (error instanceof ModelError) return error
  if (RetryError.isInstance(error)) return explainModelError(error.lastError, { cancelled })
  if (cancelled && (isAbort(error) || outgoingOf(error)?.reason === 'silent'))
    return new ModelError('cancelled', 'The question was taken back.', { cause: error, handedOver: true })
  const outgoing = outgoingOf(error)
  if (outgoing !== null)
    return new ModelError(outgoing.reason, outgoing.message, { cause: error, handedOver: outgoing.handedOver })
  if (isAbort(error))
    return new ModelError('silent', 'The model did not answer in time.', { cause: error, handedOver: true })
  if (APICallError.isInstance(error)) return ofStatus(error)
  if (NoObjectGeneratedError.isInstance(error) && error.finishReason === 'content-filter')
    return new ModelError('refused', 'The model refused to answer.', { cause: error, handedOver: true })
  if (
    NoObjectGeneratedError.isInstance(error) ||
    NoOutputGeneratedError.isInstance(error) ||
    AISDKError.isInstance(error)
  )
    return new ModelError('garbage', 'The model answered something that cannot be used.', {
      cause: error,
      handedOver: true,
    })
  return null
}

function ofStatus(error: APICallError): ModelError {
  const status = error.statusCode ?? null
  const said = saidIn(error)
  const as = (reason: ModelReason, message: string) =>
    new ModelError(reason, message, { cause: error, status, said, handedOver: reason === 'garbage' })
  if (status === null || status < 300) return as('garbage', 'The answer is not one of a language model.')
  if (status < 400)
    return as('refused', 'The address leads elsewhere, and redirects are not followed. Enter where it leads to.')
  if (status === 401 || status === 403) return as('key_refused', 'The provider does not accept the key.')
  if (status === 402 || (status === 429 && /quota|credit|billing|balance/i.test(`${said} ${error.responseBody}`)))
    return as('no_credit', 'The account at the provider has no credit left.')
  if (status === 404) return as('model_unknown', 'There is no such model, or no such address, at the provider.')
  if (status === 429) return as('throttled', 'The provider wants fewer questions for a while.')
  if (status >= 500) return as('failing', 'The provider has a failure of its own.')
  return as('refused', 'The provider refused the question.')
}

/** The sentence in an error as the usual providers write it. */
function saidIn({ responseBody = '', message }: APICallError): string | null {
  let said: unknown = message
  try {
    const body = JSON.parse(responseBody) as { error?: unknown; message?: unknown; detail?: unknown } | null
    const inner = body?.error as { message?: unknown } | string | undefined
    said = (typeof inner === 'object' ? inner?.message : inner) ?? body?.message ?? body?.detail ?? message
  } catch {
    // No JSON: what was made of the status says as much.
  }
  const text = typeof said === 'string' ? said.replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim() : ''
  return text === '' ? null : text.slice(0, MOST_SAID)
}

const isAbort = (error: unknown): boolean => error instanceof Error && /^(?:Abort|Timeout)Error$/.test(error.name)

/** The guard's own refusal, however deep the packages have wrapped it. */
function outgoingOf(error: unknown): OutgoingError | null {
  for (let each = error, depth = 0; each instanceof Error && depth < 6; each = each.cause, depth++)
    if (each instanceof OutgoingError) return each
  return null
}
