// What trying a write again promises.
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { writeOnce } from './write-once.ts'

const lost = { status: 0 }

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** Sends against answers that come in turn; answers the keys that were used. */
function play(answers: unknown[]): { keys: string[]; send: (key: string) => Promise<unknown> } {
  const keys: string[] = []
  const send = async (key: string) => {
    keys.push(key)
    const next = answers.shift()
    if (next === lost || next instanceof Error) throw next
    return next
  }
  return { keys, send }
}

const errorOf = (write: Promise<unknown>) =>
  write.then(
    () => null,
    (error: unknown) => error,
  )

test('a write without an answer is sent again under the same key, at most twice', async () => {
  const good = play([lost, lost, 'done'])
  const done = writeOnce('a', undefined, good.send)
  await vi.runAllTimersAsync()
  expect(await done).toBe('done')
  expect(good.keys).toHaveLength(3)
  expect(new Set(good.keys).size).toBe(1)
  expect(good.keys[0]).toMatch(/^[0-9a-f]{32}$/)

  const bad = play([lost, lost, lost, 'never asked for'])
  const failed = errorOf(writeOnce('b', undefined, bad.send))
  await vi.runAllTimersAsync()
  expect(await failed).toBe(lost)
  expect(bad.keys).toHaveLength(3)
})

test('an answer is final, also a refusal or the failure of the server', async () => {
  for (const status of [409, 422, 500, 503]) {
    const refused = play([Object.assign(new Error('refused'), { status })])
    await expect(writeOnce(`refused ${status}`, undefined, refused.send)).rejects.toMatchObject({ status })
    expect(refused.keys).toHaveLength(1)
  }
})

test('pressing the button again after all was lost goes on under the same key, and a new write gets a new one', async () => {
  const first = play([lost, lost, lost, 'done', 'anew'])
  const failed = errorOf(writeOnce('c', undefined, first.send))
  await vi.runAllTimersAsync()
  expect(await failed).toBe(lost)
  await writeOnce('c', undefined, first.send)
  await writeOnce('c', undefined, first.send)
  expect(first.keys[3]).toBe(first.keys[0])
  expect(first.keys[4]).not.toBe(first.keys[0])
})

test('who has left waits for nothing and sends nothing more', async () => {
  const left = play([lost, 'never asked for'])
  const leaving = new AbortController()
  const failed = errorOf(writeOnce('d', leaving.signal, left.send))
  await vi.advanceTimersByTimeAsync(10)
  leaving.abort()
  expect(await failed).toMatchObject({ name: 'AbortError' })
  await vi.runAllTimersAsync()
  expect(left.keys).toHaveLength(1)
})
