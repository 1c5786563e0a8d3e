// Going on in the conversation that took another one in: whoever had that open is brought there, with all that they had begun to write.
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, type RefObject } from 'react'
import { useOrganization, useSession } from '../access/queries.ts'
import { m } from '../paraglide/messages.js'
import { tell } from '../ui/toasts.ts'
import { attach, attachedIn } from './attached.ts'
import { draftOf, keepDraft } from './drafts.ts'
import { conversationKeys } from './keys.ts'
import { mergedInto } from './merged.ts'
import { moveUnsent } from './outbox.ts'
import { conversationQuery } from './queries.ts'

/**
 * What was written here in a conversation and is not sent belongs to the one that took it in. A draft goes into its box only
 * when that is empty: otherwise it stays, and is offered above it.
 */
export function carryOver(userId: string, from: string, into: string): void {
  moveUnsent(from, into)
  if (isDrafted(userId, into) || !isDrafted(userId, from)) return
  keepDraft(userId, into, draftOf(userId, from))
  keepDraft(userId, from, { text: '', reply_to: null })
  attach(into, attachedIn(from))
  attach(from, null)
}

function isDrafted(userId: string, id: string): boolean {
  const { text, reply_to } = draftOf(userId, id)
  return text.trim() !== '' || reply_to !== null || attachedIn(id) !== null
}

/** In whose box one goes on writing as soon as it is there. */
let writesOnIn: string | null = null

interface Followed {
  id: string
  /** Why the conversation could not be read. */
  error: unknown
  input: RefObject<HTMLTextAreaElement | null>
  /** Opens the one that took it in. */
  onMerged: (into: string) => void
}

/** Brings whoever has a conversation open to the one that it went into. */
export function useFollowsMerge({ id, error, input, onMerged }: Followed): void {
  const { slug } = useOrganization()
  const { user } = useSession()
  const queryClient = useQueryClient()
  const into = mergedInto(error)
  const open = useRef(onMerged)
  useEffect(() => {
    open.current = onMerged
  })
  useEffect(() => {
    if (into === null) return undefined
    let isHere = true
    const follow = async () => {
      // Once it is read, its box is there at once for whoever is writing.
      await queryClient.prefetchQuery(conversationQuery(slug, into))
      if (!isHere) return
      carryOver(user.id, id, into)
      if (input.current !== null && document.activeElement === input.current) writesOnIn = into
      open.current(into)
      tell(m.conversations_joined())
    }
    void follow()
    return () => {
      isHere = false
      // Taken apart again, the conversation is there: what was told of it before leads nowhere.
      queryClient.removeQueries({ queryKey: conversationKeys.one(slug, id), exact: true })
    }
  }, [queryClient, slug, user.id, id, into, input])
}

/** Puts the cursor behind what one had begun to write, once, where one was brought while writing. */
export function writeOn(id: string, field: HTMLTextAreaElement | null): void {
  if (field === null || writesOnIn !== id) return
  writesOnIn = null
  field.focus()
  field.setSelectionRange(field.value.length, field.value.length)
}

const NONE: readonly string[] = []

/** Carries over what was begun in conversations that went into this one while nobody here had them open. */
export function useCarriesOver(id: string, mergedIds: readonly string[] = NONE): void {
  const { user } = useSession()
  // Once each: what is offered above the box is not put into it as soon as that is emptied.
  const carried = useRef(new Set<string>())
  useEffect(() => {
    for (const from of mergedIds) if (!carried.current.has(from)) carryOver(user.id, from, id)
    carried.current = new Set(mergedIds)
  }, [user.id, id, mergedIds])
}
