// What every answer carries, and what becomes of requests that are too large, too slow, too many or too clever.
import { connect, type AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { request } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildApp, sitemap } from './app.ts'
import { CONNECTION_LIMITS } from './lib/hardening.ts'
import { openMetrics } from './watching/metrics.ts'
import { openTestServer, type Person, type TestServer } from '../test/help/server.ts'

const LIMITS = { headMs: 400, requestMs: 800, idleMs: 1_500, checkMs: 50, connections: 20 }

let server: TestServer
let app: FastifyInstance
let admin: Person
let port: number
const metrics = openMetrics()
beforeAll(async () => {
  server = await openTestServer()
  admin = await server.newPerson()
  app = await buildApp({ ...server, metrics }, LIMITS)
  await app.listen({ port: 0, host: '127.0.0.1' })
  port = (app.server.address() as AddressInfo).port
})
afterAll(async () => {
  app.server.closeAllConnections()
  await app.close()
  await server.close()
})

const headers = () => ({
  cookie: admin.cookie,
  'earmark-organization': admin.slug,
  'earmark-request': 'test',
  'content-type': 'application/json',
})

/** Speaks over a bare connection; answers all that came until the server closed it, and after how long. */
function speak(say: (write: (text: string) => boolean) => void): Promise<{ heard: string; ms: number }> {
  const began = performance.now()
  const socket = connect(port, '127.0.0.1')
  let heard = ''
  socket.setEncoding('utf8').on('data', (text: string) => (heard += text))
  socket.on('error', () => {})
  say((text) => socket.writable && socket.write(text))
  return new Promise((resolve) => socket.on('close', () => resolve({ heard, ms: performance.now() - began })))
}

test('every kind of answer has the headers that keep browsers from harm', async () => {
  const kinds = [
    '/healthz',
    '/metrics',
    '/v1/tags',
    '/v1/nothing',
    '/webhooks/whatsapp/nothing',
    '/favicon.svg',
    '/o/x/contacts',
  ]
  for (const url of kinds) {
    const answer = await app.inject({ url, headers: url === '/v1/tags' ? headers() : {} })
    expect({ url, ...answer.headers }).toMatchObject({
      url,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
      'x-frame-options': 'DENY',
      'permissions-policy': expect.stringContaining('camera=()'),
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'content-security-policy': expect.stringMatching(/^default-src 'none';.*frame-ancestors 'none'/),
    })
    expect(answer.headers['content-security-policy']).not.toMatch(/script-src[^;]*(?:unsafe|\*|https?:)/)
    expect(answer.headers).not.toHaveProperty('strict-transport-security')
    expect(answer.headers).not.toHaveProperty('x-powered-by')
  }
})

test('with an https address browsers are told to come by https only', async () => {
  const second = await openTestServer({ beside: server, config: { publicUrl: 'https://earmark.example.com' } })
  const answer = await second.app.inject('/healthz')
  expect(answer.headers['strict-transport-security']).toBe('max-age=31536000')
  await second.close()
})

test('who sends a head letter by letter, nothing at all, or a body drop by drop is cut off in time', async () => {
  const drip = (first: string) =>
    speak((write) => {
      write(first)
      const timer = setInterval(() => write('x') || clearInterval(timer), 50)
    })
  const [letters, nothing, drops] = await Promise.all([
    drip('GET /healthz HTTP/1.1\r\nhost: x\r\nx-long: '),
    speak(() => {}),
    drip(
      'POST /auth/session HTTP/1.1\r\nhost: x\r\nearmark-request: 1\r\ncontent-type: application/json\r\ncontent-length: 90000\r\n\r\n{',
    ),
  ])
  expect(letters.heard).toMatch(/^HTTP\/1\.1 408 /)
  expect(nothing.heard).toMatch(/^HTTP\/1\.1 408 |^$/)
  expect(drops.heard).toMatch(/^HTTP\/1\.1 408 /)
  for (const { ms } of [letters, nothing, drops]) expect(ms).toBeLessThan(3_000)
  const { values } = await metrics.unreadable.get()
  expect(values.find(({ labels }) => labels.code === 'too_slow')?.value).toBeGreaterThanOrEqual(2)
})

test('while slow ones hold connections, others are answered', async () => {
  const slow = Array.from({ length: 15 }, () => speak((write) => write('GET / HTTP/1.1\r\nx:')))
  await sleep(100)
  expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200)
  await Promise.all(slow)
})

test('above the most connections a new one is closed at once, and those that are open go on', async () => {
  const held = Array.from({ length: LIMITS.connections }, () => speak((write) => write('GET / HTTP/1.1\r\nx:')))
  await sleep(100)
  const { heard, ms } = await speak((write) => write('GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n'))
  expect(heard).toBe('')
  expect(ms).toBeLessThan(300)
  await Promise.all(held)
  await sleep(100)
  expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200)
})

test('the limits of a server that runs leave honest slow callers time', () => {
  expect(CONNECTION_LIMITS.requestMs).toBeGreaterThanOrEqual(60_000)
  expect(CONNECTION_LIMITS.idleMs).toBeGreaterThan(60_000)
})

test.each([
  ['told in advance', { 'content-length': String(100 << 20) }],
  ['in pieces', { 'transfer-encoding': 'chunked' }],
])('a body of 100 MB, %s, is refused without being read', async (_how, length) => {
  let written = 0
  const status = await new Promise<number>((resolve, reject) => {
    const asked = request({
      port,
      host: '127.0.0.1',
      path: '/auth/session',
      method: 'POST',
      headers: { ...headers(), ...length },
    })
    asked.on('response', (response) => resolve(response.resume().statusCode!))
    const piece = Buffer.alloc(1 << 16, 'x')
    const more = () => {
      while (written < 100 << 20 && !asked.destroyed) {
        written += piece.length
        if (!asked.write(piece)) return void asked.once('drain', more)
      }
    }
    // After the answer the connection is gone.
    asked.on('error', (error) => reject(error))
    more()
  }).catch(() => 0)
  // The answer, or a connection that was closed on who went on sending.
  expect([413, 0]).toContain(status)
  expect(written).toBeLessThan(50 << 20)
})

test('ten thousand headers, and an address of a megabyte, are refused', async () => {
  const many = Array.from({ length: 10_000 }, (_, n) => `x-${n}: y`).join('\r\n')
  expect((await speak((write) => write(`GET /healthz HTTP/1.1\r\nhost: x\r\n${many}\r\n\r\n`))).heard).toMatch(
    /^HTTP\/1\.1 431 /,
  )
  expect((await speak((write) => write(`GET /${'x'.repeat(1 << 20)} HTTP/1.1\r\nhost: x\r\n\r\n`))).heard).toMatch(
    /^HTTP\/1\.1 431 /,
  )
  expect((await fetch(`http://127.0.0.1:${port}/v1/contacts/${'x'.repeat(8_000)}`)).status).toBe(414)
  expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200)
})

const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`
test.each([
  ['nesting beyond all measure', `{"name":"deep","junk":${nested(250_000)}}`],
  ['__proto__', '{"name":"proto","__proto__":{"role":"admin"}}'],
  ['constructor.prototype', '{"name":"constructor","constructor":{"prototype":{"role":"admin"}}}'],
  ['half a body', '{"name":'],
  ['no text', Buffer.from([0xff, 0xfe, 0x00])],
])('%s in a body is refused as the caller’s mistake, at every writing route', async (_what, payload) => {
  for (const { route } of sitemap.filter((each) => each.route.body !== undefined)) {
    const answer = await app.inject({
      method: route.method.toUpperCase() as 'POST',
      url: route.path.replaceAll(/\{\w+\}/g, '0190a000-0000-7000-8000-000000000000'),
      headers: { ...headers(), 'idempotency-key': `key-${_what}` },
      payload,
    })
    expect({ route: route.path, status: answer.statusCode }).toEqual({
      route: route.path,
      status: expect.toSatisfy((status: number) => status >= 400 && status < 500),
    })
  }
  expect(({} as { role?: string }).role).toBeUndefined()
})
