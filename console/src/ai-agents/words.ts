// What AI agents did and why, in words.
import type { ActReason, AiAgentAct } from '../../../server/ai-agents/schema.ts'
import { m } from '../paraglide/messages.js'

export const actWords: Record<AiAgentAct['kind'], () => string> = {
  read: m.ai_act_read,
  took: m.ai_act_took,
  answered: m.ai_act_answered,
  tagged: m.ai_act_tagged,
  suggested: m.ai_act_suggested,
  untagged: m.ai_act_untagged,
  refused: m.ai_act_refused,
  handed_over: m.ai_act_handed_over,
  silenced: m.ai_act_silenced,
  closed: m.ai_act_closed,
  failed: m.ai_act_failed,
}

const REASONS: Record<Exclude<ActReason, 'person_took'>, () => string> = {
  asked_by_model: m.ai_reason_asked_by_model,
  words: m.ai_reason_words,
  most_answers: m.ai_reason_most_answers,
  window_closed: m.ai_reason_window_closed,
  no_provider: m.ai_reason_no_provider,
  budget_used_up: m.ai_reason_budget_used_up,
  time_out: m.ai_reason_time_out,
  unreachable: m.ai_reason_unreachable,
  key_refused: m.ai_reason_key_refused,
  no_credit: m.ai_reason_no_credit,
  model_unknown: m.ai_reason_model_unknown,
  throttled: m.ai_reason_throttled,
  model_refused: m.ai_reason_model_refused,
  garbage: m.ai_reason_garbage,
  unknown_tool: m.ai_reason_unknown_tool,
  invalid_input: m.ai_reason_invalid_input,
  too_many_steps: m.ai_reason_too_many_steps,
  too_long: m.ai_reason_too_long,
  leak: m.ai_reason_leak,
  colleague_wrote: m.ai_reason_colleague_wrote,
  not_delivered: m.ai_reason_not_delivered,
  inactivity: m.ai_reason_inactivity,
  switched_off: m.ai_reason_switched_off,
  closed_elsewhere: m.ai_reason_closed_elsewhere,
  not_in_catalog: m.ai_reason_not_in_catalog,
  no_evidence: m.ai_reason_no_evidence,
  talks_to_tagger: m.ai_reason_talks_to_tagger,
  held_back: m.ai_reason_held_back,
  not_its_own: m.ai_reason_not_its_own,
  too_many_tags: m.ai_reason_too_many_tags,
  failed: m.ai_reason_failed,
}

/** Why, as a sentence without a full stop; the empty text where nothing is known. */
export function reasonWords({ kind, reason, words }: Pick<AiAgentAct, 'kind' | 'reason' | 'words'>): string {
  if (reason === null) return ''
  if (kind === 'closed' && reason === 'asked_by_model') return m.ai_reason_done()
  if (kind === 'suggested' && reason === 'talks_to_tagger') return m.ai_reason_guarded()
  if (reason === 'person_took')
    return words === null ? m.ai_reason_somebody_took() : m.ai_reason_person_took({ name: words })
  return Object.hasOwn(REASONS, reason) ? REASONS[reason as keyof typeof REASONS]() : reason
}
