// Where keys lead among the options below a field that searches them.
import { expect, test } from 'vitest'
import { optionBy } from './list-options.ts'

test('arrows go round, pages stop at the ends', () => {
  expect(optionBy('ArrowDown', 0, 3, '')).toBe(1)
  expect(optionBy('ArrowDown', 2, 3, '')).toBe(0)
  expect(optionBy('ArrowUp', 0, 3, '')).toBe(2)
  expect(optionBy('PageDown', 1, 20, '')).toBe(9)
  expect(optionBy('PageDown', 15, 20, '')).toBe(19)
  expect(optionBy('PageUp', 3, 20, '')).toBe(0)
})

test('Home and End move in the text when there is some', () => {
  expect(optionBy('End', 0, 20, '')).toBe(19)
  expect(optionBy('Home', 5, 20, '')).toBe(0)
  expect(optionBy('Home', 5, 20, 'a')).toBeNull()
  expect(optionBy('End', 5, 20, 'a')).toBeNull()
  expect(optionBy('x', 5, 20, '')).toBeNull()
})

test('among none the first stays the one', () => {
  for (const key of ['ArrowDown', 'ArrowUp', 'PageDown', 'PageUp', 'Home', 'End'])
    expect(optionBy(key, -1, 0, '')).toBe(0)
})
