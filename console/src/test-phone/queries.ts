// What the test phone reads and writes: the played customers, what they wrote, another message, clearing it all.
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import type {
  behave,
  Behaviour,
  clearTestPhone,
  getTestPhone,
  listTestMessages,
  playChoice,
  playDeletion,
  playEdit,
  playFile,
  playMessage,
  playReaction,
} from '../../../server/test-phone/schema.ts'
import type { RouteArgs, RouteOk } from '../../../server/lib/route.ts'
import { conflictKeys } from '../conflicts/listing.ts'
import { contactKeys } from '../contacts/queries.ts'
import { call } from '../lib/api.ts'
import { whileNotLive } from '../live/state.ts'

export type Customer = RouteOk<typeof getTestPhone>['customers'][number]
export type Played = RouteArgs<typeof playMessage>['body']

const keys = {
  all: (organization: string) => ['test-phone', organization] as const,
}

export const testPhoneQuery = (organization: string) =>
  queryOptions({
    queryKey: [...keys.all(organization), 'customers'],
    queryFn: ({ signal }) => call<typeof getTestPhone>('get', '/v1/test-phone', { organization, signal }),
    staleTime: 0,
    refetchInterval: () => whileNotLive(organization, 5000),
  })

export const testMessagesQuery = (organization: string, customer: string) =>
  queryOptions({
    queryKey: [...keys.all(organization), 'messages', customer],
    queryFn: ({ signal }) =>
      call<typeof listTestMessages>('get', '/v1/test-phone/customers/{id}/messages', {
        organization,
        signal,
        params: { id: customer },
      }),
    staleTime: 0,
    refetchInterval: () => whileNotLive(organization, 2000),
  })

/** What is played is interpreted a moment later: what is shown is read again at once and twice after. */
function useRefresh(organization: string) {
  const queryClient = useQueryClient()
  return () => {
    const refresh = () => {
      void queryClient.invalidateQueries({ queryKey: keys.all(organization) })
      void queryClient.invalidateQueries({ queryKey: contactKeys.all(organization) })
      void queryClient.invalidateQueries({ queryKey: conflictKeys.all(organization) })
    }
    for (const ms of [60, 400, 1200]) window.setTimeout(refresh, ms)
  }
}

/** Plays a text. */
export const usePlayMessage = (organization: string) =>
  useMutation({
    mutationFn: (body: Played) => call<typeof playMessage>('post', '/v1/test-phone/messages', { organization, body }),
    onSuccess: useRefresh(organization),
  })

/** How the customer takes what is sent, from the next message on; shown at once, and taken back when it is refused. */
export function useBehave(organization: string, customer: string) {
  const queryClient = useQueryClient()
  const { queryKey } = testPhoneQuery(organization)
  return useMutation({
    mutationFn: (body: Behaviour) =>
      call<typeof behave>('put', '/v1/test-phone/customers/{id}/behaviour', {
        organization,
        params: { id: customer },
        body,
      }),
    onMutate: async (behaviour) => {
      await queryClient.cancelQueries({ queryKey })
      queryClient.setQueryData(
        queryKey,
        (before) =>
          before && {
            ...before,
            customers: before.customers.map((each) => (each.id === customer ? { ...each, behaviour } : each)),
          },
      )
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey }),
  })
}

/** What a customer does beside writing. */
export type Act =
  | { does: 'react'; message_id: string; emoji: string | null }
  | { does: 'edit'; message_id: string; text: string }
  | { does: 'choose'; message_id: string; button: string; answers?: Record<string, string> }
  | { does: 'delete'; message_id: string }
  | { does: 'send'; file: File; caption: string; reply_to: string | undefined }

export function useAct(organization: string, customer: string) {
  const at = { organization, params: { id: customer } }
  return useMutation({
    mutationFn: (act: Act) => {
      switch (act.does) {
        case 'react':
          return call<typeof playReaction>('post', '/v1/test-phone/customers/{id}/reactions', {
            ...at,
            body: { message_id: act.message_id, emoji: act.emoji },
          })
        case 'choose':
          return call<typeof playChoice>('post', '/v1/test-phone/customers/{id}/choices', {
            ...at,
            body: { message_id: act.message_id, button: act.button, answers: act.answers ?? {} },
          })
        case 'edit':
          return call<typeof playEdit>('post', '/v1/test-phone/customers/{id}/edits', {
            ...at,
            body: { message_id: act.message_id, text: act.text },
          })
        case 'delete':
          return call<typeof playDeletion>('post', '/v1/test-phone/customers/{id}/deletions', {
            ...at,
            body: { message_id: act.message_id },
          })
        case 'send': {
          const { file, caption, reply_to } = act
          return call<typeof playFile>('post', '/v1/test-phone/customers/{id}/files', {
            ...at,
            once: `${file.name} ${file.size} ${file.lastModified} ${caption}`,
            query: { file_name: file.name, ...(caption === '' ? {} : { caption }), ...(reply_to ? { reply_to } : {}) },
            body: file,
          })
        }
      }
    },
    onSuccess: useRefresh(organization),
  })
}

/** The customer who has this phone number or user ID, as soon as there is one; null when there is none after a while. */
export function useFindCustomer(organization: string) {
  const queryClient = useQueryClient()
  return async ({ from, user_id }: Played): Promise<Customer | null> => {
    const digits = (phone: string | null) => phone?.replace(/\D/g, '')
    for (const ms of [80, 150, 300, 600, 1000, 2000]) {
      // oxlint-disable-next-line no-await-in-loop -- each look comes after a pause
      await new Promise((resolve) => window.setTimeout(resolve, ms))
      // oxlint-disable-next-line no-await-in-loop
      const { customers } = await queryClient.fetchQuery({ ...testPhoneQuery(organization), staleTime: 0 })
      // As the server does: the phone decides.
      const found = customers.find((each) =>
        from === undefined ? each.user_id === user_id : digits(each.phone) === digits(from),
      )
      if (found) return found
    }
    return null
  }
}

/** Erases every played contact with all that hangs on it. */
export function useClearTestPhone(organization: string) {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: () => call<typeof clearTestPhone>('delete', '/v1/test-phone/customers', { organization }),
    onSuccess: () => {
      queryClient.setQueryData(
        testPhoneQuery(organization).queryKey,
        (before) => before && { ...before, customers: [] },
      )
      queryClient.removeQueries({ queryKey: [...keys.all(organization), 'messages'] })
    },
    onSettled: () => {
      for (const queryKey of [
        keys.all(organization),
        contactKeys.all(organization),
        conflictKeys.all(organization),
        ['tags', organization],
        ['whatsapp', organization],
        ['deliveries', organization],
      ]) {
        void queryClient.invalidateQueries({ queryKey })
      }
    },
  })
}
