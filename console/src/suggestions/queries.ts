// What the suggested tags and the AI page read and write.
import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import type {
  AiTag,
  changeAiTags,
  decideSuggestions,
  listAiTags,
  listSuggestions,
} from '../../../server/analysis/schema.ts'
import type { RouteArgs } from '../../../server/lib/route.ts'
import { contactKeys } from '../contacts/queries.ts'
import { call } from '../lib/api.ts'

const suggestionsKey = (organization: string) => ['suggestions', organization] as const

/** What waits for a decision, newest first, page by page. */
export const suggestionsQuery = (organization: string) =>
  infiniteQueryOptions({
    queryKey: [...suggestionsKey(organization), 'all'] as const,
    queryFn: ({ pageParam, signal }) =>
      call<typeof listSuggestions>('get', '/v1/suggestions', {
        organization,
        signal,
        query: pageParam === null ? {} : { cursor: pageParam },
      }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next_cursor }) => next_cursor,
  })

/** Those for one contact. */
export const contactSuggestionsQuery = (organization: string, contactId: string) =>
  queryOptions({
    queryKey: [...suggestionsKey(organization), 'contact', contactId] as const,
    queryFn: ({ signal }) =>
      call<typeof listSuggestions>('get', '/v1/suggestions', {
        organization,
        signal,
        query: { contact_id: contactId },
      }),
    select: ({ suggestions }) => suggestions,
  })

export type Decision = { accept?: string[]; reject?: string[] }

export function useDecide(organization: string) {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: (body: Decision) =>
      call<typeof decideSuggestions>('post', '/v1/suggestions/decide', { organization, body }),
    onSettled: async () => {
      await Promise.all([
        queryClient.invalidateQueries({ queryKey: suggestionsKey(organization) }),
        queryClient.invalidateQueries({ queryKey: ['contacts', organization, 'one'] }),
        queryClient.invalidateQueries({ queryKey: contactKeys.lists(organization) }),
      ])
    },
  })
}

/** In the catalog's place, so that it is read again when a tag changes. */
const aiTagsKey = (organization: string) => ['tags', organization, 'ai'] as const

export const aiTagsQuery = (organization: string) =>
  queryOptions({
    queryKey: aiTagsKey(organization),
    queryFn: ({ signal }) => call<typeof listAiTags>('get', '/v1/ai/tags', { organization, signal }),
    select: ({ tags }): AiTag[] => tags,
  })

export function useChangeAiTags(organization: string) {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: (tags: RouteArgs<typeof changeAiTags>['body']['tags']) =>
      call<typeof changeAiTags>('put', '/v1/ai/tags', { organization, body: { tags } }),
    onSuccess: (now) => queryClient.setQueryData(aiTagsKey(organization), now),
    onError: () => queryClient.invalidateQueries({ queryKey: aiTagsKey(organization) }),
  })
}
