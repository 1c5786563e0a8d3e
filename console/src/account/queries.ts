// One's own account: what the server says of it, and what one changes.
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import type {
  beginTwoFactor,
  changePassword,
  confirmTwoFactor,
  endAllSessions,
  endSession,
  endTwoFactor,
  getAccount,
  renameAccount,
  renewRecoveryCodes,
} from '../../../server/account/schema.ts'
import type { RouteArgs, RouteDef } from '../../../server/lib/route.ts'
import { sessionQuery, useLeave } from '../access/queries.ts'
import { call } from '../lib/api.ts'

export const accountQuery = queryOptions({
  queryKey: ['account'],
  queryFn: ({ signal }) => call<typeof getAccount>('get', '/auth/account', { signal }),
  staleTime: 0,
})

type Body<R extends RouteDef> = NonNullable<RouteArgs<R>['body']>

/** Done only when it is shown, so that the focus does not go back to what is about to go; the reading may fail. */
function useChange<A, T>(change: (input: A) => Promise<T>) {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: change,
    onSuccess: () => queryClient.invalidateQueries(accountQuery),
  })
}

/** The frame shows the name too. */
export function useRename() {
  const queryClient = useQueryClient()
  const router = useRouter()
  return useMutation({
    mutationFn: (body: Body<typeof renameAccount>) => call<typeof renameAccount>('patch', '/auth/account', { body }),
    onSuccess: async () => {
      // None of these fails when the reading does: the name is changed all the same.
      await queryClient.prefetchQuery({ ...sessionQuery, staleTime: 0 })
      await Promise.all([queryClient.invalidateQueries(accountQuery), router.invalidate()])
    },
  })
}

export const useChangePassword = () =>
  useChange((body: Body<typeof changePassword>) =>
    call<typeof changePassword>('post', '/auth/account/password', { body }),
  )

/** Changes nothing that is shown. */
export const useBeginTwoFactor = () =>
  useMutation({
    mutationFn: (body: Body<typeof beginTwoFactor>) =>
      call<typeof beginTwoFactor>('post', '/auth/account/two-factor/begin', { body }),
  })

export const useConfirmTwoFactor = () =>
  useChange((body: Body<typeof confirmTwoFactor>) =>
    call<typeof confirmTwoFactor>('post', '/auth/account/two-factor', { body }),
  )

export const useRenewRecoveryCodes = () =>
  useChange((body: Body<typeof renewRecoveryCodes>) =>
    call<typeof renewRecoveryCodes>('post', '/auth/account/two-factor/recovery-codes', { body }),
  )

export const useEndTwoFactor = () =>
  useChange((body: Body<typeof endTwoFactor>) =>
    call<typeof endTwoFactor>('post', '/auth/account/two-factor/end', { body }),
  )

export const useEndSession = () =>
  useChange((id: string) => call<typeof endSession>('delete', '/auth/account/sessions/{id}', { params: { id } }))

export function useEndAllSessions() {
  const leave = useLeave()
  return useMutation({
    mutationFn: () => call<typeof endAllSessions>('delete', '/auth/account/sessions', {}),
    onSuccess: leave,
  })
}
