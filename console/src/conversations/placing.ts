// Where a conversation stands in a list that was read, when it has changed: in its place by its last activity, or nowhere.
import type { InfiniteData } from '@tanstack/react-query'
import type { Contact } from '../../../server/contacts/schema.ts'
import type { Conversation, listConversations } from '../../../server/conversations/schema.ts'
import type { RouteArgs, RouteOk } from '../../../server/lib/route.ts'

/** The filters as the server takes them. */
export type ConversationQuery = Omit<NonNullable<RouteArgs<typeof listConversations>['query']>, 'limit' | 'cursor'>
export type ConversationPages = InfiniteData<RouteOk<typeof listConversations>, string | null>

/** Whether a list holds it; null where only the server can tell. */
export function belongs(conversation: Conversation, query: ConversationQuery, me: string | undefined): boolean | null {
  const { status, agent, contact, channel_id, last_message_at } = conversation
  const isOpen = status === 'pending' || status === 'active'
  const { list = 'all' } = query
  const inList =
    list === 'all' ||
    (list === 'open' && isOpen) ||
    (list === 'waiting' && status === 'pending') ||
    (list === 'mine' && status === 'active' && agent?.id === me)
  const among = (asked: string | undefined, ids: readonly string[]) =>
    asked === undefined || ids.some((id) => asked.split(',').includes(id))
  const met =
    inList &&
    among(query.statuses, [status]) &&
    among(query.agents, agent ? [agent.id] : []) &&
    among(query.channels, [channel_id]) &&
    among(
      query.any_tags,
      contact.tags.map(({ id }) => id),
    ) &&
    (query.contact_id === undefined || query.contact_id === contact.id) &&
    (query.active_from === undefined || Date.parse(last_message_at) >= Date.parse(query.active_from)) &&
    (query.active_before === undefined || Date.parse(last_message_at) < Date.parse(query.active_before))
  return met && query.search !== undefined ? null : met
}

/** The list with conversations as they are now. One that comes behind the last page read is left to the next page. */
export function placeConversations(
  data: ConversationPages,
  query: ConversationQuery,
  me: string | undefined,
  news: ReadonlyMap<string, Conversation>,
): ConversationPages {
  if (news.size === 0) return data
  const toPlace = new Map([...news].filter(([, each]) => belongs(each, query, me) === true))
  const pages = data.pages.map((page) => {
    const rows = page.conversations.flatMap((row) => {
      const now = news.get(row.id)
      if (!now) return row
      if (belongs(now, query, me) === false) return []
      if (toPlace.has(row.id) && now.last_message_at !== row.last_message_at) return []
      toPlace.delete(row.id)
      return now
    })
    return rows.length === page.conversations.length && rows.every((row, index) => row === page.conversations[index])
      ? page
      : { ...page, conversations: rows }
  })
  for (const conversation of [...toPlace.values()].toSorted(byActivity)) {
    const last = pages.at(-1)
    let at = pages.findIndex(({ conversations }) => conversations.some((row) => byActivity(conversation, row) < 0))
    if (at < 0 && last?.next_cursor === null) at = pages.length - 1
    const page = pages[at]
    if (!page) continue
    const before = page.conversations.filter((row) => byActivity(row, conversation) < 0)
    pages[at] = { ...page, conversations: [...before, conversation, ...page.conversations.slice(before.length)] }
  }
  return pages.every((page, index) => page === data.pages[index]) ? data : { ...data, pages }
}

/** A list, or one conversation, with their contacts as they are now. */
export function placeContacts<D extends { pages: { conversations: Conversation[] }[] }>(
  data: D,
  contacts: ReadonlyMap<string, Contact>,
): D {
  if (!data.pages.some((page) => page.conversations.some((row) => contacts.has(row.contact.id)))) return data
  const pages = data.pages.map((page) => ({
    ...page,
    conversations: page.conversations.map((row) => withContact(row, contacts)),
  }))
  return { ...data, pages }
}

export const withContact = (row: Conversation, contacts: ReadonlyMap<string, Contact>): Conversation => {
  const contact = contacts.get(row.contact.id)
  return contact ? { ...row, contact } : row
}

/** As the server sorts them: most recently active first. */
const byActivity = (a: Conversation, b: Conversation): number =>
  Date.parse(b.last_message_at) - Date.parse(a.last_message_at) || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0)
