// What was written and is not sent yet: in its order, and in nobody else's name.
import { QueryClient } from '@tanstack/react-query'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { leavePerson } from '../access/leaving.ts'
import { holdsTypedText } from '../lib/typed-text.ts'
import { bringUnsentBack, countFailed, moveUnsent, notSent, tryAgain, whenSent, write } from './outbox.ts'

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

/** A server in which a conversation may have gone into another one; `lost`: so many answers get lost on their way. */
function openServer() {
  const server = {
    merged: new Map<string, string>(),
    lost: 0,
    /** Who asked for what, and what is there by now. */
    asked: [] as string[],
    sent: new Map<string, string>(),
    /** Until then no answer goes out. */
    open: Promise.resolve(),
  }
  const answers = new Map<string, { path: string; body: object }>()
  vi.stubGlobal(
    'fetch',
    async (path: string, init: { method: string; body: string; headers: Record<string, string> }) => {
      const id = path.split('/')[3]!
      if (init.method === 'GET') return Response.json({ messages: [], conversations: [], next_cursor: null })
      const { text } = JSON.parse(init.body) as { text: string }
      server.asked.push(`${text} ${id}`)
      await server.open
      const key = init.headers['idempotency-key']!
      const before = answers.get(key)
      if (before && before.path !== path)
        return Response.json({ code: 'invalid', detail: 'Reused.', reason: 'idempotency_key_reused' }, { status: 422 })
      const into = server.merged.get(id)
      if (into !== undefined && !before)
        return Response.json(
          { code: 'not_found', detail: 'Merged.', reason: 'conversation_merged', data: { merged_into: into } },
          { status: 404 },
        )
      const answer = before ?? { path, body: { id: `message ${text}`, text } }
      answers.set(key, answer)
      if (!before) server.sent.set(text, id)
      if (server.lost > 0) {
        server.lost--
        throw new TypeError('Failed to fetch')
      }
      return Response.json(answer.body, { status: 201 })
    },
  )
  return server
}

test('what is on its way to a conversation that goes into another one arrives there, once and in its order', async () => {
  const server = openServer()
  const { promise, resolve } = Promise.withResolvers<void>()
  server.open = promise
  write(where('from'), 'first', null)
  write(where('from'), 'second', null)
  await vi.waitFor(() => expect(server.asked).toEqual(['first from']))
  server.merged.set('from', 'into')
  moveUnsent('from', 'into')
  write(where('into'), 'third', null)
  resolve()
  await whenSent('into')
  expect([...server.sent]).toEqual([
    ['first', 'into'],
    ['second', 'into'],
    ['third', 'into'],
  ])
  expect(server.asked).toEqual(['first from', 'first into', 'second into', 'third into'])
  expect(countFailed('into')).toBe(0)
})

test('also while nobody knows of the merge yet, and after several', async () => {
  const server = openServer()
  server.merged.set('from', 'next').set('next', 'into')
  write(where('from'), 'hello', null)
  await whenSent('from')
  await vi.waitFor(() => expect(server.sent).toEqual(new Map([['hello', 'into']])))
  expect(holdsTypedText()).toBe(false)
})

test('what the server may have had before the merge is asked for where it was, and so not sent twice', async () => {
  vi.useFakeTimers()
  vi.stubGlobal('window', Object.assign(new EventTarget(), { setTimeout, clearTimeout }))
  try {
    const server = openServer()
    server.lost = 3
    write(where('from'), 'hello', null)
    await vi.advanceTimersByTimeAsync(5000)
    const failed = notSent('from')!
    expect(failed.failure).not.toBeNull()
    server.merged.set('from', 'into')
    moveUnsent('from', 'into')
    expect([notSent('from'), notSent('into')?.key]).toEqual([null, failed.key])
    tryAgain(where('into'), notSent('into')!)
    await vi.advanceTimersByTimeAsync(10)
    expect([...server.sent]).toEqual([['hello', 'from']])
    expect(notSent('into')).toBeNull()
    expect(holdsTypedText()).toBe(false)

    // What it never had goes to where it waits now.
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')))
    write(where('other'), 'again', null)
    await vi.advanceTimersByTimeAsync(5000)
    moveUnsent('other', 'into')
    const later = openServer()
    later.merged.set('other', 'into')
    tryAgain(where('into'), notSent('into')!)
    await vi.advanceTimersByTimeAsync(10)
    expect([...later.sent]).toEqual([['again', 'into']])
    expect(holdsTypedText()).toBe(false)
  } finally {
    vi.useRealTimers()
  }
})

test('taken apart again, what was not sent waits where it was written, and is never asked for at the other customer', async () => {
  vi.useFakeTimers()
  vi.stubGlobal('window', Object.assign(new EventTarget(), { setTimeout, clearTimeout }))
  try {
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')))
    // Asked for where it was written, and after the merge; then only after it.
    write(where('from'), 'of here', null)
    await vi.advanceTimersByTimeAsync(5000)
    moveUnsent('from', 'into')
    write(where('into'), 'sent there', null, null, 'from')
    write(where('into'), 'of there', null)
    await vi.advanceTimersByTimeAsync(20_000)
    expect(countFailed('into')).toBe(3)
    bringUnsentBack('into', 'from')
    expect([countFailed('from'), notSent('from')?.text, notSent('into')?.text]).toEqual([2, 'sent there', 'of there'])
    const server = openServer()
    tryAgain(where('from'), notSent('from')!)
    await vi.advanceTimersByTimeAsync(10)
    tryAgain(where('from'), notSent('from')!)
    await vi.advanceTimersByTimeAsync(10)
    expect(server.asked).toEqual(['sent there from', 'of here from'])
    expect(countFailed('into')).toBe(1)
  } finally {
    vi.useRealTimers()
  }
})
