// A share is told from five decisions on, and never of nothing.
import { expect, test } from 'vitest'
import { acceptedShare, keptShare } from './shares.ts'

const counts = { applied: 0, kept: 0, removed: 0, suggested: 0, accepted: 0, rejected: 0 }

test('with fewer than five decisions there is no share', () => {
  expect(keptShare({ ...counts, applied: 9, kept: 4, removed: 0 })).toBeNull()
  expect(keptShare({ ...counts, kept: 4, removed: 1 })).toBe(0.8)
  expect(acceptedShare({ ...counts, suggested: 100, accepted: 0, rejected: 4 })).toBeNull()
  expect(acceptedShare({ ...counts, accepted: 0, rejected: 5 })).toBe(0)
  expect(keptShare(counts)).toBeNull()
})
