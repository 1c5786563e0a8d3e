// Clients from outside, each a process of its own: the protocol's official inspector, and the agent that the documentation shows.
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { getContact } from '../contacts/schema.ts'
import { changeContactTags, createTag, listTagChanges } from '../tags/schema.ts'
import { portOf } from '../../test/help/listening.ts'
import { sighted } from '../../test/help/people.ts'
import { openTestServer, type TestServer } from '../../test/help/server.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const INSPECTOR = join(ROOT, 'node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js')

let server: TestServer
/** The inspector keeps notes in the home directory. */
let home: string
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'earmark-inspector-'))
  server = await openTestServer()
  await server.app.listen({ port: 0, host: '127.0.0.1' })
})
afterAll(async () => {
  await server.close()
  await rm(home, { recursive: true })
})

interface Answer {
  tools?: { name: string }[]
  content?: { text: string }[]
  structuredContent?: Record<string, unknown>
  isError?: boolean
}

/** Runs Node until it ends, and answers how, and what it printed. */
function runNode(args: string[], env: Record<string, string>): Promise<{ code: number; printed: string }> {
  return new Promise((resolve, reject) => {
    const all = { PATH: process.env['PATH'], HOME: home, ...env }
    const done = execFile(process.execPath, args, { cwd: ROOT, env: all }, (_, printed, complaint) => {
      if (done.exitCode === null) reject(new Error(`It was ended: ${complaint}`))
      else resolve({ code: done.exitCode, printed })
    })
  })
}

const address = () => `http://127.0.0.1:${portOf(server)}`

async function inspect(secret: string, ...more: string[]): Promise<{ code: number; said: Answer }> {
  const call = ['--cli', `${address()}/mcp`, '--transport', 'http', '--header', `Authorization: Bearer ${secret}`]
  const { code, printed } = await runNode([INSPECTOR, ...call, ...more], {})
  return { code, said: printed === '' ? {} : (JSON.parse(printed) as Answer) }
}

const useTool = (secret: string, tool: string, input: Record<string, unknown>) => {
  const named = Object.entries(input).flatMap(([name, value]) => [
    '--tool-arg',
    `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  ])
  return inspect(secret, '--method', 'tools/call', '--tool-name', tool, ...named)
}

test('the inspector lists the tools, finds a contact, tries a tag, puts it on, and reads who did', async () => {
  const admin = await server.newPerson()
  await admin.call(createTag, { body: { name: 'VIP' } })
  const id = await sighted(server, admin, { wa_id: '34600123456', name: 'Lucía' })
  const { secret } = await server.newKey(admin, { name: 'Assistant', kind: 'ai_agent' })
  const answerOf = async (tool: string, input: Record<string, unknown>) => {
    const { code, said } = await useTool(secret, tool, input)
    expect(code).toBe(0)
    return said.structuredContent
  }
  const { said } = await inspect(secret, '--method', 'tools/list')
  expect(said.tools!.map(({ name }) => name).toSorted()).toEqual([
    'contact_history',
    'get_contact',
    'list_tags',
    'search_contacts',
    'tag_contacts',
  ])
  expect(await answerOf('list_tags', {})).toMatchObject({ tags: [{ name: 'VIP', contact_count: 0 }] })
  expect(await answerOf('search_contacts', { search: 'lucia' })).toMatchObject({ contacts: [{ id, tags: [] }] })
  const changed = [{ contact_id: id, added: ['VIP'], removed: [], suggested: [] }]
  const change = { contact_ids: [id], add: ['VIP'] }
  expect(await answerOf('tag_contacts', { ...change, dry_run: true })).toEqual({ dry_run: true, changed, unchanged: 0 })
  expect(await answerOf('get_contact', { contact_id: id })).toMatchObject({ tags: [] })
  expect(await answerOf('tag_contacts', change)).toEqual({ dry_run: false, changed, unchanged: 0 })
  expect(await answerOf('get_contact', { contact_id: id })).toMatchObject({ tags: [{ name: 'VIP', by: 'Assistant' }] })
  expect(await answerOf('contact_history', { contact_id: id })).toMatchObject({
    changes: [{ change: 'added', tag: 'VIP', source: 'ai_tool', by: 'Assistant' }],
  })
  expect((await admin.call(listTagChanges, { params: { id } })).changes).toMatchObject([
    { source: 'ai_tool', actor: { kind: 'api_key', name: 'Assistant' } },
  ])
  await admin.call(changeContactTags, { params: { id }, body: { remove: ['VIP'] } })
  const { code, said: refused } = await useTool(secret, 'tag_contacts', change)
  expect(code).not.toBe(0)
  expect(refused.isError).toBe(true)
  expect(JSON.parse(refused.content![0]!.text)).toMatchObject({ status: 403, code: 'forbidden' })
}, 60_000)

test('the inspector is not let in with a third party’s key', async () => {
  const admin = await server.newPerson()
  const { secret } = await server.newKey(admin, { kind: 'third_party' })
  const { code, said } = await inspect(secret, '--method', 'tools/list')
  expect(code).not.toBe(0)
  expect(said.tools).toBeUndefined()
})

test('the agent that the documentation shows lists the tools, finds contacts, and tries a tag', async () => {
  const admin = await server.newPerson()
  await admin.call(createTag, { body: { name: 'VIP' } })
  const id = await sighted(server, admin)
  const { secret } = await server.newKey(admin, { kind: 'ai_agent' })
  const page = await readFile(join(ROOT, 'docs/api/mcp.md'), 'utf8')
  const example = /^```js\n(.*?)^```$/ms.exec(page)![1]!
  const env = { EARMARK_URL: address(), EARMARK_KEY: secret }
  const { code, printed } = await runNode(['--input-type=module', '--eval', example], env)
  expect(code).toBe(0)
  expect(printed).toContain("'search_contacts'")
  expect(printed).toContain('1 would become VIP')
  expect((await admin.call(getContact, { params: { id } })).active_tags).toEqual([])
})
