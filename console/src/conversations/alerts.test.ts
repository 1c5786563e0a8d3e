// Of whom an agent is told: their own customers, once, and not what they are reading.
import { expect, test } from 'vitest'
import type { Conversation } from '../../../server/conversations/schema.ts'
import { toTellOf } from './alerts.ts'

const conversation = (id: string, messageId: string, more: Partial<Conversation> = {}): Conversation => ({
  id,
  status: 'active',
  contact: {} as Conversation['contact'],
  channel_id: 'c',
  agent: { id: 'me', name: 'Me', ai: false },
  opened_at: '2026-01-01T00:00:00.000Z',
  closed_at: null,
  closed_by: null,
  last_message_at: '2026-01-01T00:00:00.000Z',
  last_message: {
    id: messageId,
    direction: 'in',
    type: 'text',
    text: 'Hi',
    revoked: false,
    sent_by: null,
    delivery_state: null,
  },
  unread_count: 1,
  waiting_since: null,
  window_ends_at: '2026-01-02T00:00:00.000Z',
  waits_until: null,
  ...more,
})
const asked = { userId: 'me', told: '', lookedAt: null }
const ids = (list: Conversation[]) => list.map(({ id }) => id)

test('only one’s own conversations with unread messages of the customer count', () => {
  const all = [
    conversation('mine', '1'),
    conversation('theirs', '2', { agent: { id: 'other', name: 'Other', ai: false } }),
    conversation('waiting', '3', { agent: null, status: 'pending' }),
    conversation('read', '4', { unread_count: 0 }),
    conversation('answered', '5', {
      last_message: {
        id: '5',
        direction: 'out',
        type: 'text',
        text: 'Yes',
        revoked: false,
        sent_by: 'Me',
        delivery_state: 'sent',
      },
    }),
    conversation('closed', '6', { status: 'closed_by_agent', closed_at: '2026-01-01T01:00:00.000Z' }),
  ]
  expect(ids(toTellOf(all, asked))).toEqual(['mine'])
})

test('what was told, and what is being looked at, is not told again', () => {
  const all = [conversation('a', '1'), conversation('b', '2'), conversation('c', '3')]
  expect(ids(toTellOf(all, { ...asked, told: '1' }))).toEqual(['b', 'c'])
  expect(ids(toTellOf(all, { ...asked, lookedAt: 'c' }))).toEqual(['a', 'b'])
})

test('of many at once the newest are told', () => {
  const all = ['5', '1', '4', '2', '3'].map((n) => conversation(n, n))
  expect(ids(toTellOf(all, asked))).toEqual(['3', '4', '5'])
})
