// A trial that stopped goes on from there with what was read, as long as the same is asked for.
import { expect, test } from 'vitest'
import type { tryTag } from '../../../server/analysis/trying-schema.ts'
import type { RouteOk } from '../../../server/lib/route.ts'
import { begun, canGoOn, goneOn, withAnswer } from './trial.ts'

type Answer = RouteOk<typeof tryTag>

const cursorAt = (id: string) => ({ closed_at: '2026-01-01T00:00:00.000Z', id })
const triedIn = (id: string): Answer['tried'][number] => ({
  conversation_id: id,
  closed_at: '2026-01-01T00:00:00.000Z',
  contact: { id, name: id, phone: null, username: null },
  carries: null,
  held_back: false,
  before: null,
  after: null,
})
const answer = (changes: Partial<Answer>): Answer => ({
  read: 5,
  tried: [],
  judged_by: ['Ours'],
  failed: null,
  next_cursor: cursorAt('e'),
  ...changes,
})
const failed = { reason: 'silent', engine: 'Ours' } as const

test('it reads until as many are read as are wanted, or no more are there', () => {
  const first = withAnswer(begun('d', 10, 'chosen'), answer({}))
  expect(first).toMatchObject({ read: 5, state: 'reading', cursor: cursorAt('e') })
  expect(withAnswer(first, answer({}))).toMatchObject({ read: 10, state: 'done' })
  expect(withAnswer(first, answer({ read: 1, next_cursor: null }))).toMatchObject({ read: 6, state: 'done' })
})

test('after a failure it goes on from where it stopped, and both parts add up', () => {
  const first = withAnswer(begun('d', 10, 'chosen'), answer({ read: 2, tried: [triedIn('a')], failed }))
  expect(first).toMatchObject({ read: 2, state: 'stopped', failed })
  expect(canGoOn(first, 'd', 10)).toBe(true)
  const again = goneOn(first)
  expect(again).toMatchObject({ read: 2, state: 'reading', failed: null, cursor: first.cursor })
  const whole = withAnswer(again, answer({ read: 8, tried: [triedIn('b')], judged_by: ['Ours', 'built-in'] }))
  expect(whole).toMatchObject({ read: 10, judgedBy: ['Ours', 'built-in'], failed: null, state: 'done' })
  expect(whole.tried.map(({ conversation_id }) => conversation_id)).toEqual(['a', 'b'])
  expect(canGoOn(whole, 'd', 10)).toBe(false)
})

test('it goes on with who judged it, and what went wrong is forgotten', () => {
  const stopped = { ...withAnswer(begun('d', 10, 'built_in'), answer({})), state: 'stopped' as const, error: 'offline' }
  expect(canGoOn(stopped, 'd', 10)).toBe(true)
  expect(goneOn(stopped)).toMatchObject({ engine: 'built_in', error: null, read: 5 })
})

test('with another text or number, and where nothing was read, it begins anew', () => {
  const stopped = withAnswer(begun('d', 10, 'chosen'), answer({ failed }))
  expect(canGoOn(stopped, 'other', 10)).toBe(false)
  expect(canGoOn(stopped, 'd', 20)).toBe(false)
  const nothing = withAnswer(begun('d', 10, 'chosen'), answer({ read: 0, failed, next_cursor: null }))
  expect(nothing.state).toBe('stopped')
  expect(canGoOn(nothing, 'd', 10)).toBe(false)
})
