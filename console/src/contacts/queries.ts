// What the contact screens read: the pages of the list, the exact count, one contact, its history.
import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import type { countContacts, getContact, listContacts } from '../../../server/contacts/schema.ts'
import type { fillDemo } from '../../../server/demo/schema.ts'
import type { listTagChanges } from '../../../server/tags/schema.ts'
import { call } from '../lib/api.ts'
import type { ContactOrder, ContactQuery } from './search.ts'

/** The first page is there the sooner the smaller it is; who scrolls on wants many. */
const PAGE = { first: 50, next: 150 }

/** While other filters are asked for the rows before stay, but never those of another organization. */
const keepWithin =
  (organization: string) =>
  <T>(before: T | undefined, query: { queryKey: readonly unknown[] } | undefined): T | undefined =>
    query?.queryKey[1] === organization ? before : undefined

/** Every key begins with the organization, so that two organizations never share what was read. */
export const contactKeys = {
  all: (organization: string) => ['contacts', organization] as const,
  lists: (organization: string) => ['contacts', organization, 'list'] as const,
  counts: (organization: string) => ['contacts', organization, 'count'] as const,
  one: (organization: string, id: string) => ['contacts', organization, 'one', id] as const,
  history: (organization: string, id: string) => ['contacts', organization, 'history', id] as const,
}

export const readContactPage = (
  organization: string,
  query: ContactQuery & ContactOrder,
  cursor: string | null,
  signal?: AbortSignal,
) =>
  call<typeof listContacts>('get', '/v1/contacts', {
    organization,
    ...(signal ? { signal } : {}),
    query: { ...query, ...(cursor === null ? { limit: PAGE.first } : { limit: PAGE.next, cursor }) },
  })

/** The last part of its key is what was asked: the filters, and the order beside them. */
export const contactListQuery = (organization: string, query: ContactQuery & ContactOrder) =>
  infiniteQueryOptions({
    queryKey: [...contactKeys.lists(organization), query],
    queryFn: ({ pageParam, signal }) => readContactPage(organization, query, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
    placeholderData: keepWithin(organization),
    // Coming back to the tab reads the pages again; far down a long list that would be many calls.
    refetchOnWindowFocus: (own) => (own.state.data?.pages.length ?? 0) <= 3,
  })

export const contactCountQuery = (organization: string, query: ContactQuery) =>
  queryOptions({
    queryKey: [...contactKeys.counts(organization), query],
    queryFn: ({ signal }) => call<typeof countContacts>('get', '/v1/contacts/count', { organization, signal, query }),
    placeholderData: keepWithin(organization),
  })

export const contactQuery = (organization: string, id: string) =>
  queryOptions({
    queryKey: contactKeys.one(organization, id),
    queryFn: ({ signal }) =>
      call<typeof getContact>('get', '/v1/contacts/{id}', { organization, signal, params: { id } }),
  })

/** Most contacts have fewer changes than the first page holds. */
const HISTORY_PAGE = { first: 20, next: 100 }

export const tagHistoryQuery = (organization: string, id: string) =>
  infiniteQueryOptions({
    queryKey: contactKeys.history(organization, id),
    queryFn: ({ pageParam, signal }) =>
      call<typeof listTagChanges>('get', '/v1/contacts/{id}/tag-history', {
        organization,
        signal,
        params: { id },
        query: pageParam === null ? { limit: HISTORY_PAGE.first } : { limit: HISTORY_PAGE.next, cursor: pageParam },
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
  })

export function useFillDemo(organization: string) {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: () => call<typeof fillDemo>('post', '/v1/demo', { organization }),
    onSuccess: () =>
      Promise.all([
        queryClient.invalidateQueries({ queryKey: contactKeys.all(organization) }),
        queryClient.invalidateQueries({ queryKey: ['tags', organization] }),
        queryClient.invalidateQueries({ queryKey: ['whatsapp', organization] }),
      ]),
  })
}
