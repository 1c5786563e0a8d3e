// What the classifier's thread promises to the rest of the server.
import { readdirSync, readFileSync } from 'node:fs'
import { afterAll, expect, test } from 'vitest'
import { openAsking } from './asking.ts'

const asking = openAsking(() => {})
afterAll(() => asking.stop())

/** How far each thread of this process lets others go before. */
const priorities = (): number[] =>
  readdirSync('/proc/self/task').map((thread) =>
    Number(
      readFileSync(`/proc/self/task/${thread}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ')[16],
    ),
  )

test.runIf(process.platform === 'linux')('requests and the database go before its computing', async () => {
  const before = priorities()
  expect(before.every((priority) => priority === 0)).toBe(true)
  await asking.judge(
    [{ id: 'a', name: 'Refund', description: '' }],
    [{ n: 1, from: 'customer', text: 'A refund' }],
    null,
  )
  const after = priorities()
  expect(after.filter((priority) => priority === 10)).toHaveLength(1)
  expect(after.filter((priority) => priority === 0).length).toBeGreaterThanOrEqual(before.length)
})
