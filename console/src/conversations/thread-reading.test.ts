// Reading a thread again: it never becomes shorter than it is shown, and what is far up in it changes as well.
import { InfiniteQueryObserver, QueryClient } from '@tanstack/react-query'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Message } from '../../../server/conversations/schema.ts'
import { openScreens } from '../live/applying.ts'
import { messagesQuery, readNewestMessages, readOlderMessages } from './thread-reading.ts'

const ORGANIZATION = 'shop'
const ID = 'talk'
const BEGAN = Date.parse('2026-01-01T00:00:00.000Z')

const message = (n: number, more: Partial<Message> = {}): Message =>
  ({
    id: `m${String(n).padStart(5, '0')}`,
    conversation_id: ID,
    direction: 'in',
    sent_at: new Date(BEGAN + n * 1000).toISOString(),
    text: `message ${n}`,
    ...more,
  }) as Message

/** What the server has of the thread, oldest first. */
let stored: Message[] = []
let asked: string[] = []
/** Holds back the next answer until it is called. */
let hold: Promise<void> | undefined

const answer = async (url: string): Promise<Response> => {
  asked.push(url)
  const search = new URL(url, 'http://localhost').searchParams
  const [limit, cursor] = [Number(search.get('limit')), search.get('cursor')]
  const newestFirst = stored.toReversed()
  const from = cursor === null ? 0 : newestFirst.findIndex(({ id }) => id === cursor) + 1
  const messages = newestFirst.slice(from, from + limit)
  const held = hold
  hold = undefined
  await held
  return Response.json({
    messages,
    conversations: [],
    merged_ids: [],
    first_unread_id: null,
    next_cursor: from + limit < newestFirst.length ? messages.at(-1)!.id : null,
  })
}

let queryClient: QueryClient
let thread: InfiniteQueryObserver
let close: () => void

const shown = () =>
  (thread.getCurrentResult().data as { pages: { messages: Message[] }[] } | undefined)?.pages.flatMap(
    ({ messages }) => messages,
  ) ?? []

/** Opens the thread and reads older pages until so many messages are shown. */
async function show(count: number): Promise<void> {
  thread = new InfiniteQueryObserver(queryClient, messagesQuery(ORGANIZATION, ID) as never)
  close = thread.subscribe(() => {})
  await vi.waitFor(() => expect(shown()).not.toHaveLength(0))
  // oxlint-disable-next-line no-await-in-loop -- each page is behind the one before
  while (shown().length < count) await thread.fetchNextPage()
}

beforeEach(() => {
  asked = []
  stored = Array.from({ length: 500 }, (_, n) => message(n))
  vi.stubGlobal('fetch', (url: string) => answer(url))
  queryClient = new QueryClient({ defaultOptions: { queries: { retry: false, networkMode: 'always' } } })
})
afterEach(() => {
  close()
  queryClient.clear()
  vi.unstubAllGlobals()
})

test('after a break all that was read is there as it is now, and what came meanwhile', async () => {
  await show(350)
  stored[200] = message(200, { text: 'edited' })
  stored.push(message(500))
  const screens = openScreens({ queryClient, organization: ORGANIZATION, isSeen: () => true, onPeopleChanged() {} })
  screens.readAllAgain(0)
  await vi.waitFor(() => expect(shown().find(({ id }) => id === 'm00200')?.text).toBe('edited'), { timeout: 5000 })
  screens.close()
  expect(shown().length).toBeGreaterThanOrEqual(351)
  expect(shown().map(({ id }) => id)).toEqual(shown().map((_, n) => message(500 - n).id))
})

test('one far above the newest two hundred changes, one that is erased goes, and older pages go on behind', async () => {
  await show(450)
  stored[60] = message(60, { text: 'edited' })
  stored.splice(100, 1)
  await readNewestMessages(queryClient, ORGANIZATION, ID)
  expect(shown()).toHaveLength(450)
  await readOlderMessages(queryClient, ORGANIZATION, ID)
  expect(shown().find(({ id }) => id === 'm00060')?.text).toBe('edited')
  expect(shown().map(({ id }) => id)).not.toContain('m00100')
  // At most two hundred at once, and no more than reaches the oldest that is shown.
  expect(asked.slice(9).map((url) => new URL(url, 'http://localhost').searchParams.get('limit'))).toEqual([
    '200',
    '200',
    '200',
  ])
  while (thread.getCurrentResult().hasNextPage) await thread.fetchNextPage()
  expect(shown().map(({ id }) => id)).toEqual(stored.toReversed().map(({ id }) => id))
})

test('a short thread is read once again, not twice', async () => {
  await show(150)
  asked = []
  await readNewestMessages(queryClient, ORGANIZATION, ID)
  await readOlderMessages(queryClient, ORGANIZATION, ID)
  expect(asked).toHaveLength(1)
})

test('what is read again while an older page comes neither ends it nor is lost', async () => {
  await show(100)
  const { promise, resolve } = Promise.withResolvers<void>()
  hold = promise
  const older = thread.fetchNextPage()
  stored.push(message(500))
  const again = readNewestMessages(queryClient, ORGANIZATION, ID)
  resolve()
  await Promise.all([older, again])
  expect(shown()).toHaveLength(151)
  expect(shown()[0]!.id).toBe('m00500')
})

test('when reading again fails the thread stays, says so, and is well with the next one', async () => {
  await show(100)
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('network')))
  await readNewestMessages(queryClient, ORGANIZATION, ID)
  expect(shown()).toHaveLength(100)
  expect((thread.getCurrentResult() as unknown as { isRefetchError: boolean }).isRefetchError).toBe(true)
  vi.stubGlobal('fetch', (url: string) => answer(url))
  await readNewestMessages(queryClient, ORGANIZATION, ID)
  expect(thread.getCurrentResult().isError).toBe(false)
})
