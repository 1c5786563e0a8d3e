// Whether the screens of an organization are live: told what changes as it changes.
import { useSyncExternalStore } from 'react'

const live = new Set<string>()
const listeners = new Set<() => void>()

export function setLive(organization: string, now: boolean): void {
  if (live.has(organization) === now) return
  if (now) live.add(organization)
  else live.delete(organization)
  for (const listener of listeners) listener()
}

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

export const useIsLive = (organization: string): boolean =>
  useSyncExternalStore(subscribe, () => live.has(organization))

/** For `refetchInterval` of what the stream tells: asking now and then is left for while it is down. */
export const whileNotLive = (organization: string, milliseconds: number): number | false =>
  live.has(organization) ? false : milliseconds
