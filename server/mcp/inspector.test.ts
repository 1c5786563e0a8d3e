// The protocol's official inspector as an outside client, by its command line: it finds a contact, tries a tag, and puts it on.
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { changeContactTags, createTag, listTagChanges } from '../tags/schema.ts'
import { portOf } from '../../test/help/listening.ts'
import { sighted } from '../../test/help/people.ts'
import { openTestServer, type TestServer } from '../../test/help/server.ts'

const INSPECTOR = fileURLToPath(
  new URL('../../node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js', import.meta.url),
)

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

interface Outcome {
  code: number
  said: {
    tools?: { name: string }[]
    content?: { text: string }[]
    structuredContent?: Record<string, unknown>
    isError?: boolean
  }
}

function inspect(secret: string, ...more: string[]): Promise<Outcome> {
  const call = ['--cli', `http://127.0.0.1:${portOf(server)}/mcp`, '--transport', 'http']
  const header = ['--header', `Authorization: Bearer ${secret}`]
  return new Promise((resolve, reject) => {
    const env = { PATH: process.env['PATH'], HOME: home }
    const done = execFile(process.execPath, [INSPECTOR, ...call, ...header, ...more], { env }, (_, stdout, stderr) => {
      if (done.exitCode === null) reject(new Error(`The inspector was ended: ${stderr}`))
      else resolve({ code: done.exitCode, said: stdout === '' ? {} : (JSON.parse(stdout) as Outcome['said']) })
    })
  })
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
  const changed = [{ contact_id: id, added: ['VIP'], removed: [] }]
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
