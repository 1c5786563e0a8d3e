// The file that goes with a draft, kept for as long as the page is: browsers keep no files beyond that.
import { useSyncExternalStore } from 'react'
import { whenLeaving } from '../access/leaving.ts'
import { holdTypedText } from '../lib/typed-text.ts'
import type { BegunElsewhere } from './drafts.ts'

interface Attached {
  file: File
  /** The conversation in which it was attached, where that went into this one. */
  begunIn: string | undefined
}

const files = new Map<string, Attached>()
const listeners = new Set<() => void>()

const HOLDER = Symbol('attached files')

function tell(): void {
  holdTypedText(HOLDER, files.size > 0)
  listeners.forEach((listener) => listener())
}

/** Null takes it away. */
export function attach(conversationId: string, file: File | null, begunIn?: string): void {
  if (file === null) files.delete(conversationId)
  else files.set(conversationId, { file, begunIn })
  tell()
}

// Whoever signs in next has another person's files no more than their conversations.
whenLeaving(() => {
  files.clear()
  tell()
})

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

export const attachedIn = (conversationId: string): File | null => files.get(conversationId)?.file ?? null

export const attachedBegunIn = (conversationId: string): string | undefined => files.get(conversationId)?.begunIn

export const filesBegunElsewhere = (): BegunElsewhere[] =>
  [...files].flatMap(([at, { begunIn }]) => (begunIn === undefined ? [] : [{ at, begunIn }]))

export const useAttached = (conversationId: string): File | null =>
  useSyncExternalStore(subscribe, () => attachedIn(conversationId))

/** The conversations that a file is attached in, with a space between. */
export const useAttachedIn = (): string => useSyncExternalStore(subscribe, () => [...files.keys()].join(' '))
