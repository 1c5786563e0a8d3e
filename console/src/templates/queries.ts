// What the dialog of templates reads, and sending one.
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import type { Conversation } from '../../../server/conversations/schema.ts'
import type { listTemplates, sendTemplate, sendTemplateWithFile } from '../../../server/templates/schema.ts'
import { conversationKeys } from '../conversations/keys.ts'
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
  /** Of a template that begins with one. */
  file: File | null
}

/** Answers the message, which may stand in another conversation. */
export function useSendTemplate(organization: string, { id }: Conversation) {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: ({ file, values, ...which }: Filled) => {
      const at = { organization, params: { id } }
      if (file === null)
        return call<typeof sendTemplate>('post', '/v1/conversations/{id}/template', {
          ...at,
          body: { ...which, values },
        })
      return call<typeof sendTemplateWithFile>('post', '/v1/conversations/{id}/template-with-file', {
        ...at,
        once: JSON.stringify([id, which, values, file.name, file.size, file.lastModified]),
        query: { ...which, values: JSON.stringify(values), file_name: file.name },
        body: file,
      })
    },
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
