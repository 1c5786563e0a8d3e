// What the deliveries of an account are read with, and having those with a problem tried again.
import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import type { getDelivery, listDeliveries, retryDeliveries } from '../../../server/channels/schema.ts'
import { contactKeys } from '../contacts/queries.ts'
import { call } from '../lib/api.ts'
import { formatCount } from '../lib/numbers.ts'
import { m } from '../paraglide/messages.js'
import { tell, tellFailure } from '../ui/toasts.ts'
import type { Shown } from './delivery-search.ts'

const deliveryKeys = {
  all: (organization: string, account: string) => ['deliveries', organization, account] as const,
}

export const deliveriesQuery = (organization: string, account: string, show: Shown) =>
  infiniteQueryOptions({
    queryKey: [...deliveryKeys.all(organization, account), 'list', show],
    queryFn: ({ pageParam, signal }) =>
      call<typeof listDeliveries>('get', '/v1/whatsapp-accounts/{id}/deliveries', {
        organization,
        signal,
        params: { id: account },
        query: { show, ...(pageParam === null ? {} : { cursor: pageParam }) },
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
    // New ones are watched while connecting, what waits is watched closely; a long list is left alone.
    refetchInterval: ({ state: { data } }) => {
      if (!data || data.pages.length > 2) return false
      return data.pages.some((page) => page.deliveries.some((each) => each.state === 'waiting')) ? 1500 : 10_000
    },
    refetchOnWindowFocus: ({ state: { data } }) => (data?.pages.length ?? 0) <= 2,
  })

export const deliveryQuery = (organization: string, account: string, id: string) =>
  queryOptions({
    queryKey: [...deliveryKeys.all(organization, account), 'one', id],
    queryFn: ({ signal }) =>
      call<typeof getDelivery>('get', '/v1/whatsapp-accounts/{id}/deliveries/{delivery_id}', {
        organization,
        signal,
        params: { id: account, delivery_id: id },
      }),
  })

/** Has every delivery with a problem interpreted again, and says how many there are. */
export function useRetryDeliveries(organization: string, account: string) {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: () =>
      call<typeof retryDeliveries>('post', '/v1/whatsapp-accounts/{id}/deliveries/retry', {
        organization,
        params: { id: account },
      }),
    onSuccess: ({ count }) => tell(m.deliveries_tried_again({ count, shown: formatCount(count) })),
    onError: (error) => tellFailure(m.deliveries_not_tried(), error),
    onSettled: () => {
      const refresh = () => {
        void queryClient.invalidateQueries({ queryKey: deliveryKeys.all(organization, account) })
        void queryClient.invalidateQueries({ queryKey: ['whatsapp', organization] })
      }
      refresh()
      // They are interpreted a moment later, and what they held may be new contacts.
      window.setTimeout(() => {
        refresh()
        void queryClient.invalidateQueries({ queryKey: contactKeys.all(organization) })
      }, 1500)
    },
  })
}
