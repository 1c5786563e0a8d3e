// Who is signed in, and signing in and out.
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useRouteContext, type LinkProps } from '@tanstack/react-router'
import type {
  checkSetupLink,
  CurrentSession,
  getSession,
  Organization,
  setUp,
  signIn,
  signOut,
} from '../../../server/access/schema.ts'
import { leavePerson } from './leaving.ts'
import { call } from '../lib/api.ts'
import type { RouteArgs } from '../../../server/lib/route.ts'

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: ({ signal }) => call<typeof getSession>('get', '/auth/session', { signal }),
  staleTime: 60_000,
  // Whoever asks for it decides what a missing session means.
  meta: { mayBeSignedOut: true },
})

export const setupQuery = (token: string | undefined) =>
  queryOptions({
    queryKey: ['setup', token],
    queryFn: ({ signal }) =>
      call<typeof checkSetupLink>('get', '/auth/setup', { signal, query: token === undefined ? {} : { token } }),
    staleTime: 0,
  })

/** The organization whose screens are shown, and the session that belongs to it. */
export const useOrganization = () =>
  useRouteContext({ from: '/o/$organization', select: (context) => context.organization })
export const useSession = () => useRouteContext({ from: '/o/$organization', select: (context) => context.session })

export type Permission =
  | 'contacts:read'
  | 'contacts:tag'
  | 'contacts:bulk'
  | 'contacts:export'
  | 'contacts:import'
  | 'contacts:merge'
  | 'contacts:erase'
  | 'tags:read'
  | 'tags:write'
  | 'channels:manage'
  | 'organization:manage'
  | 'audit:read'
  | 'people:manage'
  | 'conversations:read'
  | 'conversations:answer'
  | 'replies:write'
  | 'conversations:oversee'
  | 'keys:manage'
  | 'webhooks:manage'
  | 'models:manage'

/** A screen of an organization, and what opens it. */
export interface Screen {
  to: NonNullable<LinkProps['to']>
  permission: Permission
}

export const may = (organization: Organization, permission: Permission): boolean =>
  organization.permissions.includes(permission)

export function useSignIn(onSignedIn: () => void) {
  const enter = useEnter(onSignedIn)
  return useMutation({
    mutationFn: (body: RouteArgs<typeof signIn>['body']) => call<typeof signIn>('post', '/auth/session', { body }),
    onSuccess: enter,
  })
}

export function useSetUp(onSignedIn: () => void) {
  const enter = useEnter(onSignedIn)
  return useMutation({
    mutationFn: (body: RouteArgs<typeof setUp>['body']) => call<typeof setUp>('post', '/auth/setup', { body }),
    onSuccess: enter,
  })
}

/** Nothing that was read for another person stays. */
export function useEnter(onSignedIn: () => void) {
  const queryClient = useQueryClient()
  return (session: CurrentSession) => {
    leavePerson()
    queryClient.clear()
    queryClient.setQueryData(sessionQuery.queryKey, session)
    onSignedIn()
  }
}

/** To the sign-in page; nothing that was read for whoever was signed in stays. */
export function useLeave() {
  const queryClient = useQueryClient()
  const navigate = useNavigate()
  return async () => {
    leavePerson()
    queryClient.removeQueries(sessionQuery)
    await navigate({ to: '/sign-in' })
    queryClient.clear()
  }
}

/** `stays` is for a page that a stranger may see as well. */
export function useSignOut({ stays = false }: { stays?: boolean } = {}) {
  const queryClient = useQueryClient()
  const leave = useLeave()
  return useMutation({
    mutationFn: () => call<typeof signOut>('delete', '/auth/session', {}),
    onSuccess: () => (stays ? queryClient.resetQueries() : leave()),
  })
}
