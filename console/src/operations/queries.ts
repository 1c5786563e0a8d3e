// What the screens of operations read and write: the list, one of them, its failures; starting, cancelling, resuming, undoing.
import {
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
  useMutation,
  useQueryClient,
  type QueryClient,
} from '@tanstack/react-query'
import type { RouteArgs } from '../../../server/lib/route.ts'
import type {
  cancelOperation,
  getOperation,
  listOperationFailures,
  listOperations,
  mergeTags,
  Operation,
  previewMerge,
  previewOperation,
  resumeOperation,
  startOperation,
  undoOperation,
} from '../../../server/operations/schema.ts'
import { call } from '../lib/api.ts'
import { whileNotLive } from '../live/state.ts'
import { m } from '../paraglide/messages.js'
import { tellFailure } from '../ui/toasts.ts'
import { isUnderWay, operationKeys, startedHere, UNDER_WAY_MS } from './latest.ts'

export const operationListQuery = (organization: string) =>
  infiniteQueryOptions({
    queryKey: [...operationKeys.all(organization), 'list'],
    queryFn: ({ pageParam, signal }) =>
      call<typeof listOperations>('get', '/v1/operations', {
        organization,
        signal,
        query: pageParam === null ? {} : { cursor: pageParam },
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
    refetchInterval: ({ state }) =>
      state.data?.pages.some((page) => page.operations.some(isUnderWay)) === true &&
      whileNotLive(organization, UNDER_WAY_MS),
  })

export const operationQuery = (organization: string, id: string) =>
  queryOptions({
    queryKey: operationKeys.one(organization, id),
    queryFn: ({ signal }) =>
      call<typeof getOperation>('get', '/v1/operations/{id}', { organization, signal, params: { id } }),
    refetchInterval: ({ state }) =>
      state.data !== undefined && isUnderWay(state.data) && whileNotLive(organization, UNDER_WAY_MS),
  })

export const failuresQuery = (organization: string, id: string) =>
  infiniteQueryOptions({
    queryKey: [...operationKeys.one(organization, id), 'failures'],
    queryFn: ({ pageParam, signal }) =>
      call<typeof listOperationFailures>('get', '/v1/operations/{id}/failures', {
        organization,
        signal,
        params: { id },
        query: pageParam === null ? {} : { cursor: pageParam },
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
  })

export type BulkBody = NonNullable<RouteArgs<typeof previewOperation>['body']>

export const previewQuery = (organization: string, body: BulkBody) =>
  queryOptions({
    queryKey: [...operationKeys.all(organization), 'preview', body],
    queryFn: ({ signal }) =>
      call<typeof previewOperation>('post', '/v1/operations/preview', { organization, signal, body }),
    // What was counted a while ago is no promise.
    staleTime: 0,
    gcTime: 0,
    placeholderData: keepPreviousData,
  })

export function useStartOperation(organization: string) {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: (body: NonNullable<RouteArgs<typeof startOperation>['body']>) =>
      call<typeof startOperation>('post', '/v1/operations', { organization, body }),
    onSuccess: (operation) => begun(queryClient, organization, operation),
  })
}

export const mergePreviewQuery = (organization: string, from: string, into: string) =>
  queryOptions({
    queryKey: [...operationKeys.all(organization), 'merge', from, into],
    queryFn: ({ signal }) =>
      call<typeof previewMerge>('get', '/v1/tags/{id}/merge', {
        organization,
        signal,
        params: { id: from },
        query: { into },
      }),
    staleTime: 0,
    gcTime: 0,
  })

/** The tag is merged at once, as far as names and filters go; its assignments follow in the background. */
export function useMergeTags(organization: string) {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: ({ from, into }: { from: string; into: string }) =>
      call<typeof mergeTags>('post', '/v1/tags/{id}/merge', { organization, params: { id: from }, body: { into } }),
    onSuccess: (operation) => begun(queryClient, organization, operation),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['tags', organization] }),
  })
}

export function useCancelOperation(organization: string) {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: (id: string) =>
      call<typeof cancelOperation>('post', '/v1/operations/{id}/cancel', { organization, params: { id } }),
    onSuccess: (operation) => queryClient.setQueryData(operationKeys.one(organization, operation.id), operation),
    onError: (error) => tellFailure(m.operation_cancel_failed(), error),
    onSettled: () => queryClient.invalidateQueries({ queryKey: operationKeys.all(organization) }),
  })
}

export function useResumeOperation(organization: string) {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: (id: string) =>
      call<typeof resumeOperation>('post', '/v1/operations/{id}/resume', { organization, params: { id } }),
    onSuccess: (operation) => begun(queryClient, organization, operation),
    onError: (error) => tellFailure(m.operation_resume_failed(), error),
  })
}

export function useUndoOperation(organization: string) {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: (id: string) =>
      call<typeof undoOperation>('post', '/v1/operations/{id}/undo', { organization, params: { id } }),
    onSuccess: (operation) => begun(queryClient, organization, operation),
    onError: (error) => {
      tellFailure(m.operation_undo_failed(), error)
      void queryClient.invalidateQueries({ queryKey: operationKeys.all(organization) })
    },
  })
}

/** What is to be done when an operation was begun with from elsewhere. */
export function useBegun(organization: string): (operation: Operation) => void {
  const queryClient = useQueryClient()
  return (operation) => begun(queryClient, organization, operation)
}

/** Whoever started it is told how it ended, wherever they are by then. */
function begun(queryClient: QueryClient, organization: string, operation: Operation): void {
  startedHere.add(operation.id)
  queryClient.setQueryData(operationKeys.one(organization, operation.id), operation)
  void queryClient.invalidateQueries({ queryKey: [...operationKeys.all(organization), 'latest'] })
  void queryClient.invalidateQueries({ queryKey: [...operationKeys.all(organization), 'list'] })
}
