// What is being written and not yet sent, kept on this device for each person and conversation.
import { useCallback, useSyncExternalStore } from 'react'
import type { Message } from '../../../server/conversations/schema.ts'

/** What a message answers, as it is shown above it. */
export interface Quote {
  id: string
  direction: 'in' | 'out' | null
  type: string | null
  text: string | null
}

export interface Draft {
  text: string
  reply_to: Quote | null
  /** The conversation in whose box it was begun, where that went into this one: taken apart again, it belongs there. */
  begun_in?: string | undefined
}

const BEGINNING = 'earmark-draft-'
/** Drafts that were left so long ago are forgotten. */
const KEPT_DAYS = 30
/** A pause in typing, after which it is written down. */
const PAUSE_MS = 250
const NONE: Draft = { text: '', reply_to: null }

const drafts = new Map<string, Draft>()
const listeners = new Set<() => void>()
const unwritten = new Set<string>()
let timer: number | undefined

const nameOf = (userId: string, conversationId: string) => `${BEGINNING}${userId}-${conversationId}`

function draftAt(name: string): Draft {
  let draft = drafts.get(name)
  if (!draft) {
    try {
      draft = (JSON.parse(localStorage.getItem(name) ?? 'null') as Draft | null) ?? NONE
    } catch {
      // Storage may be blocked: drafts last as long as the page.
      draft = NONE
    }
    drafts.set(name, draft)
  }
  return draft
}

function writeDown(): void {
  window.clearTimeout(timer)
  timer = undefined
  try {
    for (const name of unwritten) {
      const draft = draftAt(name)
      if (draft === NONE) localStorage.removeItem(name)
      else localStorage.setItem(name, JSON.stringify({ ...draft, at: Date.now() }))
    }
  } catch {
    // A full or forbidden storage: drafts last as long as the page.
  }
  unwritten.clear()
}

export function keepDraft(userId: string, conversationId: string, draft: Draft): void {
  const name = nameOf(userId, conversationId)
  drafts.set(name, draft.text === '' && draft.reply_to === null ? NONE : draft)
  unwritten.add(name)
  timer ??= window.setTimeout(writeDown, PAUSE_MS)
  for (const listener of listeners) listener()
}

export const draftOf = (userId: string, conversationId: string): Draft => draftAt(nameOf(userId, conversationId))

/** The draft answers this message from now on. */
export const quoteInDraft = (userId: string, conversationId: string, message: Message): void => {
  const { id, direction, type, text } = message
  const draft = draftAt(nameOf(userId, conversationId))
  keepDraft(userId, conversationId, { ...draft, reply_to: { id, direction, type, text } })
}

/** Puts a text behind what the draft says already. Alone in it, it stays what was begun elsewhere. */
export function addToDraft(userId: string, conversationId: string, text: string, begunIn?: string): void {
  const draft = draftAt(nameOf(userId, conversationId))
  const changed =
    draft.text.trim() === '' ? { text, begun_in: draft.begun_in ?? begunIn } : { text: `${draft.text}\n${text}` }
  keepDraft(userId, conversationId, { ...draft, ...changed })
}

/** Forgets old drafts of whoever used this device. */
function forgetOld(): void {
  const oldest = Date.now() - KEPT_DAYS * 86_400_000
  try {
    for (const name of Object.keys(localStorage).filter((each) => each.startsWith(BEGINNING))) {
      const { at } = JSON.parse(localStorage.getItem(name) ?? '{}') as { at?: number }
      if (at === undefined || at < oldest) localStorage.removeItem(name)
    }
  } catch {
    // Storage may be blocked.
  }
}

/** Another tab sent it, or went on writing; what is being written in this one stays. */
function hear({ key }: StorageEvent): void {
  for (const name of key === null ? [...drafts.keys()] : [key]) if (!unwritten.has(name)) drafts.delete(name)
  for (const listener of listeners) listener()
}

let hears = false

export const subscribe = (listener: () => void) => {
  if (!hears) window.addEventListener('storage', hear)
  hears = true
  if (listeners.size === 0) {
    forgetOld()
    window.addEventListener('pagehide', writeDown)
  }
  listeners.add(listener)
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    writeDown()
    window.removeEventListener('pagehide', writeDown)
  }
}

export const useDraft = (userId: string, conversationId: string): Draft =>
  useSyncExternalStore(
    subscribe,
    useCallback(() => draftAt(nameOf(userId, conversationId)), [userId, conversationId]),
  )

/** The conversations in which somebody has a draft on this device. */
function draftedIn(userId: string): string[] {
  const beginning = nameOf(userId, '')
  let kept: string[] = []
  try {
    kept = Object.keys(localStorage)
  } catch {
    // Storage may be blocked: there are the drafts of this page.
  }
  return [...new Set([...drafts.keys(), ...kept])]
    .filter((name) => name.startsWith(beginning))
    .map((name) => name.slice(beginning.length))
}

/** Those in whose drafts somebody has written something. */
export const writtenIn = (userId: string): string[] =>
  draftedIn(userId).filter((id) => draftOf(userId, id).text.trim() !== '')

/** Something that stands in a conversation and was begun in another one, which went into it. */
export interface BegunElsewhere {
  at: string
  begunIn: string
}

export const draftsBegunElsewhere = (userId: string): BegunElsewhere[] =>
  draftedIn(userId).flatMap((at) => {
    const { begun_in } = draftOf(userId, at)
    return begun_in === undefined ? [] : [{ at, begunIn: begun_in }]
  })

/** Those in whose drafts something is written, as one word for each and a space between, so that it is new only when they are others. */
export const useWrittenIn = (userId: string): string =>
  useSyncExternalStore(subscribe, () => writtenIn(userId).join(' '))
