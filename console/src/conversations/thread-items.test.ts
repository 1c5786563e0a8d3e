// The thread from top to bottom, and its newest end read again.
import { expect, test } from 'vitest'
import type { Message } from '../../../server/conversations/schema.ts'
import { threadItems, type ThreadConversation } from './thread-items.ts'
import { mergeNewest, newestOf, putMessage, seenTo, type ThreadPage, type ThreadPages } from './thread-pages.ts'

const at = (hour: number, minute = 0) => new Date(2026, 10, 1, hour, minute).toISOString()

const message = (id: string, sent_at: string, more: Partial<Message> = {}): Message => ({
  id,
  conversation_id: 'first',
  direction: 'in',
  origin: 'live',
  in_group: false,
  type: 'text',
  text: id,
  content: null,
  reply_to: null,
  reactions: [],
  edited_at: null,
  revoked_at: null,
  sent_at,
  received_at: sent_at,
  sent_by: null,
  delivery: null,
  client_key: null,
  media: null,
  ...more,
})

const conversation = (id: string, more: Partial<ThreadConversation> = {}): ThreadConversation => ({
  id,
  status: 'active',
  opened_at: at(9),
  closed_at: null,
  closed_by: null,
  agent: null,
  ...more,
})
const closed = conversation('first', { status: 'closed_by_agent', closed_at: at(11), closed_by: 'Nour' })

const shown = (...args: Parameters<typeof threadItems>) =>
  threadItems(...args).map((item) => (item.kind === 'message' ? item.message.id : item.kind))

test('days, the beginnings and ends of conversations, and the first unread message part what was written', () => {
  const messages = [
    message('d', at(40), { conversation_id: 'second' }),
    message('c', at(39), { conversation_id: 'second' }),
    message('b', at(10)),
    message('a', at(9)),
  ]
  const conversations = [closed, conversation('second')]
  expect(shown(messages, conversations, { firstUnreadId: 'd', isWhole: true })).toEqual(
    'day opened a b closed day opened c unread d'.split(' '),
  )
})

test('a conversation that began before what was read does not begin here, and one that is closed ends the thread', () => {
  expect(shown([message('a', at(9))], [closed], { firstUnreadId: null, isWhole: false })).toEqual([
    'day',
    'a',
    'closed',
  ])
})

test('what belongs to no conversation stands without beginning and end', () => {
  const old = message('old', at(8), { conversation_id: null, origin: 'history' })
  expect(shown([old], [], { firstUnreadId: null, isWhole: true })).toEqual(['day', 'old'])
})

test('messages of one side shortly after each other follow each other', () => {
  const messages = [
    message('e', at(9, 30)),
    message('d', at(9, 4), { direction: 'out', sent_by: 'Ana' }),
    message('c', at(9, 3), { direction: 'out', sent_by: 'Nour' }),
    message('b', at(9, 2)),
    message('a', at(9, 1)),
  ]
  const items = threadItems(messages, [], { firstUnreadId: null, isWhole: true })
  const follows = items.flatMap((item) => (item.kind === 'message' && item.follows ? item.message.id : []))
  expect(follows).toEqual(['b'])
})

const page = (ids: string[], next_cursor: string | null, more: Partial<ThreadPage> = {}): ThreadPage => ({
  messages: ids.map((id) => message(id, at(9, Number(id)))),
  conversations: [],
  merged_ids: [],
  first_unread_id: null,
  next_cursor,
  ...more,
})
const pages = (...all: ThreadPage[]): ThreadPages => ({ pages: all, pageParams: all.map(() => null) })
const idsIn = (data: ThreadPages) => data.pages.flatMap((each) => each.messages.map(({ id }) => id))

test('the newest page read anew takes the place of what it reaches, and older ones stay', () => {
  const merged = mergeNewest(pages(page(['6', '5'], 'a'), page(['4', '3'], 'b')), page(['8', '7', '6', '5'], 'c'))
  expect(idsIn(merged)).toEqual(['8', '7', '6', '5', '4', '3'])
  expect(merged.pages.at(-1)!.next_cursor).toBe('b')
})

test('when more has come than the newest page holds, nothing is left out between', () => {
  const merged = mergeNewest(pages(page(['3', '2'], 'a')), page(['9', '8'], 'b'))
  expect(idsIn(merged)).toEqual(['9', '8'])
  expect(merged.pages.at(-1)!.next_cursor).toBe('b')
})

test('what was written here while the newest page was read is not lost by it', () => {
  const written = putMessage(pages(page(['3', '2'], null)), message('5', at(9, 5), { direction: 'out' }))
  expect(idsIn(mergeNewest(written, page(['3', '2'], null)))).toEqual(['5', '3', '2'])
})

test('a message that is there already is put in its place', () => {
  const data = pages(page(['3', '2'], null))
  const now = putMessage(data, message('2', at(9, 2), { text: 'changed' }))
  expect(idsIn(now)).toEqual(['3', '2'])
  expect(now.pages[0]!.messages[1]!.text).toBe('changed')
})

test('what an AI agent told colleagues stands after what it had read, and parts the messages beside it', () => {
  const newestFirst = [message('30', at(9, 3)), message('20', at(9, 2)), message('10', at(9, 1))]
  const handOver = (id: string) => ({
    id,
    at: at(9, 2),
    conversation_id: 'first',
    agent: { id: 'luna', name: 'Luna' },
    reason: 'words',
    summary: null,
  })
  const kinds = (handOvers: string[], isWhole = true) =>
    threadItems(newestFirst, [conversation('first')], {
      firstUnreadId: null,
      isWhole,
      handOvers: handOvers.map(handOver),
    }).flatMap((item) => (item.kind === 'message' ? [item.key] : item.kind === 'handed_over' ? ['note'] : []))
  expect(kinds(['25'])).toEqual(['10', '20', 'note', '30'])
  expect(kinds(['35'])).toEqual(['10', '20', '30', 'note'])
  expect(kinds(['05'])).toEqual(['note', '10', '20', '30'])
  // It belongs to what is not read yet.
  expect(kinds(['05'], false)).toEqual(['10', '20', '30'])
  const parted = threadItems(newestFirst, [], { firstUnreadId: null, isWhole: true, handOvers: [handOver('25')] })
  expect(parted.filter((item) => item.kind === 'message').map(({ follows }) => follows)).toEqual([false, true, false])
})

test('the newest of the customer is the one that came last, whatever time it carries', () => {
  const late = message('b2', at(9, 10))
  const messages = [
    message('d', at(10, 5), { conversation_id: 'second' }),
    message('c', at(10), { direction: 'out' }),
    message('b1', at(9, 30)),
    late,
  ]
  const read = [{ messages, conversations: [], merged_ids: [], first_unread_id: null, next_cursor: null }]
  expect(newestOf(read, 'first', 'in')).toBe(late)
  expect(newestOf(read, 'first')?.id).toBe('c')
})

test('an answer does not say that what the customer wrote just before it was seen', () => {
  const thread = (...messages: Message[]) => [
    { messages, conversations: [], merged_ids: [], first_unread_id: null, next_cursor: null },
  ]
  const [asked, answer] = [message('b', at(9)), message('d', at(10), { direction: 'out' })]
  // The customer's 'c' is not here yet.
  expect(seenTo(thread(answer, asked), 'first')).toBe('b')
  expect(seenTo(thread(answer), 'first')).toBe('d')
  expect(seenTo(thread(), 'first')).toBe(undefined)
})

test('read again, a conversation that has ended is ended in all of the thread', () => {
  const pageOf = (messages: Message[], conversations: ThreadConversation[]): ThreadPage => ({
    messages,
    conversations,
    merged_ids: [],
    first_unread_id: null,
    next_cursor: messages.at(-1)!.id,
  })
  const open = conversation('first')
  const data: ThreadPages = {
    pages: [pageOf([message('c', at(11))], [open]), pageOf([message('b', at(10)), message('a', at(9))], [open])],
    pageParams: [null, 'c'],
  }
  const merged = mergeNewest(data, pageOf([message('c', at(11)), message('b', at(10))], [closed]))
  const items = threadItems(
    merged.pages.flatMap(({ messages }) => messages),
    merged.pages.flatMap(({ conversations }) => conversations),
    { firstUnreadId: null, isWhole: true },
  )
  expect(items.at(-1)?.kind).toBe('closed')
})
