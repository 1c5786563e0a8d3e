// The one class of expected errors: few codes, a sentence for people, and the field when one is at fault.

const STATUS = {
  invalid: 422,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  too_many: 429,
  unavailable: 503,
} as const

export type ProblemCode = keyof typeof STATUS

export interface ProblemDetails {
  /** Stable and machine-readable, such as `name_taken`; the console says it in its own language. */
  reason: string
  /** The input field that must change, as the caller spelt it. */
  field?: string
  /** Facts a caller can act on, and those that the sentence names. */
  data?: Record<string, unknown>
  retryAfterSeconds?: number
  /** When it is not the one of the code. */
  status?: number
}

/** An error that is part of the contract: it becomes `application/problem+json`, and its message is shown to people. */
export class Problem extends Error {
  readonly code: ProblemCode
  readonly details: ProblemDetails

  constructor(code: ProblemCode, message: string, details: ProblemDetails) {
    super(message)
    this.name = 'Problem'
    this.code = code
    this.details = details
  }

  get status(): number {
    return this.details.status ?? STATUS[this.code]
  }
}
