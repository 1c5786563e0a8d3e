// What Settings → Webhooks reads and writes.
import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import type { RouteArgs } from '../../../server/lib/route.ts'
import type {
  createWebhook,
  deleteWebhook,
  getDispatch,
  listDispatches,
  listWebhooks,
  replayDispatch,
  replayWebhook,
  rotateWebhook,
  switchOffWebhook,
  switchOnWebhook,
  testWebhook,
  updateWebhook,
} from '../../../server/webhooks/schema.ts'
import { sessionQuery } from '../access/queries.ts'
import { call } from '../lib/api.ts'
import type { DispatchSearch } from './search.ts'

export type WebhookSettings = RouteArgs<typeof createWebhook>['body']

// Beside people: what is told of either has both read again.
const webhookKeys = {
  all: (organization: string) => ['people', organization, 'webhooks'] as const,
  log: (organization: string, id: string) => ['people', organization, 'webhooks', 'log', id] as const,
}

/** Numbers of what waits change by themselves. */
const LOOK_EVERY_MS = 5000

export const webhooksQuery = (organization: string) =>
  queryOptions({
    queryKey: [...webhookKeys.all(organization), 'list'],
    queryFn: ({ signal }) => call<typeof listWebhooks>('get', '/v1/webhooks', { organization, signal }),
    select: ({ webhooks }) => webhooks,
    refetchInterval: LOOK_EVERY_MS,
  })

export const dispatchesQuery = (organization: string, id: string, { show, type, contact }: DispatchSearch) =>
  infiniteQueryOptions({
    queryKey: [...webhookKeys.log(organization, id), 'list', { show, type, contact }],
    queryFn: ({ pageParam, signal }) =>
      call<typeof listDispatches>('get', '/v1/webhooks/{id}/dispatches', {
        organization,
        signal,
        params: { id },
        query: {
          ...(show && { states: show }),
          ...(type && { types: type }),
          ...(contact && { contact }),
          ...(pageParam === null ? {} : { cursor: pageParam }),
        },
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
    // What waits is watched closely; a long list is left alone.
    refetchInterval: ({ state: { data } }) => {
      if (!data || data.pages.length > 2) return false
      return data.pages.some((page) => page.dispatches.some((each) => each.state === 'waiting')) ? 1500 : LOOK_EVERY_MS
    },
  })

export const dispatchQuery = (organization: string, id: string, eventId: string) =>
  queryOptions({
    queryKey: [...webhookKeys.log(organization, id), 'one', eventId],
    queryFn: ({ signal }) =>
      call<typeof getDispatch>('get', '/v1/webhooks/{id}/dispatches/{event_id}', {
        organization,
        signal,
        params: { id, event_id: eventId },
      }),
    refetchInterval: ({ state: { data } }) => (data?.state === 'waiting' ? 1500 : false),
  })

function useChange<Input, Output>(organization: string, change: (input: Input) => Promise<Output>) {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: change,
    onSettled: () =>
      Promise.all([
        queryClient.invalidateQueries({ queryKey: webhookKeys.all(organization) }),
        // Whether the notice stands above every screen.
        queryClient.invalidateQueries({ queryKey: sessionQuery.queryKey }),
      ]),
  })
}

export const useCreateWebhook = (organization: string) =>
  useChange(organization, (body: WebhookSettings) =>
    call<typeof createWebhook>('post', '/v1/webhooks', { organization, body }),
  )

export const useUpdateWebhook = (organization: string, id: string) =>
  useChange(organization, (body: WebhookSettings) =>
    call<typeof updateWebhook>('put', '/v1/webhooks/{id}', { organization, params: { id }, body }),
  )

export const useDeleteWebhook = (organization: string, id: string) =>
  useChange(organization, (_: void) =>
    call<typeof deleteWebhook>('delete', '/v1/webhooks/{id}', { organization, params: { id } }),
  )

export const useRotateWebhook = (organization: string, id: string) =>
  useChange(organization, (_: void) =>
    call<typeof rotateWebhook>('post', '/v1/webhooks/{id}/rotate', { organization, params: { id } }),
  )

export const useSwitchOff = (organization: string, id: string) =>
  useChange(organization, (_: void) =>
    call<typeof switchOffWebhook>('post', '/v1/webhooks/{id}/switch-off', { organization, params: { id } }),
  )

export const useSwitchOn = (organization: string, id: string) =>
  useChange(organization, (body: RouteArgs<typeof switchOnWebhook>['body']) =>
    call<typeof switchOnWebhook>('post', '/v1/webhooks/{id}/switch-on', { organization, params: { id }, body }),
  )

export const useTestWebhook = (organization: string, id: string) =>
  useMutation({
    mutationFn: (_: void) =>
      call<typeof testWebhook>('post', '/v1/webhooks/{id}/test', { organization, params: { id } }),
  })

export const useReplayDispatch = (organization: string, id: string) =>
  useChange(organization, (eventId: string) =>
    call<typeof replayDispatch>('post', '/v1/webhooks/{id}/dispatches/{event_id}/replay', {
      organization,
      params: { id, event_id: eventId },
    }),
  )

export const useReplay = (organization: string, id: string) =>
  useChange(organization, (body: RouteArgs<typeof replayWebhook>['body']) =>
    call<typeof replayWebhook>('post', '/v1/webhooks/{id}/replay', { organization, params: { id }, body }),
  )
