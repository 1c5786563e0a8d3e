// The cache of what the server said: when it asks again by itself, and what happens when the session has ended.
import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query'
import { isProblem } from './api.ts'

interface Ends {
  /** Reading showed that the session has ended; writing reports it where it was tried. */
  onSignedOut: () => void
  /** A call was refused to this role, or to whoever does not belong to the organization. */
  onNotAllowed: () => void
}

const isNotAllowed = (error: unknown): boolean =>
  isProblem(error) && (error.reason === 'role_not_allowed' || error.reason === 'organization_missing')

export function createQueryClient({ onSignedOut, onNotAllowed }: Ends): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({
      onError: (error, query) => {
        if (isNotAllowed(error)) onNotAllowed()
        if (isProblem(error, 401) && query.meta?.['mayBeSignedOut'] !== true) onSignedOut()
      },
    }),
    mutationCache: new MutationCache({
      onError: (error) => {
        if (isNotAllowed(error)) onNotAllowed()
      },
    }),
    defaultOptions: {
      queries: {
        staleTime: 15_000,
        // Without an answer or with a tired server another try may help; with a refusal it does not.
        retry: (failures, error) => failures < 1 && isProblem(error) && (error.status === 0 || error.status >= 502),
        retryDelay: 500,
        // Calls are tried even when the browser believes to be offline: the server may be on this very machine.
        networkMode: 'always',
      },
      // What was written and answered may be a password or a recovery code: it goes with the screen that asked for it.
      mutations: { networkMode: 'always', retry: false, gcTime: 1000 },
    },
  })
}
