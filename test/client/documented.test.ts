// The examples of docs/api/README.md, run as they stand there, language by language, against a server.
import { spawn, spawnSync } from 'node:child_process'
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

/** What a program says. Fails when the program does. */
async function run(command: string, args: readonly string[]): Promise<string> {
  const child = spawn(command, args, {
    cwd: folder,
    env: { ...process.env, EARMARK_URL: `http://127.0.0.1:${portOf(server)}`, EARMARK_KEY: key.secret },
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

test('the examples in JavaScript do what the page says', async () => {
  writeFileSync(join(folder, 'examples.mjs'), written('js'))
  const said = await run(process.execPath, ['examples.mjs'])
  expect(said.trim().split('\n')).toEqual(SAID)
  await expectTagged()
})

test.skipIf(!PYTHON)('the examples in Python do what the page says', async () => {
  writeFileSync(join(folder, 'examples.py'), written('python'))
  const said = await run('python3', ['examples.py'])
  expect(said.trim().split('\n')).toEqual(SAID)
  await expectTagged()
})
