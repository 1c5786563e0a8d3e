// How many conversations stand in each list of the inbox: for its tabs, and beside its entry in the navigation.
import { queryOptions } from '@tanstack/react-query'
import type { countConversations } from '../../../server/conversations/schema.ts'
import { call } from '../lib/api.ts'
import { whileNotLive } from '../live/state.ts'

export const conversationCountsQuery = (organization: string) =>
  queryOptions({
    queryKey: ['conversations', organization, 'counts'],
    queryFn: ({ signal }) =>
      call<typeof countConversations>('get', '/v1/conversations/counts', { organization, signal }),
    refetchInterval: () => whileNotLive(organization, 15_000),
  })
