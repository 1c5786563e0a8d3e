// Of whom an agent is told: their own customers, once, and not what they are reading; and who was handed to them.
import { notifications, notificationsStore } from '@mantine/notifications'
import { QueryClient } from '@tanstack/react-query'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { CurrentSession } from '../../../server/access/schema.ts'
import type { Conversation } from '../../../server/conversations/schema.ts'
import { sessionQuery } from '../access/queries.ts'
import { handOversToTell, tellOfHandOvers, toTellOf, type Given } from './alerts.ts'

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

const ME = { id: 'me', name: 'Me' }
const minute = (n: number) => new Date(Date.UTC(2026, 0, 1, 9, n)).toISOString()
const handOver = (id: string, at: string) => ({ conversation_id: id, to: 'me', by: 'Ana', at })
const given = (id: string, at: string, more: Partial<Conversation> = {}): Given => ({
  handOver: handOver(id, at),
  conversation: conversation(id, '1', more),
})
const told = (list: readonly Given[], names: string[] = []) =>
  handOversToTell(list, { user: ME, told: names }).map(({ handOver: { conversation_id, at } }) => [conversation_id, at])
const written = (sent_by: string, at: string): Partial<Conversation> => ({
  last_message_at: at,
  last_message: { ...conversation('x', '9').last_message!, direction: 'out', sent_by },
})

test('of hand-overs those count that are open, one’s own and not answered since', () => {
  const all = [
    given('mine', minute(3)),
    given('closed', minute(3), { status: 'closed_by_agent', closed_at: minute(4) }),
    given('given back', minute(3), { agent: null, status: 'pending' }),
    given('answered', minute(3), written('Me', minute(4))),
    { ...given('theirs', minute(3)), handOver: { ...handOver('theirs', minute(3)), to: 'other' } },
  ]
  expect(told(all)).toEqual([['mine', minute(3)]])
  // What was written before, or by whoever handed it over, does not tell that it was noticed.
  expect(
    told([given('a', minute(3), written('Me', minute(2))), given('b', minute(3), written('Ana', minute(4)))]),
  ).toEqual([
    ['a', minute(3)],
    ['b', minute(3)],
  ])
})

test('of each conversation the last hand-over is told, of many conversations the newest, and nothing twice', () => {
  expect(told([given('a', minute(5)), given('a', minute(1)), given('b', minute(2))])).toEqual([
    ['b', minute(2)],
    ['a', minute(5)],
  ])
  const many = [4, 1, 3, 2].map((n) => given(String(n), minute(n)))
  expect(told(many).map(([id]) => id)).toEqual(['2', '3', '4'])
  expect(told(many, [`4 ${minute(4)}`, `3 ${minute(9)}`]).map(([id]) => id)).toEqual(['1', '2', '3'])
})

describe('in a tab', () => {
  const notified: string[] = []
  let page: EventTarget & { visibilityState: string; hasFocus: () => boolean }
  let kept: Map<string, string>
  let queryClient: QueryClient

  beforeEach(() => {
    notified.length = 0
    notifications.clean()
    kept = new Map([['earmark-alerts', 'on']])
    page = Object.assign(new EventTarget(), { visibilityState: 'visible', hasFocus: () => true })
    vi.stubGlobal('document', page)
    vi.stubGlobal('location', new URL('https://earmark.example/o/shop/inbox?conversation=open'))
    vi.stubGlobal('localStorage', {
      getItem: (name: string) => kept.get(name) ?? null,
      setItem: (name: string, value: string) => kept.set(name, value),
    })
    const shown = function (_title: string, { tag }: { tag: string }) {
      notified.push(tag)
      return new EventTarget()
    }
    vi.stubGlobal('Notification', Object.assign(shown, { permission: 'granted' }))
    queryClient = new QueryClient()
    queryClient.setQueryData(sessionQuery.queryKey, { user: { ...ME, email: 'me@earmark.example' } } as CurrentSession)
  })
  afterEach(() => {
    queryClient.clear()
    vi.unstubAllGlobals()
  })

  const contact = (name: string) => ({ display_name: name }) as Conversation['contact']
  const hears = (id: string, at: string | null, more: Partial<Conversation> = {}) =>
    tellOfHandOvers(queryClient, 'shop', {
      handedOver: at === null ? [] : [handOver(id, at)],
      conversations: new Map([[id, conversation(id, '1', { contact: contact(`Customer ${id}`), ...more })]]),
    })
  const onScreen = () => notificationsStore.getState().notifications.map(({ message }) => message)
  const comesIntoSight = () => {
    page.visibilityState = 'visible'
    page.dispatchEvent(new Event('visibilitychange'))
  }
  const ANA_GAVE = (id: string) => `Ana handed the conversation with Customer ${id} over to you.`

  test('one is told on screen and outside the page, but outside not of what is looked at, and once', () => {
    hears('a', minute(1))
    hears('open', minute(1))
    hears('a', minute(1))
    expect(onScreen()).toEqual([ANA_GAVE('a'), ANA_GAVE('open')])
    expect(notified).toEqual(['earmark-a'])
    hears('a', minute(2))
    expect(onScreen()).toHaveLength(3)
    expect(notified).toEqual(['earmark-a', 'earmark-a'])
  })

  test('while nobody sees the tab, what is told on screen waits until somebody does, if it is still so', () => {
    page.visibilityState = 'hidden'
    page.hasFocus = () => false
    for (const id of ['a', 'b', 'c']) hears(id, minute(1))
    expect(notified).toEqual(['earmark-a', 'earmark-b', 'earmark-c'])
    hears('b', null, { closed_at: minute(2) })
    page.dispatchEvent(new Event('visibilitychange'))
    expect(onScreen()).toEqual([])
    // Another tab, in sight, has told of the third.
    kept.set('earmark-hand-overs-shown', `c ${minute(1)}`)
    comesIntoSight()
    expect(onScreen()).toEqual([ANA_GAVE('a')])
    comesIntoSight()
    expect(onScreen()).toHaveLength(1)
  })

  test('whoever signs in after another is told nothing of theirs', () => {
    page.visibilityState = 'hidden'
    hears('a', minute(1))
    queryClient.setQueryData(sessionQuery.queryKey, {
      user: { id: 'other', name: 'Other', email: '' },
    } as CurrentSession)
    comesIntoSight()
    expect(onScreen()).toEqual([])
  })
})
