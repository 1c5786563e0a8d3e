// A conversation that has changed stands where the server would list it, and nowhere else.
import { expect, test } from 'vitest'
import type { Conversation } from '../../../server/conversations/schema.ts'
import { belongs, placeConversations, type ConversationPages } from './placing.ts'

const ME = 'me'
const at = (minute: number) => new Date(Date.UTC(2026, 10, 1, 9, minute)).toISOString()

function conversation(id: string, minute: number, more: Partial<Conversation> = {}): Conversation {
  return {
    id,
    status: 'pending',
    contact: {
      id: `contact of ${id}`,
      phone: null,
      display_name: id,
      username: null,
      test: false,
      identities: [],
      first_seen_at: at(0),
      last_seen_at: null,
      tags: [],
    },
    channel_id: 'number',
    agent: null,
    opened_at: at(0),
    closed_at: null,
    closed_by: null,
    last_message_at: at(minute),
    last_message: null,
    unread_count: 0,
    waiting_since: null,
    window_ends_at: at(59),
    waits_until: null,
    ...more,
  }
}

const pagesOf = (pages: Conversation[][], more = false): ConversationPages => ({
  pages: pages.map((conversations, index) => ({
    conversations,
    next_cursor: more || index < pages.length - 1 ? `after ${index}` : null,
  })),
  pageParams: pages.map((_, index) => (index === 0 ? null : `after ${index - 1}`)),
})
const idsIn = (data: ConversationPages) => data.pages.map((page) => page.conversations.map(({ id }) => id))
const news = (...all: Conversation[]) => new Map(all.map((each) => [each.id, each]))
const mine = { status: 'active', agent: { id: ME, name: 'Nour', ai: false } } as const

test('whoever writes again rises to the top, once', () => {
  const before = pagesOf([[conversation('a', 30), conversation('b', 20)], [conversation('c', 10)]])
  const after = placeConversations(before, { list: 'waiting' }, ME, news(conversation('c', 40)))
  expect(idsIn(after)).toEqual([['c', 'a', 'b'], []])
})

test('what was taken leaves the list of those that wait, and stands among one’s own', () => {
  const taken = conversation('b', 20, mine)
  const before = pagesOf([[conversation('a', 30), conversation('b', 20)]])
  expect(idsIn(placeConversations(before, { list: 'waiting' }, ME, news(taken)))).toEqual([['a']])
  const own = pagesOf([[conversation('x', 25, mine), conversation('y', 5, mine)]])
  expect(idsIn(placeConversations(own, { list: 'mine' }, ME, news(taken)))).toEqual([['x', 'b', 'y']])
  expect(idsIn(placeConversations(own, { list: 'mine' }, 'somebody else', news(taken)))).toEqual([['x', 'y']])
})

test('what changed without a new message stays in its place', () => {
  const before = pagesOf([[conversation('a', 30), conversation('b', 20, { unread_count: 3 }), conversation('c', 10)]])
  const after = placeConversations(before, { list: 'open' }, ME, news(conversation('b', 20)))
  expect(idsIn(after)).toEqual([['a', 'b', 'c']])
  expect(after.pages[0]!.conversations[1]!.unread_count).toBe(0)
})

test('what belongs behind the last page that was read is left to the next page', () => {
  const older = news(conversation('z', 1))
  expect(idsIn(placeConversations(pagesOf([[conversation('a', 30)]], true), {}, ME, older))).toEqual([['a']])
  expect(idsIn(placeConversations(pagesOf([[conversation('a', 30)]]), {}, ME, older))).toEqual([['a', 'z']])
})

test('an empty list takes the first that comes', () => {
  expect(idsIn(placeConversations(pagesOf([[]]), { list: 'waiting' }, ME, news(conversation('a', 1))))).toEqual([['a']])
})

test('a list in which nothing changes is the same object', () => {
  const before = pagesOf([[conversation('a', 30)]])
  expect(placeConversations(before, { list: 'mine' }, ME, news(conversation('b', 40)))).toBe(before)
})

test('what a search finds only the server knows: rows are renewed where they stand, and none comes', () => {
  const before = pagesOf([[conversation('a', 30), conversation('b', 20)]])
  const after = placeConversations(before, { search: 'hi' }, ME, news(conversation('b', 40), conversation('c', 50)))
  expect(idsIn(after)).toEqual([['a', 'b']])
  expect(after.pages[0]!.conversations[1]!.last_message_at).toBe(at(40))
})

test.each([
  ['a closed one is not open', conversation('a', 1, { status: 'closed_by_agent' }), { list: 'open' }, false],
  ['a closed one is among all', conversation('a', 1, { status: 'expired' }), { list: 'all' }, true],
  ['of another status', conversation('a', 1), { statuses: 'active,expired' }, false],
  ['of one of the statuses', conversation('a', 1), { statuses: 'active,pending' }, true],
  ['of another number', conversation('a', 1), { channels: 'other' }, false],
  ['of nobody where agents are asked for', conversation('a', 1), { agents: ME }, false],
  ['of one of the agents', conversation('a', 1, mine), { agents: `x,${ME}` }, true],
  ['without the tag', conversation('a', 1), { any_tags: 'vip' }, false],
  ['active before the time', conversation('a', 1), { active_from: at(2) }, false],
  ['active at the end of the time', conversation('a', 2), { active_before: at(2) }, false],
] as const)('%s', (_, each, query, expected) => {
  expect(belongs(each, query, ME)).toBe(expected)
})
