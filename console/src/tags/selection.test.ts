// Ticking rows, ranges and all in sight, while what is out of sight stays as it is.
import { expect, test } from 'vitest'
import { toggled, toggledAll } from './selection.ts'

const set = (...ids: string[]) => new Set(ids)
const shown = ['a', 'b', 'c', 'd']

test('a tick chooses a row and a second lets it go', () => {
  expect(toggled(set('x'), shown, 'b')).toEqual(set('x', 'b'))
  expect(toggled(set('x', 'b'), shown, 'b')).toEqual(set('x'))
})

test('a range takes all rows in sight between two as the first one is, in either direction', () => {
  expect(toggled(set('b'), shown, 'd', 'b')).toEqual(set('b', 'c', 'd'))
  expect(toggled(set('d'), shown, 'b', 'd')).toEqual(set('d', 'c', 'b'))
  expect(toggled(set('b', 'c', 'd'), shown, 'd', 'a')).toEqual(set())
})

test('a range from a row that is out of sight is a single tick', () => {
  expect(toggled(set('z'), shown, 'c', 'z')).toEqual(set('z', 'c'))
})

test('choosing or letting go all in sight leaves what is out of sight as it is', () => {
  expect(toggledAll(set('z', 'a'), shown)).toEqual(set('z', 'a', 'b', 'c', 'd'))
  expect(toggledAll(set('z', 'a', 'b', 'c', 'd'), shown)).toEqual(set('z'))
})
