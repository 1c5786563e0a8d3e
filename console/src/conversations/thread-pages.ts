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
  const conversations = data.pages.flatMap((page) => page.conversations)
  const rest = {
    messages: older,
    conversations,
    first_unread_id: fresh.first_unread_id,
    next_cursor: data.pages.at(-1)!.next_cursor,
  }
  return { pages: [first, rest], pageParams: [null, fresh.next_cursor] }
}

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

const isAfter = (a: string, b: string): boolean => Date.parse(a) > Date.parse(b)
