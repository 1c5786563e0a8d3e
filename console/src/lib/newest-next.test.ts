// What questions in a row promise: one at a time, the newest next, and none is waited for too long.
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { newestNext } from './newest-next.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function someone() {
  const asked: string[] = []
  const givenUp: string[] = []
  let end = (_failed?: boolean) => {}
  const questions = newestNext(150)
  const ask = (text: string) =>
    questions.push(() => {
      asked.push(text)
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      end = (failed = false) => (failed ? reject(new Error('failed')) : resolve())
      return { ended: promise, giveUp: () => (givenUp.push(text), reject(new Error('given up'))) }
    })
  return {
    asked,
    givenUp,
    ask,
    drop: questions.drop,
    end: (failed?: boolean) => (end(failed), vi.advanceTimersByTimeAsync(0)),
  }
}

test('the first is asked at once; while it is under way only the newest of the others waits', async () => {
  const { asked, ask, end } = someone()
  for (const text of ['m', 'ma', 'mar']) ask(text)
  expect(asked).toEqual(['m'])
  await end()
  expect(asked).toEqual(['m', 'mar'])
  await end()
  ask('mari')
  expect(asked).toEqual(['m', 'mar', 'mari'])
})

test('one that failed holds up nobody', async () => {
  const { asked, ask, end } = someone()
  ask('m')
  ask('ma')
  await end(true)
  expect(asked).toEqual(['m', 'ma'])
})

test('a slow one is given up for one that waits, not before, and not when nobody waits', async () => {
  const { asked, givenUp, ask, end } = someone()
  ask('m')
  await vi.advanceTimersByTimeAsync(1000)
  expect(givenUp).toEqual([])
  ask('ma')
  await vi.advanceTimersByTimeAsync(100)
  ask('mar')
  await vi.advanceTimersByTimeAsync(49)
  expect(asked).toEqual(['m'])
  await vi.advanceTimersByTimeAsync(1)
  expect(givenUp).toEqual(['m'])
  expect(asked).toEqual(['m', 'mar'])
  await end()
  await vi.advanceTimersByTimeAsync(1000)
  expect(givenUp).toEqual(['m'])
})

test('what was dropped is never asked', async () => {
  const { asked, givenUp, ask, drop, end } = someone()
  ask('m')
  ask('ma')
  drop()
  await vi.advanceTimersByTimeAsync(1000)
  await end()
  expect(asked).toEqual(['m'])
  expect(givenUp).toEqual([])
})
