// The commands of the test run: they end in time, and leave nothing behind.
import { expect, test } from 'vitest'
import { runCommand } from './command.ts'

const node = (script: string) => [process.execPath, '-e', script]

test('a command answers with its exit code', async () => {
  expect(await runCommand(node('process.exit(3)'), { timeoutSeconds: 10 })).toMatchObject({
    exitCode: 3,
    timedOut: false,
    leftBehind: [],
  })
})

test('a program that does not exist is a failure, not a crash', async () => {
  expect(await runCommand(['earmark-no-such-program'], { timeoutSeconds: 10 })).toMatchObject({ exitCode: 127 })
})

test('a command that takes too long is ended, even one that does not listen', async () => {
  const deaf = node(`process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)`)
  const result = await runCommand(deaf, { timeoutSeconds: 1, graceMs: 300 })
  expect(result).toMatchObject({ exitCode: null, timedOut: true })
  expect(result.seconds).toBeLessThan(5)
})

test.runIf(process.platform === 'linux')(
  'a process that left the group of its command is found and ended',
  async () => {
    const leaving = `
    const child = require('node:child_process').spawn('sleep', ['60'], { detached: true, stdio: 'ignore' })
    child.unref()
    console.log('left behind on purpose:', child.pid)`
    const result = await runCommand(node(leaving), { timeoutSeconds: 10, graceMs: 300 })
    expect(result).toMatchObject({ exitCode: 0, leftBehind: ['sleep'] })
    const again = await runCommand(['sleep', '0'], { timeoutSeconds: 10, graceMs: 300 })
    expect(again.leftBehind).toEqual([])
  },
)
