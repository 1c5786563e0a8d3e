// The examples of docs/api/README.md, run as they stand there, language by language, against a server.
import { spawn, spawnSync } from 'node:child_process'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { getContact } from '../../server/contacts/schema.ts'
import { changeContactTags, createTag } from '../../server/tags/schema.ts'
import { portOf } from '../help/listening.ts'
import { sighted } from '../help/people.ts'
import { openTestServer, type KeyHolder, type Person, type TestServer } from '../help/server.ts'

const installed = (command: string) => spawnSync(command, ['--version']).status === 0
const CURL = installed('curl')
const PYTHON = installed('python3')

const page = readFileSync(new URL('../../docs/api/README.md', import.meta.url), 'utf8')
const blocks = [...page.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language, code]) => ({
  language: language!,
  code: code!,
}))
const written = (language: string) =>
  blocks
    .filter((block) => block.language === language)
    .map(({ code }) => code)
    .join('\n')

let server: TestServer
let admin: Person
let key: KeyHolder
let ana: string
let folder: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'earmark-examples-'))
  server = await openTestServer()
  await server.app.listen({ port: 0, host: '127.0.0.1' })
})
afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})
beforeEach(async () => {
  admin = await server.newPerson()
  key = await server.newKey(admin, { name: 'CRM', scopes: ['contacts:read', 'contacts:write', 'tags:read'] })
  for (const name of ['VIP', 'Prospect']) await admin.call(createTag, { body: { name } })
  // More than a page.
  for (let n = 0; n < 204; n++) await sighted(server, admin)
  ana = await sighted(server, admin, { wa_id: '34600123456', name: 'Ana' })
  await admin.call(changeContactTags, { params: { id: ana }, body: { add: ['Prospect'] } })
})

/**
 * A wire on which the first call is one too many, and the first write is done but its answer lost: what a program has to
 * live through.
 */
async function openRoughWire(): Promise<{ url: string; calls: string[]; close(): void }> {
  const calls: string[] = []
  let lost = false
  const answerTo = async (request: IncomingMessage, response: ServerResponse) => {
    const { method = '', url = '', headers } = request
    calls.push(`${method} ${url.split('?')[0]}`)
    const body = Buffer.concat(await request.toArray())
    if (calls.length === 1) {
      response.writeHead(429, { 'retry-after': '0', 'content-type': 'application/problem+json' }).end('{}')
      return
    }
    const passed = ['authorization', 'content-type', 'idempotency-key'].filter((name) => headers[name] !== undefined)
    const answer = await fetch(`http://127.0.0.1:${portOf(server)}${url}`, {
      method,
      headers: Object.fromEntries(passed.map((name) => [name, String(headers[name])])),
      ...(method === 'GET' ? {} : { body }),
    })
    const text = await answer.text()
    if (method === 'POST' && !lost) {
      lost = true
      request.socket.destroy()
      return
    }
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type')! }).end(text)
  }
  const wire = createServer((request, response) => {
    void answerTo(request, response)
  })
  await new Promise<void>((resolve) => wire.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(wire.address() as AddressInfo).port}`,
    calls,
    close() {
      wire.closeAllConnections()
      wire.close()
    },
  }
}

/** What a program says. Fails when the program does. */
async function run(
  command: string,
  args: readonly string[],
  url = `http://127.0.0.1:${portOf(server)}`,
): Promise<string> {
  const child = spawn(command, args, {
    cwd: folder,
    env: { ...process.env, EARMARK_URL: url, EARMARK_KEY: key.secret },
  })
  let said = ''
  let complained = ''
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (complained += chunk.toString()))
  const code = await new Promise((resolve) => child.once('close', resolve))
  expect({ code, complained }).toEqual({ code: 0, complained: '' })
  return said
}

const SAID = [
  '205 contacts',
  '+34 600 123 456: added 1, removed 1',
  '+34 600 000 000 has not written yet',
  'There is no tag Prospects; near it: Prospect',
]

async function expectRoughRun(command: string, file: string): Promise<void> {
  const wire = await openRoughWire()
  const said = await run(command, [file], wire.url)
  wire.close()
  expect(said.trim().split('\n')).toEqual(SAID)
  // One repeat after the 429, one after the lost answer.
  expect(wire.calls.slice(0, 2)).toEqual(['GET /v1/contacts', 'GET /v1/contacts'])
  expect(wire.calls.filter((call) => call.startsWith('POST'))).toHaveLength(3)
  await expectTagged()
}

async function expectTagged(): Promise<void> {
  const { active_tags: carried } = await admin.call(getContact, { params: { id: ana } })
  expect(carried.map(({ tag, source, actor }) => [tag.name, source, actor.name])).toContainEqual(['VIP', 'api', 'CRM'])
}

test('every example of the page is in a language that is run', () => {
  expect(blocks.length).toBeGreaterThan(10)
  expect([...new Set(blocks.map(({ language }) => language))].toSorted()).toEqual(['js', 'python', 'sh'])
})

test.skipIf(!CURL)('the examples with curl do what the page says', async () => {
  writeFileSync(join(folder, 'examples.sh'), written('sh'))
  const said = await run('sh', ['-eu', 'examples.sh'])
  expect(said).toContain('"name":"Prospect"')
  expect(said).toContain(ana)
  expect(said).toMatch(/"added":\[\{[^\]]*"name":"VIP"/)
  await expectTagged()
})

test('the examples in JavaScript do what the page says, also when a call is one too many and an answer is lost', async () => {
  writeFileSync(join(folder, 'examples.mjs'), written('js'))
  await expectRoughRun(process.execPath, 'examples.mjs')
})

test.skipIf(!PYTHON)(
  'the examples in Python do what the page says, also when a call is one too many and an answer is lost',
  async () => {
    writeFileSync(join(folder, 'examples.py'), written('python'))
    await expectRoughRun('python3', 'examples.py')
  },
)
