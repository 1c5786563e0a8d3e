// What was written and is not sent yet: in its order, and in nobody else's name.
import { QueryClient } from '@tanstack/react-query'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { leavePerson } from '../access/leaving.ts'
import { holdsTypedText } from '../lib/typed-text.ts'
import { countFailed, notSent, whenSent, write } from './outbox.ts'

const where = (conversationId: string) => ({
  queryClient: new QueryClient(),
  organization: 'shop',
  conversationId,
})

/** The calls that came, each with what answers it. */
let calls: { text: string; answer: (status: number) => void }[] = []

beforeEach(() => {
  calls = []
  vi.stubGlobal('window', Object.assign(new EventTarget(), { setTimeout, clearTimeout }))
  vi.stubGlobal(
    'fetch',
    (_: string, { body }: { body: string }) =>
      new Promise<Response>((resolve) => {
        const { text } = JSON.parse(body) as { text: string }
        const answer = (status: number) => resolve(Response.json({ code: 'conflict', detail: 'No.' }, { status }))
        calls.push({ text, answer })
      }),
  )
})
afterEach(() => {
  leavePerson()
  vi.unstubAllGlobals()
})

test('a close can wait until all that was written has an answer, and knows what failed', async () => {
  let isDone = false
  write(where('a'), 'first', null)
  write(where('a'), 'second', null)
  const sent = whenSent('a').then(() => (isDone = true))
  await vi.waitFor(() => expect(calls).toHaveLength(1))
  calls[0]!.answer(200)
  await vi.waitFor(() => expect(calls).toHaveLength(2))
  expect(isDone).toBe(false)
  write(where('a'), 'third', null)
  calls[1]!.answer(409)
  await vi.waitFor(() => expect(calls).toHaveLength(3))
  expect(isDone).toBe(false)
  calls[2]!.answer(200)
  await sent
  expect(countFailed('a')).toBe(1)
})

test('the inbox marks what failed, and what is on its way for too long, until it is there', async () => {
  vi.useFakeTimers()
  vi.stubGlobal('window', Object.assign(new EventTarget(), { setTimeout, clearTimeout }))
  try {
    write(where('c'), 'first', null)
    write(where('c'), 'second', null)
    await vi.advanceTimersByTimeAsync(1000)
    expect(notSent('c')).toBeNull()
    // The network is gone: both wait.
    await vi.advanceTimersByTimeAsync(5000)
    expect(notSent('c')).toMatchObject({ text: 'second', failure: null })
    calls[0]!.answer(200)
    await vi.advanceTimersByTimeAsync(10)
    calls[1]!.answer(200)
    await vi.advanceTimersByTimeAsync(10)
    expect(notSent('c')).toBeNull()

    write(where('c'), 'third', null)
    await vi.advanceTimersByTimeAsync(10)
    calls[2]!.answer(409)
    await vi.advanceTimersByTimeAsync(10)
    expect(notSent('c')).toMatchObject({ text: 'third' })
    expect(notSent('c')!.failure).not.toBeNull()
    expect(notSent('d')).toBeNull()
  } finally {
    vi.useRealTimers()
  }
})

test('whoever leaves is asked before, and leaves nothing to be sent by whoever comes next', async () => {
  write(where('b'), 'first', null)
  write(where('b'), 'second', null)
  await vi.waitFor(() => expect(calls).toHaveLength(1))
  expect(holdsTypedText()).toBe(true)
  leavePerson()
  expect(holdsTypedText()).toBe(false)
  calls[0]!.answer(409)
  await whenSent('b')
  expect(calls).toHaveLength(1)
  expect(countFailed('b')).toBe(0)
})
