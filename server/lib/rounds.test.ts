// What rounds promise: one look at a time, none forgotten, and a failure that ends nothing.
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyBaseLogger } from 'fastify'
import { expect, test, vi } from 'vitest'
import { openRounds, type Round } from './rounds.ts'

function openLog() {
  const lines: string[] = []
  const level = (name: string) => (_: object, text: string) => lines.push(`${name} ${text}`)
  return { lines, log: { warn: level('warn'), error: level('error') } as unknown as FastifyBaseLogger }
}

const rounds = (look: Round['look'], changes: Partial<Round> = {}) =>
  openRounds({ look, everyMs: 60_000, log: openLog().log, what: 'looking', ...changes })

test('looks at once, and whoever opens it has it by then', async () => {
  let seen: boolean | undefined
  const mine = rounds(async () => {
    seen = mine.looking()
  })
  expect(mine.looking()).toBe(true)
  await vi.waitFor(() => expect(mine.looking()).toBe(false))
  expect(seen).toBe(true)
  await mine.stop()
})

test('what wakes it during a look is looked at after it, once, and never beside it', async () => {
  let [at, most, looks] = [0, 0, 0]
  const mine = rounds(async () => {
    most = Math.max(most, ++at)
    if (++looks === 1) for (let n = 0; n < 3; n++) mine.wake()
    await sleep(5)
    at--
  })
  await vi.waitFor(() => expect(mine.looking()).toBe(false))
  expect({ looks, most }).toEqual({ looks: 2, most: 1 })
  await mine.stop()
})

test('a look that answers true is followed by another; then it rests, and says so', async () => {
  let looks = 0
  let rests = 0
  const mine = rounds(async () => ++looks < 3, { onRest: () => rests++ })
  await vi.waitFor(() => expect(mine.looking()).toBe(false))
  expect({ looks, rests }).toEqual({ looks: 3, rests: 1 })
  await mine.stop()
})

test('looks besides the wake-ups, and no more once it is stopped', async () => {
  let looks = 0
  const mine = rounds(
    async () => {
      looks++
    },
    { everyMs: 10 },
  )
  await vi.waitFor(() => expect(looks).toBeGreaterThan(3))
  await mine.stop()
  const until = looks
  mine.wake()
  await sleep(30)
  expect(looks).toBe(until)
  expect(mine.stopped()).toBe(true)
})

test('a failure is told to the log, by whose fault it was, and the next wake looks again', async () => {
  const { lines, log } = openLog()
  const failures = [Object.assign(new Error('gone'), { code: '57P01' }), new Error('a mistake')]
  let looks = 0
  const mine = rounds(
    async () => {
      const failure = failures[looks++]
      if (failure) throw failure
    },
    { log },
  )
  for (const expected of [1, 2, 3]) {
    await vi.waitFor(() => expect(mine.looking()).toBe(false))
    expect(looks).toBe(expected)
    mine.wake()
  }
  expect(lines).toEqual(['warn looking waits for the database', 'error looking failed; it is tried again'])
  await mine.stop()
})

test('looks gather what comes close together', async () => {
  const times: number[] = []
  const mine = rounds(
    async () => {
      times.push(performance.now())
    },
    { gatherMs: 50 },
  )
  await vi.waitFor(() => expect(times).toHaveLength(1))
  for (let n = 0; n < 10; n++) mine.wake()
  await vi.waitFor(() => expect(mine.looking()).toBe(false))
  expect(times).toHaveLength(2)
  expect(times[1]! - times[0]!).toBeGreaterThan(45)
  await mine.stop()
})
