// What Settings → People and the invitation page read and write.
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import type { renameOrganization } from '../../../server/access/schema.ts'
import type {
  acceptInvitation,
  changeRole,
  checkInvitation,
  createInvitation,
  joinWithNewAccount,
  listInvitations,
  listPeople,
  removePerson,
  withdrawInvitation,
} from '../../../server/people/schema.ts'
import type { RouteArgs } from '../../../server/lib/route.ts'
import { call } from '../lib/api.ts'
import { useEnter } from '../access/queries.ts'

export const peopleQuery = (organization: string) =>
  queryOptions({
    queryKey: ['people', organization, 'list'],
    queryFn: ({ signal }) => call<typeof listPeople>('get', '/v1/people', { organization, signal }),
    select: ({ people }) => people,
  })

export const invitationsQuery = (organization: string) =>
  queryOptions({
    queryKey: ['people', organization, 'invitations'],
    queryFn: ({ signal }) => call<typeof listInvitations>('get', '/v1/invitations', { organization, signal }),
    select: ({ invitations }) => invitations,
  })

export const invitationQuery = (token: string) =>
  queryOptions({
    queryKey: ['invitation', token],
    queryFn: ({ signal }) => call<typeof checkInvitation>('post', '/auth/invitation', { body: { token }, signal }),
    staleTime: 0,
  })

function useReadPeopleAgain(organization: string) {
  const queryClient = useQueryClient()
  return () => queryClient.invalidateQueries({ queryKey: ['people', organization] })
}

export function useCreateInvitation(organization: string) {
  const onSuccess = useReadPeopleAgain(organization)
  return useMutation({
    mutationFn: (body: RouteArgs<typeof createInvitation>['body']) =>
      call<typeof createInvitation>('post', '/v1/invitations', { organization, body }),
    onSuccess,
  })
}

export function useWithdrawInvitation(organization: string) {
  const onSettled = useReadPeopleAgain(organization)
  return useMutation({
    mutationFn: (id: string) =>
      call<typeof withdrawInvitation>('delete', '/v1/invitations/{id}', { organization, params: { id } }),
    onSettled,
  })
}

export function useChangeRole(organization: string) {
  const onSettled = useReadPeopleAgain(organization)
  return useMutation({
    mutationFn: ({ id, ...body }: { id: string } & NonNullable<RouteArgs<typeof changeRole>['body']>) =>
      call<typeof changeRole>('patch', '/v1/people/{id}', { organization, params: { id }, body }),
    onSettled,
  })
}

export function useRemovePerson(organization: string) {
  const onSettled = useReadPeopleAgain(organization)
  return useMutation({
    mutationFn: (id: string) =>
      call<typeof removePerson>('delete', '/v1/people/{id}', { organization, params: { id } }),
    onSettled,
  })
}

export function useRenameOrganization(organization: string) {
  return useMutation({
    mutationFn: (body: RouteArgs<typeof renameOrganization>['body']) =>
      call<typeof renameOrganization>('patch', '/v1/organization', { organization, body }),
  })
}

export function useJoin(onJoined: () => void) {
  const enter = useEnter(onJoined)
  return useMutation({
    mutationFn: (body: RouteArgs<typeof joinWithNewAccount>['body']) =>
      call<typeof joinWithNewAccount>('post', '/auth/invitation/account', { body }),
    onSuccess: enter,
  })
}

export function useAcceptInvitation(onJoined: () => void) {
  const enter = useEnter(onJoined)
  return useMutation({
    mutationFn: (token: string) =>
      call<typeof acceptInvitation>('post', '/auth/invitation/membership', { body: { token } }),
    onSuccess: enter,
  })
}
