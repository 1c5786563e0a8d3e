// The figures by which tagging is judged, on counts that can be checked by hand.
import { expect, test } from 'vitest'
import { mean, newScore, quantile } from './scoring.ts'

const set = (...ids: string[]) => new Set(ids)

test('right, wrong and missed tags make precision, recall and F1, over all decisions and by tag', () => {
  const score = newScore(['a', 'b', 'c'])
  score.count(set('a'), set('a'))
  score.count(set('a', 'b'), set('a'))
  score.count(set('b'), set('a', 'b'))
  score.count(set(), set('a'))
  const { precision, recall, micro_f1, macro_f1 } = score.figures()
  // Three right, two wrong, one missed; a: 2, 2, 0 and b: 1, 0, 1; c neither occurs nor is given.
  expect([precision, recall]).toEqual([3 / 5, 3 / 4])
  expect(micro_f1).toBeCloseTo(6 / 9)
  expect(macro_f1).toBeCloseTo(2 / 3)
})

test('tags that are not of the catalog count for nothing', () => {
  const score = newScore(['a'])
  score.count(set('a', 'x'), set('a', 'y'))
  expect(score.figures()).toEqual({ micro_f1: 1, macro_f1: 1, precision: 1, recall: 1 })
})

test('who gives nothing is never wrong, and misses all', () => {
  const score = newScore(['a', 'b'])
  score.count(set('a'), set())
  score.count(set(), set())
  expect(score.figures()).toEqual({ micro_f1: 0, macro_f1: 0, precision: 1, recall: 0 })
  expect(score.leftAlone()).toBe(1)
})

test('the share of those without a tag that got none is of these alone', () => {
  const score = newScore(['a'])
  expect(score.leftAlone()).toBeNull()
  score.count(set('a'), set())
  expect(score.leftAlone()).toBeNull()
  score.count(set(), set('a'))
  score.count(set(), set())
  score.count(set(), set())
  expect(score.leftAlone()).toBeCloseTo(2 / 3)
})

test('means and quantiles, of nothing too, leave what they are given as it is', () => {
  const values = [5, 1, 3, 2, 4]
  expect([mean(values), quantile(values, 0.5), quantile(values, 0.95), quantile(values, 1)]).toEqual([3, 3, 5, 5])
  expect(values).toEqual([5, 1, 3, 2, 4])
  expect([mean([]), quantile([], 0.5)]).toEqual([0, 0])
})
