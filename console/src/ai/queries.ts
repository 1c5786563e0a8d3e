// What Settings → AI reads and writes of language models.
import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import type { getAnalysis } from '../../../server/analysis/schema.ts'
import type { RouteArgs } from '../../../server/lib/route.ts'
import type {
  createProvider,
  deleteProvider,
  getCall,
  getSettings,
  listCalls,
  listProviders,
  setSettings,
  testProvider,
  updateProvider,
} from '../../../server/models/schema.ts'
import { call } from '../lib/api.ts'

// Beside people: what is told of either has both read again.
const keys = {
  all: (organization: string) => ['people', organization, 'models'] as const,
}

/** What is used up changes by itself. */
const LOOK_EVERY_MS = 10_000

export const providersQuery = (organization: string) =>
  queryOptions({
    queryKey: [...keys.all(organization), 'providers'],
    queryFn: ({ signal }) => call<typeof listProviders>('get', '/v1/models/providers', { organization, signal }),
    select: ({ providers }) => providers,
  })

export const modelSettingsQuery = (organization: string) =>
  queryOptions({
    queryKey: [...keys.all(organization), 'settings'],
    queryFn: ({ signal }) => call<typeof getSettings>('get', '/v1/models/settings', { organization, signal }),
    refetchInterval: LOOK_EVERY_MS,
  })

export type CallFilter = Pick<NonNullable<RouteArgs<typeof listCalls>['query']>, 'purpose' | 'outcome'>

export const callsQuery = (organization: string, filter: CallFilter) =>
  infiniteQueryOptions({
    queryKey: [...keys.all(organization), 'calls', filter],
    queryFn: ({ pageParam, signal }) =>
      call<typeof listCalls>('get', '/v1/models/calls', {
        organization,
        signal,
        query: { ...filter, ...(pageParam === null ? {} : { cursor: pageParam }) },
      }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next_cursor }) => next_cursor,
    // A long list is left alone.
    refetchInterval: ({ state: { data } }) => (data && data.pages.length > 2 ? false : LOOK_EVERY_MS),
  })

export const callQuery = (organization: string, id: string) =>
  queryOptions({
    queryKey: [...keys.all(organization), 'call', id],
    queryFn: ({ signal }) =>
      call<typeof getCall>('get', '/v1/models/calls/{id}', { organization, signal, params: { id } }),
  })

/** What became of the analysis of a closed conversation; looked at again while it waits. */
export const analysisQuery = (organization: string, conversationId: string) =>
  queryOptions({
    queryKey: ['analysis', organization, conversationId],
    queryFn: ({ signal }) =>
      call<typeof getAnalysis>('get', '/v1/conversations/{id}/analysis', {
        organization,
        signal,
        params: { id: conversationId },
      }),
    select: ({ analysis }) => analysis,
    refetchInterval: ({ state: { data } }) => (data?.analysis?.state === 'waiting' ? 2000 : false),
  })

function useChange<Input, Output>(organization: string, change: (input: Input) => Promise<Output>) {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: change,
    onSettled: () => queryClient.invalidateQueries({ queryKey: keys.all(organization) }),
  })
}

export const useCreateProvider = (organization: string) =>
  useChange(organization, (body: RouteArgs<typeof createProvider>['body']) =>
    call<typeof createProvider>('post', '/v1/models/providers', { organization, body }),
  )

export const useUpdateProvider = (organization: string, id: string) =>
  useChange(organization, (body: RouteArgs<typeof updateProvider>['body']) =>
    call<typeof updateProvider>('patch', '/v1/models/providers/{id}', { organization, params: { id }, body }),
  )

export const useDeleteProvider = (organization: string, id: string) =>
  useChange(organization, (_: void) =>
    call<typeof deleteProvider>('delete', '/v1/models/providers/{id}', { organization, params: { id } }),
  )

export const useTestProvider = (organization: string, id: string) =>
  useChange(organization, (_: void) =>
    call<typeof testProvider>('post', '/v1/models/providers/{id}/test', { organization, params: { id } }),
  )

export const useSetModelSettings = (organization: string) =>
  useChange(organization, (body: NonNullable<RouteArgs<typeof setSettings>['body']>) =>
    call<typeof setSettings>('patch', '/v1/models/settings', { organization, body }),
  )
