// Ids sort in the order they were made in.
import { expect, test } from 'vitest'
import { newId } from './ids.ts'

test('ids made within a millisecond sort in the order they were made in', () => {
  const ids = Array.from({ length: 10_000 }, newId)
  expect(ids.toSorted()).toEqual(ids)
  expect(new Set(ids).size).toBe(ids.length)
})
