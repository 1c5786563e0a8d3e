// The newest operations, which every screen follows, and which of them were started in this tab.
import { queryOptions } from '@tanstack/react-query'
import type { listOperations, Operation } from '../../../server/operations/schema.ts'
import { call } from '../lib/api.ts'
import { whileNotLive } from '../live/state.ts'

/** While the stream, which tells where each stands, is down. */
export const UNDER_WAY_MS = 3000

export const operationKeys = {
  all: (organization: string) => ['operations', organization] as const,
  one: (organization: string, id: string) => ['operations', organization, 'one', id] as const,
}

export const isUnderWay = ({ status }: Pick<Operation, 'status'>): boolean =>
  status === 'waiting' || status === 'running' || status === 'cancelling'

/** The newest ones. */
export const latestOperationsQuery = (organization: string) =>
  queryOptions({
    queryKey: [...operationKeys.all(organization), 'latest'],
    queryFn: ({ signal }) =>
      call<typeof listOperations>('get', '/v1/operations', { organization, signal, query: { limit: 10 } }),
    select: ({ operations }) => operations,
    refetchInterval: ({ state }) =>
      state.data?.operations.some(isUnderWay) === true && whileNotLive(organization, UNDER_WAY_MS),
  })

const STARTED = 'earmark-operations-started'

/** The operations that were started in this tab and whose end was not told yet; they outlive a reload. */
export const startedHere = {
  ids: (): string[] => (sessionStorage.getItem(STARTED) ?? '').split(',').filter((id) => id !== ''),
  add: (id: string) => sessionStorage.setItem(STARTED, [...new Set([...startedHere.ids(), id])].join(',')),
  remove: (id: string) =>
    sessionStorage.setItem(
      STARTED,
      startedHere
        .ids()
        .filter((each) => each !== id)
        .join(','),
    ),
}
