// What the settings accept, and the sentences with which they refuse.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { expect, test } from 'vitest'
import { addressOf, loadConfig } from './config.ts'
import { StartError } from './lib/start-error.ts'

const load = (env: Record<string, string>) => loadConfig(env, '/nonexistent/.env')
function refusal(env: Record<string, string>): string {
  try {
    load(env)
  } catch (error) {
    expect(error).toBeInstanceOf(StartError)
    return String(error)
  }
  throw new Error('was not refused')
}

test('nothing must be set', () => {
  const { dataDir, ...rest } = load({})
  expect(rest).toEqual({
    port: 3000,
    host: '127.0.0.1',
    publicUrl: 'http://127.0.0.1:3000',
    trustProxy: false,
    graphApiUrl: 'https://graph.facebook.com/v25.0',
    allowPrivateAddresses: false,
    logLevel: 'info',
    createOrganizations: true,
  })
  expect(isAbsolute(dataDir)).toBe(true)
})

test('an empty setting is none', () => {
  expect(load({ PORT: '', DATABASE_URL: ' ', BOOTSTRAP_ADMIN_PASSWORD: '', SECRET_KEY: '' })).toEqual(load({}))
})

test('the environment wins over .env, and an empty value in it does not', () => {
  const folder = mkdtempSync(join(tmpdir(), 'earmark-env-'))
  writeFileSync(join(folder, '.env'), '# settings\nPORT=4000\nHOST="0.0.0.0"\nLOG_LEVEL=\n')
  expect(loadConfig({ PORT: '5000', HOST: '' }, join(folder, '.env'))).toMatchObject({
    port: 5000,
    host: '0.0.0.0',
    logLevel: 'info',
  })
  rmSync(folder, { recursive: true })
})

test('a proxy is trusted by nobody, by number, or by address', () => {
  const trust = (TRUST_PROXY: string) => load({ TRUST_PROXY }).trustProxy
  expect([trust('off'), trust('0'), trust('on'), trust('true'), trust('2')]).toEqual([false, false, true, true, 2])
  expect(trust('10.0.0.0/8, loopback,2001:db8::/32')).toEqual(['10.0.0.0/8', 'loopback', '2001:db8::/32'])
  for (const wrong of ['maybe', '10.0.0.0/99', '10.0.0', 'on,1'])
    expect(refusal({ TRUST_PROXY: wrong })).toContain('TRUST_PROXY')
})

test('every wrong setting is named, with what it must be', () => {
  const told = refusal({
    PORT: '70000',
    HOST: 'http://x',
    PUBLIC_URL: 'example.com',
    DATABASE_URL: 'mysql://u:hidden@h/d',
    SECRET_KEY: 'short',
    LOG_LEVEL: 'loud',
    GRAPH_API_URL: 'x',
  })
  expect(told).toContain('PORT: must be a number from 0 to 65535, not "70000"')
  expect(told).toContain('HOST: must be an address or a name')
  expect(told).toContain('PUBLIC_URL: must be an address such as https://earmark.example.com, not "example.com"')
  expect(told).toContain('DATABASE_URL: must begin with postgres://')
  expect(told).toContain('SECRET_KEY: must have at least 16 characters')
  expect(told).toContain('LOG_LEVEL: must be one of fatal, error')
  expect(told).toContain('GRAPH_API_URL: must be an address')
  expect(told).not.toContain('hidden')
})

test('the three settings of the first administrator belong together', () => {
  const all = {
    BOOTSTRAP_ORGANIZATION: 'Acme',
    BOOTSTRAP_ADMIN_EMAIL: 'a@example.com',
    BOOTSTRAP_ADMIN_PASSWORD: 'long enough',
  }
  expect(load(all).bootstrap).toEqual({ organization: 'Acme', email: 'a@example.com', password: 'long enough' })
  expect(refusal({ ...all, BOOTSTRAP_ADMIN_EMAIL: '' })).toContain('BOOTSTRAP_ADMIN_EMAIL: is missing')
  expect(refusal({ ...all, BOOTSTRAP_ADMIN_EMAIL: 'nobody' })).toContain(
    'BOOTSTRAP_ADMIN_EMAIL: must be an e-mail address',
  )
  const told = refusal({ ...all, BOOTSTRAP_ADMIN_PASSWORD: 'secret' })
  expect(told).toContain('BOOTSTRAP_ADMIN_PASSWORD: must have at least 10 characters')
  expect(told).not.toContain('"secret"')
})

test('addresses end without a slash, and a database by socket is one', () => {
  expect(load({ PUBLIC_URL: 'https://a.example/' }).publicUrl).toBe('https://a.example')
  expect(load({ GRAPH_API_URL: 'http://127.0.0.1:9/v25.0/' }).graphApiUrl).toBe('http://127.0.0.1:9/v25.0')
  expect(load({ DATABASE_URL: 'postgres://me@/db?host=/run' }).databaseUrl).toBe('postgres://me@/db?host=/run')
  expect(refusal({ PUBLIC_URL: 'https://a.example/earmark' })).toContain('without a path')
})

test('the address to open is one that this machine can reach', () => {
  expect([addressOf('0.0.0.0', 1), addressOf('::', 1), addressOf('::1', 1), addressOf('10.0.0.1', 1)]).toEqual([
    'http://localhost:1',
    'http://localhost:1',
    'http://[::1]:1',
    'http://10.0.0.1:1',
  ])
})
