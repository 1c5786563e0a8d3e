// What stands on two pages is shown once.
import { expect, test } from 'vitest'
import { withoutRepeats } from './pages.ts'

test('what comes again is left out where it comes later', () => {
  const [a, b, again] = [
    { id: '1', n: 1 },
    { id: '2', n: 2 },
    { id: '1', n: 3 },
  ]
  expect(withoutRepeats([a, b, again])).toEqual([a, b])
  expect(withoutRepeats([])).toEqual([])
})
