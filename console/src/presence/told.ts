// Who is there, as the live stream told it last.
import { useSyncExternalStore } from 'react'
import type { PresenceMessage } from '../../../server/presence/schema.ts'

const NOBODY: PresenceMessage = { online: [], threads: [] }
const told = new Map<string, PresenceMessage>()
const listeners = new Set<() => void>()

/** A PresenceMessage as JSON; null once nobody knows. */
export function tellPresence(organization: string, text: string | null): void {
  if (text === null) told.delete(organization)
  else told.set(organization, JSON.parse(text) as PresenceMessage)
  for (const listener of listeners) listener()
}

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

export const usePresence = (organization: string): PresenceMessage =>
  useSyncExternalStore(subscribe, () => told.get(organization) ?? NOBODY)
