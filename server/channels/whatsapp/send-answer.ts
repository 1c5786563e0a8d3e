// What Meta answers to a message that is sent, by what follows from it.

export type SendAnswer =
  | { outcome: 'accepted'; wa_message_id: string }
  | { outcome: Treatment | 'unreachable' | 'uncertain'; code: number | null; said: string | null }

/**
 * failed: it will never go. retry: later, and what was written to this contact after it waits. pair_limit: too much to this
 * contact. throttled: too much from this number, or this account. token_refused: the token is, or what it may do, so nothing
 * of this account goes.
 */
export type Treatment = 'failed' | 'retry' | 'pair_limit' | 'throttled' | 'token_refused'

/** https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes */
const TREATMENTS = new Map<number, Treatment>([
  [0, 'token_refused'],
  [3, 'token_refused'],
  [10, 'token_refused'],
  [190, 'token_refused'],
  [131005, 'token_refused'],
  [131056, 'pair_limit'],
  [4, 'throttled'],
  [80007, 'throttled'],
  [130429, 'throttled'],
  [131048, 'throttled'],
  [1, 'retry'],
  [2, 'retry'],
  [131000, 'retry'],
  [131016, 'retry'],
  [131057, 'retry'],
])

/** What to do about an answer other than success. */
export function treatmentOf(status: number, code: number | null): Treatment {
  const known = code === null ? undefined : TREATMENTS.get(code)
  if (known) return known
  // Of all these Meta says that a permission was not granted, or was taken away.
  if (code !== null && code >= 200 && code <= 299) return 'token_refused'
  if (status >= 500) return 'retry'
  if (code !== null) return 'failed'
  if (status === 401) return 'token_refused'
  return status === 429 ? 'throttled' : 'failed'
}
