// What the contact screens read: the pages of the list, the exact count, one contact, its history.
import {
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
  useMutation,
  useQueryClient,
} from '@tanstack/react-query'
import type { countContacts, getContact, listContacts } from '../../../server/contacts/schema.ts'
import type { fillDemo } from '../../../server/demo/schema.ts'
import type { listTagChanges } from '../../../server/tags/schema.ts'
import { call } from '../lib/api.ts'
import type { ContactQuery } from './search.ts'

const PAGE = 100

/** Every key begins with the organization, so that two organizations never share what was read. */
export const contactKeys = {
  all: (organization: string) => ['contacts', organization] as const,
  lists: (organization: string) => ['contacts', organization, 'list'] as const,
  counts: (organization: string) => ['contacts', organization, 'count'] as const,
  one: (organization: string, id: string) => ['contacts', organization, 'one', id] as const,
  history: (organization: string, id: string) => ['contacts', organization, 'history', id] as const,
}

export const contactListQuery = (organization: string, query: ContactQuery) =>
  infiniteQueryOptions({
    queryKey: [...contactKeys.lists(organization), query],
    queryFn: ({ pageParam, signal }) =>
      call<typeof listContacts>('get', '/v1/contacts', {
        organization,
        signal,
        query: { ...query, limit: PAGE, ...(pageParam === null ? {} : { cursor: pageParam }) },
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
    placeholderData: keepPreviousData,
    // Coming back to the tab reads the pages again; far down a long list that would be many calls.
    refetchOnWindowFocus: (own) => (own.state.data?.pages.length ?? 0) <= 3,
  })

export const contactCountQuery = (organization: string, query: ContactQuery) =>
  queryOptions({
    queryKey: [...contactKeys.counts(organization), query],
    queryFn: ({ signal }) => call<typeof countContacts>('get', '/v1/contacts/count', { organization, signal, query }),
    placeholderData: keepPreviousData,
  })

export const contactQuery = (organization: string, id: string) =>
  queryOptions({
    queryKey: contactKeys.one(organization, id),
    queryFn: ({ signal }) =>
      call<typeof getContact>('get', '/v1/contacts/{id}', { organization, signal, params: { id } }),
  })

export const tagHistoryQuery = (organization: string, id: string) =>
  queryOptions({
    queryKey: contactKeys.history(organization, id),
    queryFn: ({ signal }) =>
      call<typeof listTagChanges>('get', '/v1/contacts/{id}/tag-history', { organization, signal, params: { id } }),
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
