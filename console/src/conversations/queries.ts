// What the inbox reads, and what is done with a conversation: each answer is put in place in whatever is cached.
import {
  infiniteQueryOptions,
  queryOptions,
  useMutation,
  useQueryClient,
  type QueryClient,
} from '@tanstack/react-query'
import type { listColleagues } from '../../../server/conversations/colleagues-schema.ts'
import type { CurrentSession } from '../../../server/access/schema.ts'
import type { fetchMediaAgain } from '../../../server/conversations/fetching-schema.ts'
import type {
  closeConversation,
  Conversation,
  getConversation,
  giveBackConversation,
  handOverConversation,
  listConversations,
  readConversation,
  resendMessage,
  settleMessage,
  takeConversation,
} from '../../../server/conversations/schema.ts'
import { sessionQuery } from '../access/queries.ts'
import { call, isProblem } from '../lib/api.ts'
import { conversationKeys } from './keys.ts'
import { mergedInto } from './merged.ts'
import { placeConversations, type ConversationPages, type ConversationQuery } from './placing.ts'
import { putMessage, replaceMessages, type ThreadPages } from './thread-pages.ts'
import { readNewestMessages } from './thread-reading.ts'

const PAGE = { first: 50, next: 200 }

/** The last part of its key is what was asked. */
export const conversationListQuery = (organization: string, query: ConversationQuery) =>
  infiniteQueryOptions({
    queryKey: [...conversationKeys.lists(organization), query],
    queryFn: ({ pageParam, signal }) =>
      call<typeof listConversations>('get', '/v1/conversations', {
        organization,
        signal,
        query: {
          ...query,
          ...(pageParam === null ? { limit: PAGE.first } : { limit: PAGE.next, cursor: pageParam }),
        },
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
    // While a search is typed the rows before stay, but never those of another list.
    placeholderData: (before, asked) => {
      const was = asked?.queryKey[3] as ConversationQuery | undefined
      return asked?.queryKey[1] === organization && was?.list === query.list ? before : undefined
    },
    refetchOnWindowFocus: (own) => (own.state.data?.pages.length ?? 0) <= 3,
  })

export const conversationQuery = (organization: string, id: string) =>
  queryOptions({
    queryKey: conversationKeys.one(organization, id),
    queryFn: ({ signal }) =>
      call<typeof getConversation>('get', '/v1/conversations/{id}', { organization, signal, params: { id } }),
  })

/** The ids of the newest conversations of the same contact and number. */
export const sameThreadQuery = (organization: string, { id, contact, channel_id }: Conversation) =>
  queryOptions({
    queryKey: conversationKeys.earlier(organization, id, contact.id),
    queryFn: ({ signal }) =>
      call<typeof listConversations>('get', '/v1/conversations', {
        organization,
        signal,
        query: { contact_id: contact.id, channels: channel_id, limit: PAGE.next },
      }),
    select: ({ conversations }) => conversations.map((each) => each.id),
  })

export const colleaguesQuery = (organization: string) =>
  queryOptions({
    queryKey: ['people', organization, 'colleagues'],
    queryFn: ({ signal }) => call<typeof listColleagues>('get', '/v1/colleagues', { organization, signal }),
    select: ({ colleagues }) => colleagues,
  })

/** The AI agents that answer customers. */
export const aiColleaguesQuery = (organization: string) =>
  queryOptions({ ...colleaguesQuery(organization), select: ({ ai_agents }) => ai_agents })

/** Puts conversations as they are now in every list and wherever they are open. */
export function showConversations(
  queryClient: QueryClient,
  organization: string,
  news: ReadonlyMap<string, Conversation>,
): void {
  const me = queryClient.getQueryData<CurrentSession>(sessionQuery.queryKey)?.user.id
  for (const query of queryClient.getQueryCache().findAll({ queryKey: conversationKeys.lists(organization) })) {
    const data = query.state.data as ConversationPages | undefined
    const placed = data && placeConversations(data, query.queryKey[3] as ConversationQuery, me, news)
    if (placed !== data) query.setData(placed, { updatedAt: query.state.dataUpdatedAt, manual: true })
  }
  for (const [id, conversation] of news) {
    const key = conversationKeys.one(organization, id)
    // Of one that went into another, news may be from before that: it is asked for again.
    if (mergedInto(queryClient.getQueryState(key)?.error) !== null)
      void queryClient.invalidateQueries({ queryKey: key, exact: true })
    else queryClient.setQueryData<Conversation>(key, (before) => before && conversation)
  }
}

type Act =
  | { act: 'take' | 'give_back' }
  | { act: 'hand_over'; to: string }
  | { act: 'close'; seenTo: string | undefined }
  | { act: 'read'; upTo: string }

/** Taking, handing over, giving back, closing, marking as read. */
export function useActOn(organization: string, id: string) {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: (what: Act): Promise<Conversation> => {
      const at = { organization, params: { id } }
      switch (what.act) {
        case 'take':
          return call<typeof takeConversation>('post', '/v1/conversations/{id}/take', at)
        case 'give_back':
          return call<typeof giveBackConversation>('post', '/v1/conversations/{id}/give-back', at)
        case 'hand_over':
          return call<typeof handOverConversation>('post', '/v1/conversations/{id}/hand-over', {
            ...at,
            body: { user_id: what.to },
          })
        case 'close':
          return call<typeof closeConversation>('post', '/v1/conversations/{id}/close', {
            ...at,
            body: what.seenTo === undefined ? {} : { seen_to: what.seenTo },
          })
        case 'read':
          return call<typeof readConversation>('post', '/v1/conversations/{id}/read', {
            ...at,
            body: { up_to: what.upTo },
          })
      }
    },
    onSuccess: (conversation) => showConversations(queryClient, organization, new Map([[id, conversation]])),
    onError: (error) => {
      // Somebody was quicker, or it went into another one: what is so now is shown.
      if (!isProblem(error, 409) && !isProblem(error, 403) && !isProblem(error, 404)) return
      void queryClient.invalidateQueries({ queryKey: conversationKeys.one(organization, id) })
      void queryClient.invalidateQueries({ queryKey: conversationKeys.lists(organization) })
      void readNewestMessages(queryClient, organization, id)
    },
    onSettled: (_, __, { act }) => {
      if (act === 'read') return
      void queryClient.invalidateQueries({ queryKey: conversationKeys.counts(organization) })
      if (act === 'close') void readNewestMessages(queryClient, organization, id)
    },
  })
}

/** Sending a message again, or leaving it as it is. */
export function useDecideMessage(organization: string, conversationId: string) {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: ({ id, to }: { id: string; to: 'resend' | 'settle' }) =>
      to === 'resend'
        ? call<typeof resendMessage>('post', '/v1/messages/{id}/resend', { organization, params: { id } })
        : call<typeof settleMessage>('post', '/v1/messages/{id}/settle', { organization, params: { id } }),
    onSuccess: (message) =>
      queryClient.setQueryData<ThreadPages>(
        conversationKeys.messages(organization, conversationId),
        (before) => before && putMessage(before, message),
      ),
  })
}

/** Has a file fetched again that was given up. */
export function useFetchAgain(organization: string) {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: (id: string) =>
      call<typeof fetchMediaAgain>('post', '/v1/media/{id}/fetch', { organization, params: { id } }),
    onSuccess: (message) =>
      queryClient.setQueriesData<ThreadPages>(
        { queryKey: conversationKeys.threads(organization) },
        (before) => before && replaceMessages(before, [message]),
      ),
  })
}
