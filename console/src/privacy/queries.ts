// What the screens of privacy read and write: erasing a contact, and who was erased.
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import type {
  eraseContact,
  getRetention,
  listErasures,
  previewRetention,
  Retention,
  setRetention,
} from '../../../server/privacy/schema.ts'
import { call } from '../lib/api.ts'
import { contactKeys } from '../contacts/queries.ts'
import { dropContacts } from '../live/patching.ts'

const keys = {
  erasures: (organization: string) => ['privacy', organization, 'erasures'] as const,
  retention: (organization: string) => ['privacy', organization, 'retention'] as const,
}

/** While a search for traces goes on it is looked at again every few seconds. */
export const erasuresQuery = (organization: string) =>
  queryOptions({
    queryKey: keys.erasures(organization),
    queryFn: ({ signal }) => call<typeof listErasures>('get', '/v1/erasures', { organization, signal }),
    refetchInterval: ({ state }) => (state.data?.erasures.some((each) => each.finished_at === null) ? 3000 : false),
  })

export function useEraseContact(organization: string) {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: (id: string) =>
      call<typeof eraseContact>('delete', '/v1/contacts/{id}', { organization, params: { id } }),
    onSuccess: (_erasure, id) => {
      queryClient.setQueriesData({ queryKey: contactKeys.lists(organization) }, (data: unknown) =>
        dropContacts(data, new Set([id])),
      )
      for (const queryKey of [contactKeys.one(organization, id), contactKeys.history(organization, id)])
        queryClient.removeQueries({ queryKey })
      for (const queryKey of [
        contactKeys.counts(organization),
        ['tags', organization],
        ['conflicts', organization],
        keys.erasures(organization),
      ])
        void queryClient.invalidateQueries({ queryKey })
    },
  })
}

export const retentionQuery = (organization: string) =>
  queryOptions({
    queryKey: keys.retention(organization),
    queryFn: ({ signal }) => call<typeof getRetention>('get', '/v1/retention', { organization, signal }),
  })

/** How much would be deleted with these limits. */
export const usePreviewRetention = (organization: string) =>
  useMutation({
    mutationFn: (body: Retention) =>
      call<typeof previewRetention>('post', '/v1/retention/preview', { organization, body }),
  })

export function useSetRetention(organization: string) {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: (body: Retention & { expected: Retention }) =>
      call<typeof setRetention>('put', '/v1/retention', { organization, body }),
    onSuccess: (retention) => queryClient.setQueryData(retentionQuery(organization).queryKey, retention),
    // Somebody has set it meanwhile: what is set now is shown.
    onError: () => queryClient.invalidateQueries({ queryKey: retentionQuery(organization).queryKey }),
  })
}
