// Language models and their calls in words.
import type { OUTCOMES, Purpose } from '../../../server/models/purposes-schema.ts'
import type { ModelReason } from '../../../server/models/schema.ts'
import { regionalLocale } from '../lib/language.ts'
import { listWords } from '../lib/lists.ts'
import { m } from '../paraglide/messages.js'

const REASONS: Record<ModelReason, () => string> = {
  no_provider: m.model_reason_no_provider,
  key_lost: m.model_reason_key_lost,
  budget_used_up: m.model_reason_budget_used_up,
  address_invalid: m.model_reason_address_invalid,
  address_private: m.model_reason_address_private,
  name_unknown: m.model_reason_name_unknown,
  unreachable: m.model_reason_unreachable,
  silent: m.model_reason_silent,
  too_large: m.model_reason_too_large,
  key_refused: m.model_reason_key_refused,
  no_credit: m.model_reason_no_credit,
  throttled: m.model_reason_throttled,
  model_unknown: m.model_reason_model_unknown,
  refused: m.model_reason_refused,
  failing: m.model_reason_failing,
  garbage: m.model_reason_garbage,
  cancelled: m.model_reason_cancelled,
}

const isReason = (reason: string): reason is ModelReason => Object.hasOwn(REASONS, reason)

/** Why a language model gave no answer; a reason that this console does not know yet is told as it is. */
export const reasonWords = (reason: string): string => (isReason(reason) ? REASONS[reason]() : reason)

/** As the beginning of a line. */
export const reasonSentence = (reason: string): string => {
  const words = reasonWords(reason)
  return words.charAt(0).toLocaleUpperCase(regionalLocale) + words.slice(1)
}

export const purposeWords: Record<Purpose, () => string> = {
  auto_close: m.models_purpose_auto_close,
  agent: m.models_purpose_agent,
  test: m.models_purpose_test,
  try: m.models_purpose_try,
}

export const outcomeLabels: Record<(typeof OUTCOMES)[number], () => string> = {
  answered: m.models_outcome_answered,
  failed: m.models_outcome_failed,
  under_way: m.models_outcome_under_way,
}

/** Prices are in whatever money the organization counts. */
export const costWords = (cost: number): string =>
  new Intl.NumberFormat(regionalLocale, { maximumSignificantDigits: cost < 1 ? 2 : 4 }).format(cost)

export const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : url)

/** A model's reason in its own words, the built-in classifier's in a sentence; null where there is none. */
export function aiReasonWords(engine: string, reason: string | null): string | null {
  if (engine !== 'built-in' || reason === null) return reason
  if (reason === 'learned') return m.why_learned()
  if (reason === 'meaning') return m.why_meaning()
  if (!reason.startsWith(SHARED)) return reason
  const words = reason.slice(SHARED.length).split(', ')
  return m.why_shared({ words: listWords(words.map((word) => m.why_shared_word({ word }))) })
}

const SHARED = 'words: '

/** `built-in` is named in the console's language, a model by its own name. */
export const engineWords = (engine: string): string => (engine === 'built-in' ? m.ai_built_in() : engine)
