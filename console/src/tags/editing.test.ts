// Edit tag sends what was changed, and only that.
import { expect, test } from 'vitest'
import { changesOf } from './editing.ts'

const seen = { name: 'VIP', description: 'Buys a lot.', color: 'red' } as const

test('only what was changed is sent, with what it was', () => {
  expect(changesOf({ ...seen, name: 'VIPs' }, seen)).toEqual({ name: 'VIPs', expected: { name: 'VIP' } })
  expect(changesOf({ ...seen, description: '', color: null }, seen)).toEqual({
    description: '',
    color: null,
    expected: { description: 'Buys a lot.', color: 'red' },
  })
})

test('nothing changed is nothing to send', () => {
  expect(changesOf({ ...seen }, seen)).toBe(null)
})
