// What the address of the deliveries carries: which of them are shown, and the one that is open.

export const SHOWN = ['all', 'problems', 'other_numbers'] as const
export type Shown = (typeof SHOWN)[number]

/** What the address of the deliveries carries; without `show`, all. */
export interface DeliverySearch {
  show?: Exclude<Shown, 'all'>
  /** The one that is open. */
  delivery?: string
}

export function readDeliverySearch(given: Record<string, unknown>): DeliverySearch {
  const { show, delivery } = given
  return {
    ...(show === 'problems' || show === 'other_numbers' ? { show } : {}),
    ...(typeof delivery === 'string' && /^\d{1,18}$/.test(delivery) ? { delivery } : {}),
  }
}
