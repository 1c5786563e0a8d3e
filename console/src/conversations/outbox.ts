// What was written here and is not yet known to the server: shown at once, sent one after another, and kept until it is there.
import type { QueryClient } from '@tanstack/react-query'
import { useCallback, useSyncExternalStore } from 'react'
import type { Message, sendMedia, sendMessage } from '../../../server/conversations/schema.ts'
import { whenPersonLeaves } from '../access/leaving.ts'
import { call } from '../lib/api.ts'
import { holdTypedText } from '../lib/typed-text.ts'
import type { BegunElsewhere, Quote } from './drafts.ts'
import { conversationKeys } from './keys.ts'
import { mergedInto } from './merged.ts'
import { putMessage, type ThreadPages } from './thread-pages.ts'
import { readNewestMessages } from './thread-reading.ts'

export interface Unsent {
  /** Names the message for as long as it is tried: the server has it once, however often that is. */
  key: string
  text: string
  reply_to: Quote | null
  /** Goes with it; the text is its caption. */
  file: File | null
  written_at: string
  /** The conversation in which it was written, where that went into the one in which it waits. */
  begun_in: string | undefined
  /** The conversation for which the server was asked to send it: until it says that it has none such, it may have done so there. */
  asked: string | null
  /** Why it could not be sent; null while it is on its way. */
  failure: unknown
  /** It is on its way for so long that something is wrong: the network, for instance. */
  late: boolean
}

/** Usually it is there in a fraction of this; a file may take its time. */
const LATE_MS = { text: 4000, file: 60_000 }

const NOTHING: readonly Unsent[] = []
const waiting = new Map<string, readonly Unsent[]>()
const listeners = new Set<() => void>()
/** Messages of one conversation go out in the order in which they were written. */
const last = new Map<string, Promise<void>>()
let made = 0
const HOLDER = Symbol('unsent messages')

function tell(): void {
  holdTypedText(HOLDER, waiting.size > 0)
  for (const listener of listeners) listener()
}

// Whoever signs in next sends nothing in the name of somebody else.
whenPersonLeaves(() => {
  waiting.clear()
  tell()
})

function change(conversationId: string, to: (before: readonly Unsent[]) => readonly Unsent[]): void {
  const now = to(waiting.get(conversationId) ?? NOTHING)
  if (now.length === 0) waiting.delete(conversationId)
  else waiting.set(conversationId, now)
  tell()
}

/** The conversation in which a message waits; undefined when it does no more. */
const placeOf = (key: string): string | undefined =>
  [...waiting].find(([, messages]) => messages.some((each) => each.key === key))?.[0]

/** Wherever it waits by now. */
function changeOne(key: string, changes: Partial<Unsent>): void {
  const place = placeOf(key)
  if (place !== undefined)
    change(place, (before) => before.map((each) => (each.key === key ? { ...each, ...changes } : each)))
}

/** What waits in a conversation waits from now on in the one that took it in, and what is written there goes after it. */
export function moveUnsent(from: string, into: string): void {
  const moved = waiting.get(from)
  if (!moved) return
  waiting.delete(from)
  putAmong(
    from,
    into,
    moved.map((each) => ({ ...each, begun_in: each.begun_in ?? from })),
  )
}

/**
 * What was written in a conversation that is its own again waits there. Where the server was asked to send it meanwhile it
 * is not asked again: that would be another customer. The key sees to it that nobody gets it twice.
 */
export function bringUnsentBack(at: string, begunIn: string): void {
  const all = waiting.get(at) ?? NOTHING
  const back = all.filter(({ begun_in }) => begun_in === begunIn)
  change(at, () => all.filter((each) => !back.includes(each)))
  putAmong(
    at,
    begunIn,
    back.map((each) => ({ ...each, begun_in: undefined, asked: each.asked === begunIn ? begunIn : null })),
  )
}

/** What waits in other conversations than those in which it was written. */
export const unsentBegunElsewhere = (): BegunElsewhere[] =>
  [...waiting].flatMap(([at, messages]) =>
    messages.flatMap(({ begun_in }) => (begun_in === undefined ? [] : [{ at, begunIn: begun_in }])),
  )

/** Puts what waited in `from` among what waits in `into`, in the order of writing. */
function putAmong(from: string, into: string, moved: readonly Unsent[]): void {
  change(into, (before) => [...before, ...moved].toSorted((a, b) => (a.written_at < b.written_at ? -1 : 1)))
  last.set(
    into,
    Promise.all([last.get(into), last.get(from)]).then(() => undefined),
  )
}

export interface Where {
  queryClient: QueryClient
  organization: string
  conversationId: string
}

export function write(
  where: Where,
  text: string,
  replyTo: Quote | null,
  file: File | null = null,
  begunIn?: string,
): void {
  const unsent: Unsent = {
    key: `${Date.now()} ${++made} ${Math.random()}`,
    text,
    reply_to: replyTo,
    file,
    written_at: new Date().toISOString(),
    begun_in: begunIn,
    asked: null,
    failure: null,
    late: false,
  }
  change(where.conversationId, (before) => [...before, unsent])
  send(where, unsent)
}

export function tryAgain(where: Where, unsent: Unsent): void {
  changeOne(unsent.key, { failure: null, late: false })
  send(where, unsent)
}

export const drop = (conversationId: string, unsent: Unsent): void =>
  change(conversationId, (before) => before.filter((each) => each.key !== unsent.key))

function send({ queryClient, organization, conversationId }: Where, { key, file }: Unsent): void {
  const timer = window.setTimeout(() => changeOne(key, { late: true }), file === null ? LATE_MS.text : LATE_MS.file)
  const sending = async () => {
    try {
      for (let sent = false; !sent;)
        // oxlint-disable-next-line no-await-in-loop -- where it went into another one, it is sent there
        sent = await trySending(queryClient, organization, key)
    } catch (failure) {
      changeOne(key, { failure })
    } finally {
      window.clearTimeout(timer)
    }
  }
  last.set(conversationId, (last.get(conversationId) ?? Promise.resolve()).then(sending))
}

/** Asks the server to send it, if it still waits; false where it waits in another conversation now, and nobody has it yet. */
async function trySending(queryClient: QueryClient, organization: string, key: string): Promise<boolean> {
  const unsent = waiting.get(placeOf(key) ?? '')?.find((each) => each.key === key)
  if (!unsent) return true
  const asked = unsent.asked ?? placeOf(key)!
  changeOne(key, { asked })
  try {
    const message = await post(organization, asked, unsent)
    const place = placeOf(key)
    // What was sent before the merge stands there as it is by now.
    if (place !== asked) await readNewestMessages(queryClient, organization, place ?? asked)
    else
      queryClient.setQueryData<ThreadPages>(
        conversationKeys.messages(organization, asked),
        (before) => before && putMessage(before, message),
      )
    if (place !== undefined) drop(place, unsent)
    return true
  } catch (failure) {
    const into = mergedInto(failure)
    if (into === null) throw failure
    moveUnsent(asked, into)
    changeOne(key, { asked: null })
    // Whoever has it open is brought there.
    void queryClient.invalidateQueries({ queryKey: conversationKeys.one(organization, asked) })
    return false
  }
}

function post(organization: string, conversationId: string, { key, text, reply_to, file }: Unsent): Promise<Message> {
  const at = { organization, params: { id: conversationId }, once: key }
  const reply = reply_to === null ? {} : { reply_to: reply_to.id }
  return file === null
    ? call<typeof sendMessage>('post', '/v1/conversations/{id}/messages', {
        ...at,
        body: { text, client_key: key, ...reply },
      })
    : call<typeof sendMedia>('post', '/v1/conversations/{id}/media', {
        ...at,
        query: { file_name: file.name, client_key: key, ...(text === '' ? {} : { caption: text }), ...reply },
        body: file,
      })
}

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

export const useUnsent = (conversationId: string): readonly Unsent[] =>
  useSyncExternalStore(
    subscribe,
    useCallback(() => waiting.get(conversationId) ?? NOTHING, [conversationId]),
  )

/** The last that is not sent as it should be: it failed, or is late. */
export const notSent = (conversationId: string): Unsent | null =>
  waiting.get(conversationId)?.findLast(({ failure, late }) => failure !== null || late) ?? null

export const useNotSent = (conversationId: string): Unsent | null =>
  useSyncExternalStore(subscribe, () => notSent(conversationId))

/** Until nothing that was written in a conversation is on its way any more: it is there, or it failed. */
export async function whenSent(conversationId: string): Promise<void> {
  for (let seen: unknown; seen !== last.get(conversationId);) {
    seen = last.get(conversationId)
    // oxlint-disable-next-line no-await-in-loop -- more may have been written meanwhile
    await seen
  }
}

export const countFailed = (conversationId: string): number =>
  waiting.get(conversationId)?.filter(({ failure }) => failure !== null).length ?? 0
