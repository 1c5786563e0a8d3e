// That the key stays the same, stays private, and is never made anew beside secrets that it could not open.
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { loadSecretKey } from './secret-key.ts'

let dataDir: string
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'earmark-key-'))
})
afterEach(() => rmSync(dataDir, { recursive: true }))

test('it is made once, for its owner only, and then the same at every start', () => {
  const key = loadSecretKey({ dataDir })
  expect(key).toHaveLength(32)
  expect(loadSecretKey({ dataDir })).toEqual(key)
  expect(statSync(join(dataDir, 'secret.key')).mode & 0o777).toBe(0o600)
  expect(readdirSync(dataDir)).toEqual(['secret.key'])
})

test('the text of the file makes the same key when it is set as SECRET_KEY', () => {
  const key = loadSecretKey({ dataDir })
  const secretKey = readFileSync(join(dataDir, 'secret.key'), 'utf8')
  expect(loadSecretKey({ secretKey, dataDir: '/nonexistent' })).toEqual(key)
})

test('other texts make other keys', () => {
  const [a, b] = ['a text of mine, 1', 'a text of mine, 2'].map((secretKey) => loadSecretKey({ secretKey, dataDir }))
  expect(a).not.toEqual(b)
  expect(readdirSync(dataDir)).toEqual([])
})

test('permissions that a copy brought along are taken away', () => {
  loadSecretKey({ dataDir })
  chmodSync(join(dataDir, 'secret.key'), 0o644)
  loadSecretKey({ dataDir })
  expect(statSync(join(dataDir, 'secret.key')).mode & 0o777).toBe(0o600)
})

test('a damaged file, and a lost one beside a database, are refused with a sentence', () => {
  writeFileSync(join(dataDir, 'secret.key'), 'half')
  expect(() => loadSecretKey({ dataDir })).toThrow(/secret.key is damaged/)
  rmSync(join(dataDir, 'secret.key'))
  mkdirSync(join(dataDir, 'pg'))
  expect(() => loadSecretKey({ dataDir })).toThrow(/secret.key is missing, and without it the secrets/)
})
