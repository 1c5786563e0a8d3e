// What the WhatsApp settings read and write: the accounts and their numbers.
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import type {
  addChannel,
  checkConnection,
  createWhatsAppAccount,
  listWhatsAppAccounts,
  updateWhatsAppAccount,
  WhatsAppAccount,
} from '../../../server/channels/schema.ts'
import type { RouteArgs } from '../../../server/lib/route.ts'
import { sessionQuery } from '../access/queries.ts'
import { call } from '../lib/api.ts'

export const accountsQuery = (organization: string) =>
  queryOptions({
    queryKey: ['whatsapp', organization],
    queryFn: ({ signal }) =>
      call<typeof listWhatsAppAccounts>('get', '/v1/whatsapp-accounts', { organization, signal }),
    select: ({ accounts }) => accounts,
    // Whether deliveries arrive is watched while connecting.
    refetchInterval: 10_000,
  })

export function useCreateAccount(organization: string) {
  const keep = useKeepAccount(organization)
  return useMutation({
    mutationFn: (body: RouteArgs<typeof createWhatsAppAccount>['body']) =>
      call<typeof createWhatsAppAccount>('post', '/v1/whatsapp-accounts', { organization, body }),
    onSuccess: keep,
  })
}

export function useUpdateAccount(organization: string, id: string) {
  const keep = useKeepAccount(organization)
  return useMutation({
    mutationFn: (body: NonNullable<RouteArgs<typeof updateWhatsAppAccount>['body']>) =>
      call<typeof updateWhatsAppAccount>('patch', '/v1/whatsapp-accounts/{id}', { organization, params: { id }, body }),
    onSuccess: keep,
  })
}

export function useAddChannel(organization: string, id: string) {
  const keep = useKeepAccount(organization)
  return useMutation({
    mutationFn: (body: RouteArgs<typeof addChannel>['body']) =>
      call<typeof addChannel>('post', '/v1/whatsapp-accounts/{id}/channels', { organization, params: { id }, body }),
    onSuccess: keep,
  })
}

/** What Meta says of the account's numbers now; nothing is kept of it. */
export function useCheckConnection(organization: string, id: string) {
  return useMutation({
    mutationFn: () =>
      call<typeof checkConnection>('post', '/v1/whatsapp-accounts/{id}/check', { organization, params: { id } }),
  })
}

/** Shows the account as the server answered it, before the list is read again. */
function useKeepAccount(organization: string) {
  const queryClient = useQueryClient()
  return (account: WhatsAppAccount) => {
    const key = accountsQuery(organization).queryKey
    queryClient.setQueryData(key, (before) => {
      if (!before) return before
      const there = before.accounts.some((each) => each.id === account.id)
      return {
        accounts: there
          ? before.accounts.map((each) => (each.id === account.id ? account : each))
          : [...before.accounts, account],
      }
    })
    void queryClient.invalidateQueries({ queryKey: key })
    // It says whether secrets are lost.
    void queryClient.invalidateQueries({ queryKey: sessionQuery.queryKey })
  }
}
