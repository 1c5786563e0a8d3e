// What the address of a webhook's log carries: which events are shown, and the one that is open.
import { EVENT_TYPES, type EventType } from '../../../server/events/schema.ts'
import type { Dispatch } from '../../../server/webhooks/schema.ts'

/** In the order of the views; without one, all. */
export const SHOWN = ['waiting', 'accepted', 'given_up'] as const satisfies readonly Dispatch['state'][]

export interface DispatchSearch {
  show?: Dispatch['state']
  type?: EventType
  /** The id of a contact. */
  contact?: string
  /** The one that is open. */
  event?: string
}

/** Keeps what can be meant and drops the rest, so that a mangled link still opens the log. */
export function readDispatchSearch(given: Record<string, unknown>): DispatchSearch {
  const { contact, event } = given
  const show = SHOWN.find((each) => each === given['show'])
  const type = EVENT_TYPES.find((each) => each === given['type'])
  return {
    ...(show && { show }),
    ...(type && { type }),
    ...(typeof contact === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(contact) ? { contact } : {}),
    ...(typeof event === 'string' && /^\d{1,15}$/.test(event) ? { event } : {}),
  }
}
