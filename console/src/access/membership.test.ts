// What is read again when roles change: never an answer older than the news.
import { QueryClient } from '@tanstack/react-query'
import { createMemoryHistory, createRootRoute, createRouter } from '@tanstack/react-router'
import { afterEach, expect, test, vi } from 'vitest'
import { readSessionAgain } from './membership.ts'
import { sessionQuery } from './queries.ts'

afterEach(() => vi.unstubAllGlobals())

test('news that comes while the session is being read is not answered by that reading', async () => {
  const answers: ((role: string) => void)[] = []
  vi.stubGlobal(
    'fetch',
    () =>
      new Promise<Response>((resolve) => {
        answers.push((role) => resolve(Response.json({ organizations: [{ slug: 'loja', role }] })))
      }),
  )
  const queryClient = new QueryClient()
  const router = createRouter({ routeTree: createRootRoute(), history: createMemoryHistory() })
  const first = readSessionAgain(queryClient, router)
  const second = readSessionAgain(queryClient, router)
  const third = readSessionAgain(queryClient, router)
  answers[0]!('admin')
  await first
  await vi.waitFor(() => expect(answers).toHaveLength(2))
  answers[1]!('agent')
  await Promise.all([second, third])
  expect(answers).toHaveLength(2)
  expect(queryClient.getQueryData(sessionQuery.queryKey)?.organizations[0]?.role).toBe('agent')
})
