// What Settings → AI agents reads and writes, and what AI agents told colleagues.
import {
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
  useMutation,
  useQueryClient,
} from '@tanstack/react-query'
import type {
  AiAgentSettings,
  createAiAgent,
  getAiAgent,
  listAiAgentActs,
  listAiAgents,
  listHandOvers,
  removeAiAgent,
  updateAiAgent,
} from '../../../server/ai-agents/schema.ts'
import type { Conversation } from '../../../server/conversations/schema.ts'
import type { listProviders } from '../../../server/models/schema.ts'
import { call } from '../lib/api.ts'
import type { ActsShown } from './search.ts'

// Beside people: what is told of either has both read again.
const keys = {
  all: (organization: string) => ['people', organization, 'ai-agents'] as const,
}

/** What agents do is not told one by one. */
const LOOK_EVERY_MS = 5000

export const aiAgentsQuery = (organization: string) =>
  queryOptions({
    queryKey: [...keys.all(organization), 'list'],
    queryFn: ({ signal }) => call<typeof listAiAgents>('get', '/v1/ai-agents', { organization, signal }),
    select: ({ agents }) => agents,
    refetchInterval: LOOK_EVERY_MS,
  })

export const aiAgentQuery = (organization: string, id: string) =>
  queryOptions({
    queryKey: [...keys.all(organization), 'one', id],
    queryFn: ({ signal }) =>
      call<typeof getAiAgent>('get', '/v1/ai-agents/{id}', { organization, signal, params: { id } }),
    refetchInterval: LOOK_EVERY_MS,
  })

export const aiAgentActsQuery = (organization: string, id: string, kinds: ActsShown) =>
  infiniteQueryOptions({
    queryKey: [...keys.all(organization), 'acts', id, kinds],
    queryFn: ({ pageParam, signal }) =>
      call<typeof listAiAgentActs>('get', '/v1/ai-agents/{id}/acts', {
        organization,
        signal,
        params: { id },
        query: { kinds, ...(pageParam === null ? {} : { cursor: pageParam }) },
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
    // A long list is left alone.
    refetchInterval: ({ state: { data } }) => ((data?.pages.length ?? 0) > 2 ? false : LOOK_EVERY_MS),
  })

/** The language models that an agent may be given. */
export const modelsQuery = (organization: string) =>
  queryOptions({
    queryKey: ['people', organization, 'models-for-agents'],
    queryFn: ({ signal }) => call<typeof listProviders>('get', '/v1/models/providers', { organization, signal }),
    select: ({ providers }) => providers,
  })

/** What AI agents told colleagues in a thread; read again whenever somebody else has the conversation. */
export const handOversQuery = (organization: string, { id, status, agent }: Conversation) =>
  queryOptions({
    queryKey: ['ai-hand-overs', organization, id, status, agent?.id ?? null],
    queryFn: ({ signal }) =>
      call<typeof listHandOvers>('get', '/v1/conversations/{id}/ai-hand-overs', {
        organization,
        signal,
        params: { id },
      }),
    select: ({ hand_overs }) => hand_overs,
    placeholderData: keepPreviousData,
  })

function useChange<Input, Output>(organization: string, change: (input: Input) => Promise<Output>) {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: change,
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['people', organization] }),
  })
}

export const useCreateAiAgent = (organization: string) =>
  useChange(organization, (body: AiAgentSettings) =>
    call<typeof createAiAgent>('post', '/v1/ai-agents', { organization, body }),
  )

export const useUpdateAiAgent = (organization: string, id: string) =>
  useChange(organization, (body: AiAgentSettings & { seen_at?: string }) =>
    call<typeof updateAiAgent>('put', '/v1/ai-agents/{id}', { organization, params: { id }, body }),
  )

export const useRemoveAiAgent = (organization: string, id: string) =>
  useChange(organization, (_: void) =>
    call<typeof removeAiAgent>('delete', '/v1/ai-agents/{id}', { organization, params: { id } }),
  )
