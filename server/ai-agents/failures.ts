// Why a language model gave an agent no answer, in the words of the agent's page.
import type { ModelReason } from '../models/schema.ts'
import type { ActReason } from './schema.ts'

interface Failure {
  reason: ActReason
  /** The same may go well in a moment. */
  later: boolean
}

const FAILURES: Partial<Record<ModelReason, Failure>> = {
  no_provider: { reason: 'no_provider', later: false },
  budget_used_up: { reason: 'budget_used_up', later: false },
  silent: { reason: 'time_out', later: false },
  unreachable: { reason: 'unreachable', later: true },
  failing: { reason: 'unreachable', later: true },
  throttled: { reason: 'throttled', later: true },
  too_large: { reason: 'too_long', later: false },
  address_invalid: { reason: 'unreachable', later: false },
  address_private: { reason: 'unreachable', later: false },
  name_unknown: { reason: 'unreachable', later: true },
  key_lost: { reason: 'key_refused', later: false },
  key_refused: { reason: 'key_refused', later: false },
  no_credit: { reason: 'no_credit', later: false },
  model_unknown: { reason: 'model_unknown', later: false },
  refused: { reason: 'model_refused', later: false },
  garbage: { reason: 'garbage', later: false },
}

export const failureOf = (reason: ModelReason): Failure => FAILURES[reason] ?? { reason: 'failed', later: false }
