// Reads threads, page by page, and again what was read of them: never does one shrink under the eyes of whoever reads it.
import {
  focusManager,
  infiniteQueryOptions,
  useInfiniteQuery,
  useQueryClient,
  type Query,
  type QueryClient,
} from '@tanstack/react-query'
import { useEffect } from 'react'
import type { listMessages } from '../../../server/conversations/schema.ts'
import { call } from '../lib/api.ts'
import { conversationKeys } from './keys.ts'
import { mergeNewest, mergeOlder, startOfOlder, type ThreadPages } from './thread-pages.ts'

const PAGE = 50
/** The most that is read at once. */
const MOST = 200
const STALE_MS = 60_000

const readMessages = (
  organization: string,
  id: string,
  { limit, cursor, signal }: { limit: number; cursor?: string; signal?: AbortSignal },
) =>
  call<typeof listMessages>('get', '/v1/conversations/{id}/messages', {
    organization,
    ...(signal ? { signal } : {}),
    params: { id },
    query: { limit, ...(cursor === undefined ? {} : { cursor }) },
  })

/** Read again as a whole it would be as many pages as there are, of fifty each, however much is shown: `readNewestMessages` does instead. */
export const messagesQuery = (organization: string, id: string) =>
  infiniteQueryOptions({
    queryKey: conversationKeys.messages(organization, id),
    queryFn: ({ pageParam, signal }) =>
      readMessages(organization, id, {
        limit: PAGE,
        signal,
        ...(pageParam === null ? {} : { cursor: pageParam }),
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
    // What is told of a thread that nobody has open takes it out of the cache.
    staleTime: STALE_MS,
    refetchOnMount: false,
    refetchOnWindowFocus: false,
  })

/** The thread of a conversation. What was read long ago is read again when one opens it, or comes back to the tab. */
export function useThread(organization: string, id: string) {
  const queryClient = useQueryClient()
  useEffect(() => {
    const look = () => {
      const query = threadAt(queryClient, organization, id)
      if (focusManager.isFocused() && query?.state.data !== undefined && query.isStaleByTime(STALE_MS))
        void readThread(queryClient, organization, id)
    }
    look()
    return focusManager.subscribe(look)
  }, [queryClient, organization, id])
  return useInfiniteQuery(messagesQuery(organization, id))
}

/** Reads the newest end of a thread again, and leaves what is older as it was read. Where that fails the thread says so. */
export const readNewestMessages = (queryClient: QueryClient, organization: string, id: string): Promise<void> =>
  readAgain(queryClient, organization, id, async (query) => {
    const fresh = await readMessages(organization, id, {
      limit: Math.min(MOST, Math.max(PAGE, lengthOf(query.state.data))),
    })
    await reading(queryClient, query)
    putIn(queryClient, query, (before) => mergeNewest(before, fresh))
  })

/** Reads again what was read of a thread behind its newest end, one stretch after the other. */
export async function readOlderMessages(queryClient: QueryClient, organization: string, id: string): Promise<void> {
  const known = threadAt(queryClient, organization, id)?.state.data
  if (!known || lengthOf(known) <= MOST) return
  await readAgain(queryClient, organization, id, async (query) => {
    let start = query.state.data ? startOfOlder(query.state.data) : null
    while (start && query.isActive()) {
      // oxlint-disable-next-line no-await-in-loop -- each stretch is behind the one before
      const fresh = await readMessages(organization, id, { limit: MOST, cursor: start.cursor })
      // oxlint-disable-next-line no-await-in-loop -- as above
      await reading(queryClient, query)
      const merged = query.state.data && mergeOlder(query.state.data, fresh, start)
      putIn(queryClient, query, (before) => merged?.data ?? before)
      start = merged?.next ?? null
    }
  })
}

async function readThread(queryClient: QueryClient, organization: string, id: string): Promise<void> {
  await readNewestMessages(queryClient, organization, id)
  await readOlderMessages(queryClient, organization, id)
}

/** Reads again all that is read of the threads that are open, and forgets the others. */
export async function readThreadsAgain(queryClient: QueryClient, organization: string): Promise<void> {
  const threads = queryClient.getQueryCache().findAll({ queryKey: conversationKeys.threads(organization) })
  for (const thread of threads)
    if (!thread.isActive()) queryClient.removeQueries({ queryKey: thread.queryKey, exact: true })
  await Promise.all(
    threads
      .filter((thread) => thread.isActive())
      .map(({ queryKey }) => readThread(queryClient, organization, String(queryKey[3]))),
  )
}

type ThreadQuery = Query<ThreadPages>

const threadAt = (queryClient: QueryClient, organization: string, id: string): ThreadQuery | undefined =>
  queryClient.getQueryCache().find<ThreadPages>({ queryKey: conversationKeys.messages(organization, id) })

const lengthOf = (data: ThreadPages | undefined): number =>
  data?.pages.reduce((sum, { messages }) => sum + messages.length, 0) ?? 0

const putIn = (queryClient: QueryClient, { queryKey }: ThreadQuery, change: (before: ThreadPages) => ThreadPages) =>
  queryClient.setQueryData<ThreadPages>(queryKey, (before) => before && change(before))

async function readAgain(
  queryClient: QueryClient,
  organization: string,
  id: string,
  read: (query: ThreadQuery) => Promise<void>,
): Promise<void> {
  const query = threadAt(queryClient, organization, id)
  if (!query) return
  // A page that is being read may have looked before what changed, and would put itself behind what it knew.
  await reading(queryClient, query)
  if (query.state.data === undefined) return queryClient.invalidateQueries({ queryKey: query.queryKey })
  try {
    await read(query)
  } catch (error) {
    // What is shown stays, and whoever reads it is told that there may be more.
    query.setState({ status: 'error', error: error as Error, fetchMeta: null })
  }
}

/** Until no page of the thread is being read. */
const reading = (queryClient: QueryClient, query: ThreadQuery): Promise<void> =>
  new Promise((resolve) => {
    if (query.state.fetchStatus === 'idle') return resolve()
    const stop = queryClient.getQueryCache().subscribe((event) => {
      if (event.query.queryHash !== query.queryHash) return
      if (event.type !== 'removed' && query.state.fetchStatus !== 'idle') return
      stop()
      resolve()
    })
  })
