// Going on in the conversation that took another one in: whoever had that open is brought there, with all that they had begun to write.
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useLayoutEffect, useReducer, useRef, type RefObject } from 'react'
import type { getConversation } from '../../../server/conversations/schema.ts'
import { useOrganization, useSession } from '../access/queries.ts'
import { call } from '../lib/api.ts'
import { m } from '../paraglide/messages.js'
import { tell } from '../ui/toasts.ts'
import { attach, attachedBegunIn, attachedIn, filesBegunElsewhere } from './attached.ts'
import { draftOf, draftsBegunElsewhere, keepDraft, type BegunElsewhere } from './drafts.ts'
import { conversationKeys } from './keys.ts'
import { mergedInto } from './merged.ts'
import { bringUnsentBack, moveUnsent, unsentBegunElsewhere } from './outbox.ts'
import { conversationQuery } from './queries.ts'

const NOTHING = { text: '', reply_to: null }

/**
 * What was written here in a conversation and is not sent belongs to the one that took it in. A draft goes into its box only
 * when that is empty: otherwise it stays, and is offered above it.
 */
export function carryOver(userId: string, from: string, into: string): void {
  moveUnsent(from, into)
  if (isDrafted(userId, into) || !isDrafted(userId, from)) return
  const draft = draftOf(userId, from)
  keepDraft(userId, into, { ...draft, begun_in: draft.begun_in ?? from })
  keepDraft(userId, from, NOTHING)
  attach(into, attachedIn(from), attachedBegunIn(from) ?? from)
  attach(from, null)
}

function isDrafted(userId: string, id: string): boolean {
  const { text, reply_to } = draftOf(userId, id)
  return text.trim() !== '' || reply_to !== null || attachedIn(id) !== null
}

/** All that stands in a conversation that took in the one where it was begun. */
const begunElsewhere = (userId: string): BegunElsewhere[] =>
  [...unsentBegunElsewhere(), ...draftsBegunElsewhere(userId), ...filesBegunElsewhere()].filter(
    ({ at, begunIn }) => at !== begunIn,
  )

/**
 * Taken apart again, what was begun in a conversation goes back there from where it was carried, however it was changed since:
 * it was meant for that customer. What is written there by now stays above it. Answers whether there was anything.
 */
export function bringBack(userId: string, at: string, begunIn: string): boolean {
  const isOfIt = (each: BegunElsewhere) => each.at === at && each.begunIn === begunIn && at !== begunIn
  if (!begunElsewhere(userId).some(isOfIt)) return false
  if (unsentBegunElsewhere().some(isOfIt)) bringUnsentBack(at, begunIn)
  if (draftsBegunElsewhere(userId).some(isOfIt)) {
    const [{ text, reply_to }, there] = [draftOf(userId, at), draftOf(userId, begunIn)]
    keepDraft(userId, at, NOTHING)
    keepDraft(userId, begunIn, {
      text: [there.text, text].filter((each) => each.trim() !== '').join('\n'),
      reply_to: there.reply_to ?? reply_to,
      begun_in: there.begun_in,
    })
  }
  if (filesBegunElsewhere().some(isOfIt)) {
    // A file that was attached there since goes first; nowhere may the other one be left for the wrong customer.
    attach(begunIn, attachedIn(begunIn) ?? attachedIn(at))
    attach(at, null)
  }
  return true
}

/** Where one is being brought, and whether one was writing: only while one pane gives way to the other. */
let brought: { to: string; writing: boolean } | null = null

function noteFocus(to: string, { pane, input }: Pick<Followed, 'pane' | 'input'>): void {
  const focused = document.activeElement
  if (focused === null || !pane.current?.contains(focused)) return
  brought = { to, writing: focused === input.current }
  queueMicrotask(() => {
    brought = null
  })
}

interface Followed {
  id: string
  /** Why the conversation could not be read. */
  error: unknown
  pane: RefObject<HTMLElement | null>
  input: RefObject<HTMLTextAreaElement | null>
  /** Opens the one that took it in. */
  onMerged: (into: string) => void
}

/** Brings whoever has a conversation open to the one that it went into. */
export function useFollowsMerge({ id, error, pane, input, onMerged }: Followed): void {
  const { slug } = useOrganization()
  const { user } = useSession()
  const queryClient = useQueryClient()
  const into = mergedInto(error)
  const open = useRef(onMerged)
  useEffect(() => {
    open.current = onMerged
  })
  // Before the next one is on screen: no key falls between them.
  useLayoutEffect(() => {
    if (into === null) return undefined
    let isHere = true
    let isLeft = false
    const follow = async () => {
      // Once it is read, its box is there at once for whoever is writing.
      await queryClient.prefetchQuery(conversationQuery(slug, into))
      if (!isHere) return
      isLeft = true
      open.current(into)
      tell(m.conversations_joined())
    }
    void follow()
    return () => {
      isHere = false
      // Until then one types on in the old box.
      if (isLeft) {
        carryOver(user.id, id, into)
        noteFocus(into, { pane, input })
      }
      // Taken apart again, the conversation is there: what was told of it before leads nowhere.
      queryClient.removeQueries({ queryKey: conversationKeys.one(slug, id), exact: true })
    }
  }, [queryClient, slug, user.id, id, into, pane, input])
}

/** Puts the focus where one goes on: behind what one had begun to write, or on the thread. */
export function useGoesOn({ id, pane, input }: Pick<Followed, 'id' | 'pane' | 'input'>): void {
  const [, showAtOnce] = useReducer((times: number) => times + 1, 0)
  useLayoutEffect(() => {
    if (brought?.to !== id) return
    const field = brought.writing ? input.current : null
    ;(field ?? pane.current?.querySelector<HTMLElement>('[role=log]'))?.focus()
    // What was carried over is in the box before the next letter comes.
    showAtOnce()
  }, [id, pane, input])
}

/**
 * Carries over what was begun in conversations that went into this one while nobody here had them open, and back what was
 * begun in one that went out of it again.
 */
export function useCarriesOver(id: string, mergedIds: readonly string[] | undefined): void {
  const { slug } = useOrganization()
  const { user } = useSession()
  // Once each: what is offered above the box is not put into it as soon as that is emptied.
  const carried = useRef(new Set<string>())
  useEffect(() => {
    if (mergedIds === undefined) return
    for (const from of mergedIds) if (!carried.current.has(from)) carryOver(user.id, from, id)
    carried.current = new Set(mergedIds)
    const apart = begunElsewhere(user.id).filter(({ at, begunIn }) =>
      at === id ? !mergedIds.includes(begunIn) : begunIn === id,
    )
    for (const each of apart) void bringBackIfApart(slug, user.id, each)
  }, [slug, user.id, id, mergedIds])
}

/** What is known here of merges may be of before one: the server is asked. */
async function bringBackIfApart(slug: string, userId: string, { at, begunIn }: BegunElsewhere): Promise<void> {
  if ((await leadsTo(slug, begunIn)) !== at && bringBack(userId, at, begunIn)) tell(m.conversations_apart())
}

/** Where a conversation went; null when it is there, and also when nobody says: it is better looked for there than sent to somebody else. */
async function leadsTo(organization: string, id: string): Promise<string | null> {
  try {
    await call<typeof getConversation>('get', '/v1/conversations/{id}', { organization, params: { id } })
    return null
  } catch (error) {
    return mergedInto(error)
  }
}
