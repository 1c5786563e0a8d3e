// What asking Meta about a number can come to.

export const CHECK_OUTCOMES = [
  'ok',
  /** Meta has another phone number under this id. */
  'phone_differs',
  'number_unknown',
  'token_missing',
  'token_refused',
  'not_permitted',
  'too_many',
  /** For another reason, which Meta says. */
  'refused',
  /** What came back is not Meta's. */
  'unreadable',
  'unreachable',
  'address_private',
] as const
export type CheckOutcome = (typeof CHECK_OUTCOMES)[number]
