// The pages of a thread, newest first, brought up to date from its newest end.
import type { InfiniteData } from '@tanstack/react-query'
import type { listMessages, Message } from '../../../server/conversations/schema.ts'
import type { RouteOk } from '../../../server/lib/route.ts'

export type ThreadPage = RouteOk<typeof listMessages>
export type ThreadPages = InfiniteData<ThreadPage, string | null>

/**
 * The thread with its newest page read anew: what is older than that page stays as it was read. A message that was added
 * here meanwhile, and came too late for the reading, stays too. Where the new page does not reach what was read before, only it remains.
 */
export function mergeNewest(data: ThreadPages, fresh: ThreadPage): ThreadPages {
  const known = data.pages.flatMap(({ messages }) => messages)
  const ids = new Set(fresh.messages.map(({ id }) => id))
  const newest = fresh.messages[0]
  const early = newest ? known.filter(({ id, sent_at }) => !ids.has(id) && isAfter(sent_at, newest.sent_at)) : []
  const oldest = fresh.messages.at(-1)
  const meets = known.findLastIndex(({ id }) => id === oldest?.id)
  const first = { ...fresh, messages: [...early, ...fresh.messages] }
  const older = meets < 0 ? [] : known.slice(meets + 1).filter(({ id }) => !ids.has(id))
  if (older.length === 0) return { pages: [first], pageParams: [null] }
  const rest = {
    messages: older,
    conversations: headsOf([fresh, ...data.pages]),
    merged_ids: fresh.merged_ids,
    first_unread_id: fresh.first_unread_id,
    next_cursor: data.pages.at(-1)!.next_cursor,
  }
  return { pages: [first, rest], pageParams: [null, fresh.next_cursor] }
}

/** Where a stretch of a thread begins: behind a message, from which a cursor goes on. */
export interface StretchStart {
  above: string
  cursor: string
}

/** Where the part begins that is older than the newest page; null without one. */
export function startOfOlder({ pages: [first, ...others] }: ThreadPages): StretchStart | null {
  const above = first?.messages.at(-1)
  return above && first?.next_cursor && others.length > 0 ? { above: above.id, cursor: first.next_cursor } : null
}

/**
 * The thread with an older stretch of it read anew: what is newer than that, and what is older, stays as it was read.
 * `next` is where the older part begins, if some of it was read before.
 */
export function mergeOlder(
  data: ThreadPages,
  fresh: ThreadPage,
  { above, cursor }: StretchStart,
): { data: ThreadPages; next: StretchStart | null } {
  const known = data.pages.flatMap(({ messages }) => messages)
  const from = known.findIndex(({ id }) => id === above) + 1
  const first = data.pages[0]
  if (!first || from === 0) return { data, next: null }
  const ids = new Set(fresh.messages.map(({ id }) => id))
  const last = fresh.messages.at(-1)
  const isLeft = (message: Message) => !ids.has(message.id) && last !== undefined && isOlder(message, last)
  const older = fresh.next_cursor === null ? [] : known.slice(from).filter(isLeft)
  const newest = { ...first, messages: known.slice(0, from).filter(({ id }) => !ids.has(id)), next_cursor: cursor }
  const rest = {
    messages: [...fresh.messages, ...older],
    conversations: headsOf([fresh, ...data.pages]),
    merged_ids: fresh.merged_ids,
    first_unread_id: fresh.first_unread_id,
    next_cursor: older.length === 0 ? fresh.next_cursor : data.pages.at(-1)!.next_cursor,
  }
  return {
    data: { pages: [newest, rest], pageParams: [null, cursor] },
    next: older.length > 0 && last && fresh.next_cursor ? { above: last.id, cursor: fresh.next_cursor } : null,
  }
}

/** The newest message of a conversation, of both sides or of one. Ids sort in the order of arrival, as the server counts; WhatsApp delivers late ones with their own times, in whole seconds. */
export const newestOf = (
  pages: readonly ThreadPage[],
  conversationId: string,
  direction?: Message['direction'],
): Message | undefined =>
  pages
    .flatMap(({ messages }) => messages)
    .filter((each) => each.conversation_id === conversationId && (!direction || each.direction === direction))
    .reduce<Message | undefined>((last, each) => (last && last.id > each.id ? last : each), undefined)

/**
 * Up to where whoever looks at a conversation has seen what the customer wrote. Not up to an answer, which may have a later
 * id than what came just before it and is not here yet; only where the customer has written nothing.
 */
export const seenTo = (pages: readonly ThreadPage[], conversationId: string): string | undefined =>
  (newestOf(pages, conversationId, 'in') ?? newestOf(pages, conversationId))?.id

/** The thread with a message as it is now: in its place, or as the newest. */
export function putMessage(data: ThreadPages, message: Message): ThreadPages {
  const [first, ...others] = data.pages
  if (!first) return data
  if (!data.pages.some(({ messages }) => messages.some(({ id }) => id === message.id)))
    return { ...data, pages: [{ ...first, messages: [message, ...first.messages] }, ...others] }
  return replaceMessages(data, [message])
}

/** The thread with messages as they are now, as far as they are in it. */
export function replaceMessages(data: ThreadPages, fresh: readonly Message[]): ThreadPages {
  const byId = new Map(fresh.map((message) => [message.id, message]))
  const pages = data.pages.map((page) =>
    page.messages.some(({ id }) => byId.has(id))
      ? { ...page, messages: page.messages.map((each) => byId.get(each.id) ?? each) }
      : page,
  )
  return { ...data, pages }
}

/** Each conversation as the first page says that has it. */
const headsOf = (pages: readonly ThreadPage[]): ThreadPage['conversations'] => {
  const byId = new Map<string, ThreadPage['conversations'][number]>()
  for (const each of pages.flatMap(({ conversations }) => conversations))
    if (!byId.has(each.id)) byId.set(each.id, each)
  return [...byId.values()]
}

/** As the server sorts them. */
const isOlder = (a: Message, b: Message): boolean =>
  isAfter(b.sent_at, a.sent_at) || (Date.parse(a.sent_at) === Date.parse(b.sent_at) && a.id < b.id)

const isAfter = (a: string, b: string): boolean => Date.parse(a) > Date.parse(b)
