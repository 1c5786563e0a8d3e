// The cache of what the server said: when it asks again by itself, and what happens when the session has ended.
import { QueryCache, QueryClient } from '@tanstack/react-query'
import { isProblem } from './api.ts'

/** `onSignedOut` is called when reading shows that the session has ended; writing reports it where it was tried. */
export function createQueryClient(onSignedOut: () => void): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({
      onError: (error, query) => {
        if (isProblem(error, 401) && query.meta?.['mayBeSignedOut'] !== true) onSignedOut()
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
      mutations: { networkMode: 'always', retry: false },
    },
  })
}
