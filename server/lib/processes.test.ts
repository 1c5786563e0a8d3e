// That a number is not mistaken for a process, and that a lock outlives nobody.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { isPostgresOf, startOfProcess, tryLockFile } from './processes.ts'

let folder: string
let lock: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'earmark-lock-'))
  lock = join(folder, 'starting.lock')
})
afterEach(() => rmSync(folder, { recursive: true }))

const held = (holder: object) => writeFileSync(lock, JSON.stringify(holder))
const me = { pid: process.pid, started: startOfProcess(process.pid), host: hostname() }

test('a living process has the lock until it gives it back', () => {
  const release = tryLockFile(lock)
  expect(release).not.toBeNull()
  expect(tryLockFile(lock)).toBeNull()
  expect(tryLockFile(lock)).toBeNull()
  release?.()
  expect(existsSync(lock)).toBe(false)
})

test('the lock of a dead process is free at the second try, also when its number is used again', () => {
  for (const dead of [
    { ...me, pid: 2 ** 22 + 1 },
    { ...me, started: 'long ago' },
  ]) {
    held(dead)
    expect(tryLockFile(lock)).toBeNull()
    const release = tryLockFile(lock)
    expect(release).not.toBeNull()
    release?.()
  }
})

test('the lock of another host counts while it is refreshed, one that was never written for a moment', () => {
  const age = (seconds: number) => utimesSync(lock, new Date(), new Date(Date.now() - seconds * 1000))
  for (const text of [JSON.stringify({ ...me, host: 'another' }), '']) {
    writeFileSync(lock, text)
    expect([tryLockFile(lock), tryLockFile(lock)]).toEqual([null, null])
    age(60)
    tryLockFile(lock)
    const release = tryLockFile(lock)
    expect(release).not.toBeNull()
    release?.()
  }
})

test('giving back does not remove a lock that somebody else has by now', () => {
  const release = tryLockFile(lock)
  held({ ...me, nonce: 'theirs' })
  release?.()
  expect(readFileSync(lock, 'utf8')).toContain('theirs')
})

test('a process that works in the data folder is not PostgreSQL because of that, nor by its number', async () => {
  const child = spawn('sleep', ['30'], { cwd: folder })
  await new Promise((resolve) => child.once('spawn', resolve))
  expect(startOfProcess(child.pid!)).not.toBeNull()
  expect(isPostgresOf(child.pid!, folder)).toBe(false)
  child.kill('SIGKILL')
  await new Promise((resolve) => child.once('exit', resolve))
  expect(startOfProcess(child.pid!)).toBeNull()
})
