// What the built-in classifier learned from people, and telling it to forget or to learn anew.
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import type { forgetLearning, getLearning, rebuildLearning } from '../../../server/learning/schema.ts'
import { call } from '../lib/api.ts'

const WORKING_MS = 2000
const RESTING_MS = 30_000

/** In the catalog's place, so that it is read again when a tag changes. */
const learningKey = (organization: string) => ['tags', organization, 'learning'] as const

export const learningQuery = (organization: string) =>
  queryOptions({
    queryKey: learningKey(organization),
    queryFn: ({ signal }) => call<typeof getLearning>('get', '/v1/ai/learning', { organization, signal }),
    refetchInterval: ({ state: { data } }) => (data?.state === 'resting' ? RESTING_MS : WORKING_MS),
  })

export function useForgetLearning(organization: string) {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: () => call<typeof forgetLearning>('post', '/v1/ai/learning/forget', { organization }),
    onSuccess: (now) => queryClient.setQueryData(learningKey(organization), now),
  })
}

export function useRebuildLearning(organization: string) {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: () => call<typeof rebuildLearning>('post', '/v1/ai/learning/rebuild', { organization }),
    onSuccess: (now) => queryClient.setQueryData(learningKey(organization), now),
  })
}
