// The receivers of docs/api/webhooks.md, run as they stand there: they take what Earmark signs, once, and nothing else.
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { EVENT_TYPES } from '../../server/events/schema.ts'
import { RETRYING } from '../../server/webhooks/outcomes.ts'
import { changeContactTags, createTag } from '../../server/tags/schema.ts'
import { openDispatcher } from '../../server/webhooks/dispatching.ts'
import {
  createWebhook,
  listDispatches,
  replayWebhook,
  rotateWebhook,
  testWebhook,
} from '../../server/webhooks/schema.ts'
import { sighted } from '../help/people.ts'
import { openTestServer, type TestServer } from '../help/server.ts'

const PYTHON = spawnSync('python3', ['--version']).status === 0

const page = readFileSync(new URL('../../docs/api/webhooks.md', import.meta.url), 'utf8')
const written = (language: string) => new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'ms').exec(page)![1]!

let server: TestServer
let folder: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'earmark-receivers-'))
  server = await openTestServer()
})
afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})

async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, resolve))
  const { port } = probe.address() as AddressInfo
  await new Promise((resolve) => probe.close(resolve))
  return port
}

async function expectReceiver(command: string, file: string, code: string): Promise<void> {
  const admin = await server.newPerson()
  const port = await freePort()
  const url = `http://127.0.0.1:${port}/`
  const { webhook, secret } = await admin.call(createWebhook, {
    body: { url, types: ['tag.created', 'contact.tag_added'] },
  })
  const params = { id: webhook.id }
  writeFileSync(join(folder, file), code)
  let said = ''
  const child = spawn(command, [join(folder, file)], {
    env: { ...process.env, PORT: String(port), WEBHOOK_SECRET: secret },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const dispatcher = openDispatcher(server, { lookEveryMs: 30, gapsMs: [100] })
  try {
    await vi.waitFor(async () => expect(await admin.call(testWebhook, { params })).toMatchObject({ status: 204 }), {
      timeout: 20_000,
    })
    const tag = await admin.call(createTag, { body: { name: 'VIP' } })
    const ana = await sighted(server, admin)
    await admin.call(changeContactTags, { params: { id: ana }, body: { add: [tag.id] } })
    const lines = () =>
      said
        .trim()
        .split('\n')
        .map((line) => line.trim())
    const all = ['test', 'tag.created', 'contact.tag_added VIP']
    await vi.waitFor(() => expect(lines()).toEqual(all), { timeout: 10_000 })
    // What comes twice is taken once.
    const span = {
      from: new Date(Date.now() - 60_000).toISOString(),
      before: new Date(Date.now() + 60_000).toISOString(),
    }
    expect(await admin.call(replayWebhook, { params, body: { which: 'all', ...span } })).toEqual({ count: 2 })
    await vi.waitFor(
      async () => {
        const { dispatches } = await admin.call(listDispatches, { params })
        expect(dispatches.map(({ state, replayed }) => [state, replayed])).toEqual([
          ['accepted', true],
          ['accepted', true],
        ])
      },
      { timeout: 10_000 },
    )
    expect(lines()).toEqual(all)
    // After a rotation the old secret is good for a day.
    await admin.call(rotateWebhook, { params })
    expect(await admin.call(testWebhook, { params })).toMatchObject({ status: 204 })
    await admin.call(rotateWebhook, { params })
    expect(await admin.call(testWebhook, { params })).toMatchObject({ status: 401 })
    for (const headers of [{}, { 'webhook-id': 'x', 'webhook-timestamp': 'now', 'webhook-signature': 'v1,' }])
      expect((await fetch(url, { method: 'POST', body: '{}', headers })).status).toBe(401)
    expect(lines().slice(0, 3)).toEqual(all)
  } finally {
    await dispatcher.stop()
    child.kill()
  }
}

test('the receiver in JavaScript takes what Earmark signs, once, and nothing else', () =>
  expectReceiver(process.execPath, 'receiver.mjs', written('js')))

test.skipIf(!PYTHON)('the receiver in Python takes what Earmark signs, once, and nothing else', () =>
  expectReceiver('python3', 'receiver.py', written('python')),
)

test('the page names every type of event, and the gaps as they are', () => {
  for (const type of EVENT_TYPES) expect(page).toContain(`\`${type}\``)
  const words = { s: 1000, min: 60_000, h: 3_600_000 }
  const row = /^\| Wait \|(.*)\|$/m
    .exec(page)![1]!
    .split('|')
    .map((cell) => {
      const [count, unit] = cell.trim().split(' ') as [string, keyof typeof words]
      return Number(count) * words[unit]
    })
  expect(row).toEqual(RETRYING.gapsMs)
})
