// What the cache keeps of what was written: nothing, once nobody looks at it.
import { MutationObserver } from '@tanstack/react-query'
import { expect, test, vi } from 'vitest'
import { createQueryClient } from './query-client.ts'

test('a password that was sent, and the answer to it, are forgotten as soon as their screen is gone', async () => {
  vi.useFakeTimers()
  try {
    const queryClient = createQueryClient({ onSignedOut: () => {}, onNotAllowed: () => {} })
    const observer = new MutationObserver(queryClient, {
      mutationFn: ({ password }: { password: string }) => Promise.resolve({ recovery_codes: [password] }),
    })
    const leave = observer.subscribe(() => {})
    await observer.mutate({ password: 'lemon-tree-in-june' })
    await vi.advanceTimersByTimeAsync(60_000)
    expect(observer.getCurrentResult().data?.recovery_codes).toHaveLength(1)
    leave()
    await vi.advanceTimersByTimeAsync(1000)
    expect(queryClient.getMutationCache().getAll()).toEqual([])
  } finally {
    vi.useRealTimers()
  }
})
