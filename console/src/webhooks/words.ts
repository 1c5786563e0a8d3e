// Events, outcomes and reasons of webhooks in words.
import type { EventType } from '../../../server/events/schema.ts'
import type { Attempt, Dispatch, Webhook } from '../../../server/webhooks/schema.ts'
import { m } from '../paraglide/messages.js'

const TYPE_WORDS: Record<EventType, () => string> = {
  'contact.created': m.event_contact_created,
  'contact.updated': m.event_contact_updated,
  'contact.merged': m.event_contact_merged,
  'contact.unmerged': m.event_contact_unmerged,
  'contact.erased': m.event_contact_erased,
  'contact.tag_added': m.event_contact_tag_added,
  'contact.tag_removed': m.event_contact_tag_removed,
  'tag.created': m.event_tag_created,
  'tag.updated': m.event_tag_updated,
  'tag.deleted': m.event_tag_deleted,
  'tag.restored': m.event_tag_restored,
  'tag.merged': m.event_tag_merged,
  'conversation.opened': m.event_conversation_opened,
  'conversation.assigned': m.event_conversation_assigned,
  'conversation.closed': m.event_conversation_closed,
  'operation.finished': m.event_operation_finished,
  'operation.cancelled': m.event_operation_cancelled,
  'operation.failed': m.event_operation_failed,
}
export const typeWords = (type: EventType): string => TYPE_WORDS[type]()

const STATE_WORDS: Record<Dispatch['state'], () => string> = {
  waiting: m.dispatch_waiting,
  accepted: m.dispatch_accepted,
  given_up: m.dispatch_given_up,
}
export const stateWords = (state: Dispatch['state']): string => STATE_WORDS[state]()

const FAILURE_WORDS: Record<NonNullable<Attempt['failure']>, () => string> = {
  address_invalid: m.dispatch_address_invalid,
  address_private: m.dispatch_address_private,
  name_unknown: m.dispatch_name_unknown,
  silent: m.dispatch_silent,
  unreachable: m.dispatch_unreachable,
  too_large: m.dispatch_unreachable,
  skipped: m.dispatch_skipped,
}

/** `204`, or why there was no answer; empty before the first attempt. */
export function outcomeWords({ status, failure }: Pick<Attempt, 'status' | 'failure'>): string {
  if (failure !== null) return FAILURE_WORDS[failure]()
  if (status === null) return ''
  return status >= 300 && status < 400
    ? m.dispatch_redirect({ status: String(status) })
    : m.dispatch_status({ status: String(status) })
}

const OFF_WORDS: Record<NonNullable<Webhook['off_reason']>, () => string> = {
  person: m.webhook_off_person,
  gone: m.webhook_off_gone,
  dead: m.webhook_off_dead,
  secret_lost: m.webhook_off_secret_lost,
}
export const offWords = (reason: NonNullable<Webhook['off_reason']>): string => OFF_WORDS[reason]()

/** Where to, short: without the scheme that all have. */
export const shortUrl = (url: string): string => url.replace(/^https:\/\//, '').replace(/\/$/, '')
