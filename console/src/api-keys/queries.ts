// What Settings → API keys reads and writes.
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import type {
  createApiKey,
  GRACE_HOURS,
  listApiKeys,
  revokeApiKey,
  rotateApiKey,
  updateApiKey,
} from '../../../server/api-keys/schema.ts'
import type { RouteArgs } from '../../../server/lib/route.ts'
import { call } from '../lib/api.ts'

export type NewKey = RouteArgs<typeof createApiKey>['body']

// Beside people: what is told of either has both read again.
const keysKey = (organization: string) => ['people', organization, 'api-keys'] as const

export const apiKeysQuery = (organization: string) =>
  queryOptions({
    queryKey: keysKey(organization),
    queryFn: ({ signal }) => call<typeof listApiKeys>('get', '/v1/api-keys', { organization, signal }),
    select: ({ keys }) => keys,
  })

function useChange<Input, Output>(organization: string, change: (input: Input) => Promise<Output>) {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: change,
    onSettled: () => queryClient.invalidateQueries({ queryKey: keysKey(organization) }),
  })
}

export const useCreateKey = (organization: string) =>
  useChange(organization, (body: NewKey) => call<typeof createApiKey>('post', '/v1/api-keys', { organization, body }))

export const useUpdateKey = (organization: string, id: string) =>
  useChange(organization, ({ kind: _stays, ...body }: NewKey) =>
    call<typeof updateApiKey>('put', '/v1/api-keys/{id}', { organization, params: { id }, body }),
  )

export const useRotateKey = (organization: string, id: string) =>
  useChange(organization, (body: { grace_hours: (typeof GRACE_HOURS)[number] }) =>
    call<typeof rotateApiKey>('post', '/v1/api-keys/{id}/rotate', { organization, params: { id }, body }),
  )

export const useRevokeKey = (organization: string, id: string) =>
  useChange(organization, (_: void) =>
    call<typeof revokeApiKey>('post', '/v1/api-keys/{id}/revoke', { organization, params: { id } }),
  )
