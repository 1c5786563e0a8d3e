// What the dialog of templates reads, and sending one.
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import type { Conversation } from '../../../server/conversations/schema.ts'
import type { listTemplates, sendTemplate } from '../../../server/templates/schema.ts'
import { conversationKeys } from '../conversations/queries.ts'
import { putMessage, type ThreadPages } from '../conversations/thread-pages.ts'
import { call } from '../lib/api.ts'

/** As WhatsApp has them now: nothing of it is kept for the next time. */
export const templatesQuery = (organization: string, channelId: string) =>
  queryOptions({
    queryKey: ['templates', organization, channelId],
    queryFn: ({ signal }) =>
      call<typeof listTemplates>('get', '/v1/channels/{id}/templates', {
        organization,
        signal,
        params: { id: channelId },
      }),
    gcTime: 0,
    refetchOnWindowFocus: false,
  })

interface Filled {
  name: string
  language: string
  values: Record<string, string>
}

/** Answers the message, which may stand in another conversation. */
export function useSendTemplate(organization: string, { id }: Conversation) {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: (body: Filled) =>
      call<typeof sendTemplate>('post', '/v1/conversations/{id}/template', { organization, params: { id }, body }),
    onSuccess: (message) => {
      queryClient.setQueryData<ThreadPages>(
        conversationKeys.messages(organization, id),
        (before) => before && putMessage(before, message),
      )
      void queryClient.invalidateQueries({ queryKey: conversationKeys.one(organization, id) })
      void queryClient.invalidateQueries({ queryKey: conversationKeys.lists(organization) })
      void queryClient.invalidateQueries({ queryKey: conversationKeys.counts(organization) })
    },
  })
}
