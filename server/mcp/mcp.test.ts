// AI agents at /mcp, as the official client of the protocol sees them, of today's and of last year's version.
import { Client, StreamableHTTPClientTransport, type CallToolResult } from '@modelcontextprotocol/client'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { revokeApiKey } from '../api-keys/schema.ts'
import type { Scope } from '../access/scopes.ts'
import { getContact } from '../contacts/schema.ts'
import { newId } from '../lib/ids.ts'
import { changeContactTags, createTag, deleteTags, listTagChanges, listTags } from '../tags/schema.ts'
import { portOf } from '../../test/help/listening.ts'
import { sighted } from '../../test/help/people.ts'
import { openTestServer, type Person, type TestServer } from '../../test/help/server.ts'

let server: TestServer
let second: TestServer
const open: Client[] = []
beforeAll(async () => {
  server = await openTestServer()
  second = await openTestServer({ beside: server })
  for (const each of [server, second]) await each.app.listen({ port: 0, host: '127.0.0.1' })
})
afterEach(async () => {
  for (const client of open.splice(0)) await client.close()
})
afterAll(async () => {
  await second.close()
  await server.close()
})

const MODERN = '2026-07-28'

const addressOf = (at: TestServer) => new URL(`http://127.0.0.1:${portOf(at)}/mcp`)

async function connect(secret: string, { at = server, modern = true } = {}): Promise<Client> {
  const client = new Client(
    { name: 'test', version: '1' },
    modern ? { versionNegotiation: { mode: { pin: MODERN } } } : {},
  )
  open.push(client)
  await client.connect(
    new StreamableHTTPClientTransport(addressOf(at), {
      requestInit: { headers: { authorization: `Bearer ${secret}` } },
    }),
  )
  return client
}

/** A key of an AI agent, and what it calls. */
async function agentOf(admin: Person, scopes?: Scope[]) {
  const key = await server.newKey(admin, { name: 'Assistant', kind: 'ai_agent', ...(scopes ? { scopes } : {}) })
  const client = await connect(key.secret)
  return {
    ...key,
    client,
    async use(name: string, input: Record<string, unknown> = {}): Promise<Record<string, unknown>> {
      const result: CallToolResult = await client.callTool({ name, arguments: input })
      const text = result.content[0]
      const said = JSON.parse(text?.type === 'text' ? text.text : '') as Record<string, unknown>
      // Clients hold data to the shape that the tool declares, which a refusal has not.
      expect(result.structuredContent).toEqual(result.isError ? undefined : said)
      return { ...said, ...(result.isError ? { refused: true } : {}) }
    },
  }
}

const post = (secret: string | null, body: unknown, headers: Record<string, string> = {}) =>
  server.app.inject({
    method: 'POST',
    url: '/mcp',
    headers: {
      accept: 'application/json, text/event-stream',
      ...(secret === null ? {} : { authorization: `Bearer ${secret}` }),
      ...headers,
    },
    payload: body as object,
  })
const LIST = { jsonrpc: '2.0', id: 1, method: 'tools/list' }

const carried = async (admin: Person, id: string) =>
  (await admin.call(getContact, { params: { id } })).active_tags.map(({ tag }) => tag.name)

async function shop() {
  const admin = await server.newPerson()
  const tags = new Map<string, string>()
  for (const name of ['VIP', 'Prospect', 'Refund'])
    tags.set(name, (await admin.call(createTag, { body: { name, description: `${name} customers` } })).id)
  return { admin, tags, id: await sighted(server, admin, { wa_id: '34600123456', name: 'Lucía Gómez' }) }
}

test('a key sees the tools that its scopes allow, and calls no other, whichever version its client speaks', async () => {
  const { admin } = await shop()
  const namesFor = async (scopes: Scope[]) => {
    const { client, use, secret } = await agentOf(admin, scopes)
    const listed = async (each: Client) => (await each.listTools()).tools.map(({ name }) => name)
    const names = await listed(client)
    const older = await connect(secret, { modern: false })
    expect(await listed(older)).toEqual(names)
    if (names.includes('list_tags'))
      expect((await older.callTool({ name: 'list_tags' })).structuredContent).toEqual(await use('list_tags'))
    return { names, use }
  }
  expect((await namesFor(['tags:read'])).names).toEqual(['list_tags'])
  const { names, use } = await namesFor(['contacts:read', 'tags:read'])
  expect(names).toEqual(['list_tags', 'contact_history', 'search_contacts', 'get_contact'])
  expect((await namesFor(['contacts:write'])).names).toEqual(['tag_contacts'])
  expect((await namesFor(['conversations:read'])).names).toEqual([])
  expect(await use('tag_contacts', { contact_ids: [newId()], add: ['VIP'] })).toMatchObject({
    refused: true,
    status: 403,
    reason: 'scope_missing',
    detail: 'This API key lacks the scope contacts:write. An administrator can allow it.',
    data: { scope: 'contacts:write' },
  })
})

test('tools say which of them write, and describe what they take and answer', async () => {
  const { admin } = await shop()
  const { client } = await agentOf(admin)
  const { tools } = await client.listTools()
  expect(tools.filter(({ annotations }) => !annotations?.readOnlyHint).map(({ name }) => name)).toEqual([
    'tag_contacts',
  ])
  for (const { description, inputSchema, outputSchema } of tools) {
    expect(description!.length).toBeGreaterThan(40)
    expect(inputSchema).toMatchObject({ type: 'object', additionalProperties: false })
    expect(outputSchema).toMatchObject({ type: 'object' })
  }
  expect(client.getInstructions()).toContain('never instructions')
  await expect(client.callTool({ name: 'drop_tables', arguments: {} })).rejects.toThrow(/There is no tool drop_tables/)
})

test('the catalog is listed with meanings and numbers, and searched', async () => {
  const { admin, tags, id } = await shop()
  const { use } = await agentOf(admin)
  await admin.call(changeContactTags, { params: { id }, body: { add: ['VIP'] } })
  await admin.call(deleteTags, { body: { ids: [tags.get('Refund')!] } })
  expect(await use('list_tags')).toEqual({
    tags: [
      {
        id: tags.get('Prospect'),
        name: 'Prospect',
        description: 'Prospect customers',
        contact_count: 0,
        for_ai: 'apply',
      },
      { id: tags.get('VIP'), name: 'VIP', description: 'VIP customers', contact_count: 1, for_ai: 'apply' },
    ],
    more: 0,
  })
  expect(await use('list_tags', { search: 'víp' })).toMatchObject({ tags: [{ name: 'VIP' }] })
  expect(await use('list_tags', { limit: 1 })).toMatchObject({ tags: [{ name: 'Prospect' }], more: 1 })
})

test('contacts are found by text and by tags, page by page, with the source of each tag', async () => {
  const { admin, id } = await shop()
  const { use } = await agentOf(admin)
  const other = await sighted(server, admin, { wa_id: '34600999999', name: 'Marta' })
  await admin.call(changeContactTags, { params: { id }, body: { add: ['VIP'] } })
  await use('tag_contacts', { contact_ids: [id, other], add: ['Prospect'] })
  const found = async (input: Record<string, unknown>) =>
    ((await use('search_contacts', input))['contacts'] as { id: string }[]).map((contact) => contact.id)
  expect(await use('search_contacts', { search: 'lucia' })).toEqual({
    contacts: [
      {
        id,
        phone: '+34600123456',
        display_name: 'Lucía Gómez',
        username: null,
        last_seen_at: expect.any(String) as string,
        tags: [
          { name: 'Prospect', source: 'ai_tool' },
          { name: 'VIP', source: 'manual_admin' },
        ],
      },
    ],
    next_cursor: null,
  })
  expect(await found({ any_tags: ['vip'] })).toEqual([id])
  expect(await found({ all_tags: ['Prospect'], no_tags: ['VIP'] })).toEqual([other])
  expect(await found({ search: '+34 600 999 999' })).toEqual([other])
  const { next_cursor, contacts } = await use('search_contacts', { limit: 1 })
  const rest = await found({ limit: 1, cursor: next_cursor })
  expect([...(contacts as { id: string }[]).map((contact) => contact.id), ...rest].toSorted()).toEqual(
    [id, other].toSorted(),
  )
  expect(await use('search_contacts', { any_tags: ['Prospects'] })).toMatchObject({
    refused: true,
    reason: 'tag_names_unknown',
    data: { unknown: [{ name: 'Prospects', near: [{ name: 'Prospect' }] }] },
  })
})

test('tags that an agent puts on read AI tool, and the history names its key', async () => {
  const { admin, id } = await shop()
  const { use } = await agentOf(admin)
  expect(await use('tag_contacts', { contact_ids: [id, id], add: [' vip ', 'Prospect'] })).toEqual({
    dry_run: false,
    changed: [{ contact_id: id, added: ['VIP', 'Prospect'], removed: [], suggested: [] }],
    unchanged: 0,
  })
  expect(await use('tag_contacts', { contact_ids: [id], add: ['VIP'] })).toEqual({
    dry_run: false,
    changed: [],
    unchanged: 1,
  })
  expect(await use('tag_contacts', { contact_ids: [id], remove: ['Prospect'] })).toMatchObject({
    changed: [{ added: [], removed: ['Prospect'] }],
  })
  const { changes } = await admin.call(listTagChanges, { params: { id } })
  expect(changes).toHaveLength(3)
  for (const change of changes)
    expect(change).toMatchObject({ source: 'ai_tool', actor: { kind: 'api_key', name: 'Assistant' } })
  expect(await use('contact_history', { contact_id: id, limit: 1 })).toMatchObject({
    changes: [{ change: 'removed', tag: 'Prospect', source: 'ai_tool', by: 'Assistant' }],
    next_cursor: expect.any(String) as string,
  })
  expect(await use('get_contact', { contact_id: id })).toMatchObject({
    id,
    display_name: 'Lucía Gómez',
    tags: [{ name: 'VIP', source: 'ai_tool', by: 'Assistant', removable: true }],
    deleted_tags: [],
  })
})

test('a dry run says what would change, or what would be refused, and changes nothing', async () => {
  const { admin, id } = await shop()
  const { use } = await agentOf(admin)
  await admin.call(changeContactTags, { params: { id }, body: { add: ['VIP'] } })
  const events = async () =>
    Number(
      (await server.pool.query('select count(*) from events where org_id = $1', [admin.actor.org_id])).rows[0].count,
    )
  const before = await events()
  const dry = { contact_ids: [id], dry_run: true }
  expect(await use('tag_contacts', { ...dry, add: ['VIP', 'Refund'] })).toEqual({
    dry_run: true,
    changed: [{ contact_id: id, added: ['Refund'], removed: [], suggested: [] }],
    unchanged: 0,
  })
  expect(await use('tag_contacts', { ...dry, remove: ['VIP'] })).toMatchObject({
    refused: true,
    reason: 'removal_not_allowed',
  })
  expect(await use('tag_contacts', { ...dry, add: ['Refunds'] })).toMatchObject({ reason: 'tag_names_unknown' })
  expect(await carried(admin, id)).toEqual(['VIP'])
  expect(await events()).toBe(before)
  expect((await admin.call(listTags)).tags.map((tag) => tag.contact_count)).toEqual([0, 0, 1])
})

test('what a person took off is not put back, on any of the contacts named', async () => {
  const { admin, id } = await shop()
  const { use } = await agentOf(admin)
  const other = await sighted(server, admin)
  await use('tag_contacts', { contact_ids: [id], add: ['VIP'] })
  await admin.call(changeContactTags, { params: { id }, body: { remove: ['VIP'] } })
  expect(await use('tag_contacts', { contact_ids: [other, id], add: ['VIP'] })).toMatchObject({
    refused: true,
    status: 403,
    reason: 'removed_by_person',
  })
  expect(await carried(admin, id)).toEqual([])
  expect(await carried(admin, other)).toEqual([])
})

test('contacts of another organization are not there', async () => {
  const { admin } = await shop()
  const stranger = await shop()
  const { use } = await agentOf(admin)
  for (const contact_id of [stranger.id, newId()]) {
    for (const tool of ['get_contact', 'contact_history'])
      expect(await use(tool, { contact_id })).toMatchObject({ refused: true, status: 404, reason: 'contact_missing' })
    expect(await use('tag_contacts', { contact_ids: [contact_id], add: ['VIP'] })).toMatchObject({
      status: 404,
      reason: 'contact_missing',
    })
  }
  expect(await use('tag_contacts', { contact_ids: [stranger.id], add: [stranger.tags.get('VIP')] })).toMatchObject({
    refused: true,
    reason: 'tag_unknown',
  })
  expect(await use('search_contacts', { any_tags: [stranger.tags.get('VIP')] })).toMatchObject({ contacts: [] })
  expect(await carried(stranger.admin, stranger.id)).toEqual([])
})

test('what a tool cannot take is refused with the field, and a sentence that says what to write', async () => {
  const { admin, id } = await shop()
  const { use } = await agentOf(admin)
  const refusals: [string, Record<string, unknown>, object][] = [
    ['get_contact', {}, { field: 'contact_id', detail: 'This is missing. Write text in quotes.' }],
    ['get_contact', { contact_id: 'Lucía' }, { field: 'contact_id', detail: expect.stringContaining('Write an id') }],
    ['search_contacts', { tag: 'VIP' }, { detail: 'Leave out “tag”: there is no such field here.' }],
    ['search_contacts', { cursor: 'x' }, { reason: 'cursor_invalid', field: 'cursor' }],
    ['tag_contacts', { contact_ids: [id] }, { reason: 'no_tag' }],
    ['tag_contacts', { contact_ids: [id], add: ['VIP'], remove: ['VIP'] }, { reason: 'tag_both' }],
    ['tag_contacts', { contact_ids: Array.from({ length: 101 }, newId), add: ['VIP'] }, { data: { max: 100 } }],
  ]
  for (const [tool, input, refusal] of refusals)
    expect(await use(tool, input)).toMatchObject({ refused: true, status: 422, code: 'invalid', ...refusal })
})

test('only keys of AI agents are let in, and a revoked one is refused at once, on every server', async () => {
  const { admin } = await shop()
  const refusalOf = async (answer: ReturnType<typeof post>) => {
    const { statusCode, headers, json } = await answer
    return { status: statusCode, header: headers['www-authenticate'], ...json<{ reason: string; detail: string }>() }
  }
  expect(await refusalOf(post(null, LIST))).toMatchObject({
    status: 401,
    reason: 'key_unsent',
    header: 'Bearer realm="Earmark"',
  })
  const session = post(null, LIST, { cookie: admin.cookie, 'earmark-organization': admin.slug, 'earmark-request': '1' })
  expect(await refusalOf(session)).toMatchObject({ status: 401, reason: 'key_unsent' })
  const crm = await server.newKey(admin, { kind: 'third_party' })
  expect(await refusalOf(post(crm.secret, LIST))).toMatchObject({
    status: 403,
    reason: 'not_for_third_parties',
    detail: expect.stringContaining('kind AI agent') as string,
  })
  const { id, secret, client } = await agentOf(admin)
  const elsewhere = await connect(secret, { at: second })
  expect((await elsewhere.listTools()).tools).toHaveLength(5)
  expect(await refusalOf(post(secret, LIST, { origin: 'https://evil.example' }))).toMatchObject({
    status: 403,
    reason: 'cross_site',
  })
  await admin.call(revokeApiKey, { params: { id } })
  for (const each of [client, elsewhere]) await expect(each.callTool({ name: 'list_tags' })).rejects.toThrow(/revoked/)
  expect(await refusalOf(post(secret, LIST))).toMatchObject({ status: 401, reason: 'key_revoked' })
})

test('calls are counted as all calls of the key are, and each is one message of bounded length', async () => {
  const { admin } = await shop()
  const { secret } = await server.newKey(admin, { kind: 'ai_agent', per_minute: 3 })
  // Not across the turn of a minute.
  await vi.waitFor(() => expect(new Date().getSeconds()).toBeLessThan(50), { timeout: 15_000, interval: 200 })
  const answers = []
  for (let n = 0; n < 4; n++) answers.push(await post(secret, LIST))
  expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200, 429])
  expect(answers[0]!.headers).toMatchObject({
    'ratelimit-policy': '"key";q=3;w=60',
    'cache-control': 'no-store, no-transform',
    'x-content-type-options': 'nosniff',
  })
  expect(answers[3]!.json()).toMatchObject({ reason: 'key_too_fast' })
  expect(answers[3]!.headers['retry-after']).toBeDefined()
  const agent = await server.newKey(admin, { kind: 'ai_agent' })
  const batch = await post(agent.secret, [LIST, LIST])
  expect([batch.statusCode, batch.json<{ reason: string }>().reason]).toEqual([422, 'batch_not_taken'])
  const long = await post(agent.secret, { ...LIST, params: { filler: 'x'.repeat(300_000) } })
  expect(long.statusCode).toBe(413)
  const stream = await server.app.inject({
    url: '/mcp',
    headers: { accept: 'text/event-stream', authorization: `Bearer ${agent.secret}` },
  })
  expect(stream.statusCode).toBe(405)
})

test('what breaks inside is answered without a word of the inside, under an id by which the log has it', async () => {
  const { admin, id } = await shop()
  const { use } = await agentOf(admin)
  await server.pool.query('alter table tag_assignments rename to hidden_assignments')
  try {
    const said = await use('get_contact', { contact_id: id })
    expect(said).toEqual({
      refused: true,
      status: 500,
      code: 'internal',
      detail: 'Something went wrong on the server. It was logged under this request id.',
      request_id: expect.any(String) as string,
    })
  } finally {
    await server.pool.query('alter table hidden_assignments rename to tag_assignments')
  }
})
