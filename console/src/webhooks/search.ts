// What the address of a webhook's log carries: which events are shown, and the one that is open.
import type { EventType } from '../../../server/events/schema.ts'
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
  const { contact, event, type } = given
  const show = SHOWN.find((each) => each === given['show'])
  return {
    ...(show && { show }),
    // Which there are the page knows: the list of them would come with the first screen.
    ...(typeof type === 'string' && /^[a-z]{1,20}\.[a-z_]{1,20}$/.test(type) ? { type: type as EventType } : {}),
    ...(typeof contact === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(contact) ? { contact } : {}),
    ...(typeof event === 'string' && /^\d{1,15}$/.test(event) ? { event } : {}),
  }
}
