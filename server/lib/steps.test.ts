// What working step by step promises.
import { expect, test } from 'vitest'
import { stepByStep } from './steps.ts'

test('it ends with the step that leaves nothing, or between two when it is to stop', async () => {
  const stopping = new AbortController()
  const run = async (last: number, signal: AbortSignal) => {
    let steps = 0
    await stepByStep(signal, async () => {
      steps++
      if (steps === 2 && signal === stopping.signal) stopping.abort()
      return steps < last
    })
    return steps
  }
  expect(await run(3, new AbortController().signal)).toBe(3)
  expect(await run(5, stopping.signal)).toBe(2)
  expect(await run(5, stopping.signal)).toBe(0)
})

test('after a step it rests, half as long as the step took', async () => {
  const times: [began: number, ended: number][] = []
  await stepByStep(new AbortController().signal, async () => {
    const began = performance.now()
    while (performance.now() - began < 60);
    times.push([began, performance.now()])
    return times.length < 2
  })
  expect(times[1]![0] - times[0]![1]).toBeGreaterThan(25)
})
