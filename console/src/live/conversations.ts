// What the stream tells of conversations, shown: in the lists of the inbox, in the open thread, and in the numbers beside them.
import type { QueryClient } from '@tanstack/react-query'
import type { Conversation } from '../../../server/conversations/schema.ts'
import { alertOf, tellOfHandOvers } from '../conversations/alerts.ts'
import { conversationKeys } from '../conversations/keys.ts'
import { placeContacts, withContact, type ConversationPages } from '../conversations/placing.ts'
import { showConversations } from '../conversations/queries.ts'
import { readNewestMessages, readOlderMessages } from '../conversations/thread-reading.ts'
import type { Digest } from './digest.ts'
import type { Refresher } from './refreshing.ts'

interface Where {
  queryClient: QueryClient
  organization: string
  refresher: Refresher
}

type ConversationNews = Pick<
  Digest,
  'conversations' | 'handedOver' | 'touched' | 'manyConversations' | 'contacts' | 'regrouped'
>

/** How often at most what was not sent along is read again. */
const LISTS_EVERY_MS = 3000
const COUNTS_EVERY_MS = 1000
const THREAD_EVERY_MS = 250
const OLDER_EVERY_MS = 3000

export function showConversationNews({ queryClient, organization, refresher }: Where, news: ConversationNews): void {
  const { conversations, touched, contacts } = news
  // Of contacts that became others all that hangs on them is read again.
  const many = news.manyConversations || news.regrouped
  if (contacts.size > 0) {
    queryClient.setQueriesData<ConversationPages>(
      { queryKey: conversationKeys.lists(organization) },
      (data) => data && placeContacts(data, contacts),
    )
    queryClient.setQueriesData<Conversation>(
      { queryKey: [...conversationKeys.all(organization), 'one'] },
      (data) => data && withContact(data, contacts),
    )
  }
  if (touched.size === 0 && !many) return
  showConversations(queryClient, organization, conversations)
  alertOf(queryClient, organization, conversations.values())
  tellOfHandOvers(queryClient, organization, news)
  const counts = conversationKeys.counts(organization)
  refresher.refresh('inbox counts', COUNTS_EVERY_MS, () => queryClient.invalidateQueries({ queryKey: counts }))

  const lists = conversationKeys.lists(organization)
  const isSearch = (asked: unknown) => (asked as { search?: string } | undefined)?.search !== undefined
  const unsent = many || [...touched].some((id) => !conversations.has(id))
  // A reading that is under way may have looked before the change; and what a search finds only the server knows.
  if (unsent || queryClient.isFetching({ queryKey: lists }) > 0)
    refresher.refresh('inbox lists', LISTS_EVERY_MS, () => queryClient.invalidateQueries({ queryKey: lists }))
  else
    refresher.refresh('inbox searches', LISTS_EVERY_MS, () =>
      queryClient.invalidateQueries({ queryKey: lists, predicate: ({ queryKey }) => isSearch(queryKey[3]) }),
    )

  for (const query of queryClient.getQueryCache().findAll({ queryKey: conversationKeys.threads(organization) })) {
    const id = String(query.queryKey[3])
    const one = conversationKeys.one(organization, id)
    if (!many && !isOfThread(id, queryClient.getQueryData<Conversation>(one), news)) continue
    if (!query.isActive()) {
      queryClient.removeQueries({ queryKey: query.queryKey, exact: true })
      continue
    }
    refresher.refresh(`thread ${id}`, THREAD_EVERY_MS, () => readNewestMessages(queryClient, organization, id))
    // It is not told which message a change is about: an older one may have got a reaction, a tick or its file.
    refresher.refresh(`older messages ${id}`, OLDER_EVERY_MS, () => readOlderMessages(queryClient, organization, id))
    if (!conversations.has(id))
      refresher.refresh(`conversation ${id}`, COUNTS_EVERY_MS, () => queryClient.invalidateQueries({ queryKey: one }))
  }
}

/** A thread goes on in the next conversation of the same contact and number. */
const isOfThread = (id: string, known: Conversation | undefined, { conversations, touched }: ConversationNews) =>
  touched.has(id) ||
  (known !== undefined &&
    [...conversations.values()].some(
      (each) => each.contact.id === known.contact.id && each.channel_id === known.channel_id,
    ))
