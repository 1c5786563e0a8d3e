// What Settings → Saved replies and the composer read and write.
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import type {
  createSavedReply,
  deleteSavedReply,
  listSavedReplies,
  updateSavedReply,
} from '../../../server/replies/schema.ts'
import { call } from '../lib/api.ts'

export const repliesKey = (organization: string) => ['replies', organization] as const

export const repliesQuery = (organization: string) =>
  queryOptions({
    queryKey: repliesKey(organization),
    queryFn: ({ signal }) => call<typeof listSavedReplies>('get', '/v1/saved-replies', { organization, signal }),
    select: ({ replies }) => replies,
  })

interface Written {
  name: string
  text: string
}

/** Creates one, or changes the one that was looked at. */
export function useSaveReply(organization: string, looked: { id: string; updated_at: string } | null) {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: (body: Written) =>
      looked === null
        ? call<typeof createSavedReply>('post', '/v1/saved-replies', { organization, body })
        : call<typeof updateSavedReply>('put', '/v1/saved-replies/{id}', {
            organization,
            params: { id: looked.id },
            body: { ...body, seen_at: looked.updated_at },
          }),
    onSettled: () => queryClient.invalidateQueries({ queryKey: repliesKey(organization) }),
  })
}

export function useDeleteReply(organization: string) {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: (id: string) =>
      call<typeof deleteSavedReply>('delete', '/v1/saved-replies/{id}', { organization, params: { id } }),
    onSettled: () => queryClient.invalidateQueries({ queryKey: repliesKey(organization) }),
  })
}
