// Parts of files: which bytes a header asks for.
import { expect, test } from 'vitest'
import { rangeIn } from './byte-range.ts'

test.each<[string | undefined, ReturnType<typeof rangeIn>]>([
  [undefined, 'all'],
  ['bytes=0-', [0, 100]],
  ['bytes=0-0', [0, 1]],
  ['bytes=10-19', [10, 20]],
  ['bytes=90-1000', [90, 100]],
  ['bytes=-10', [90, 100]],
  ['bytes=-1000', [0, 100]],
  ['bytes=-0', 'none'],
  ['bytes=100-', 'none'],
  ['bytes=100-200', 'none'],
  ['bytes=20-10', 'all'],
  ['bytes=0-1,5-6', 'all'],
  ['bytes=-', 'all'],
  ['items=0-1', 'all'],
  ['bytes=a-b', 'all'],
])('%s of 100 bytes is %j', (header, range) => {
  expect(rangeIn(header, 100)).toEqual(range)
})
