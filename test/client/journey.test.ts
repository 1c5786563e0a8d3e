// What an integrator's own program does, with a client made from /openapi.json and nothing else of ours, over real HTTP.
import createClient, { type Client } from 'openapi-fetch'
import openapiTypes, { type OpenAPI3 } from 'openapi-typescript'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTag } from '../../server/tags/schema.ts'
import { portOf } from '../help/listening.ts'
import { sighted } from '../help/people.ts'
import { openTestServer, type Person, type TestServer } from '../help/server.ts'
import type { paths } from './paths.ts'

let server: TestServer
let url: string
let admin: Person
let ana: string
let luis: string
let client: Client<paths>

beforeAll(async () => {
  server = await openTestServer()
  await server.app.listen({ port: 0, host: '127.0.0.1' })
  url = `http://127.0.0.1:${portOf(server)}`
  admin = await server.newPerson()
  ana = await sighted(server, admin, { wa_id: '34600123456', name: 'Ana' })
  luis = await sighted(server, admin, { wa_id: '34600123457', name: 'Luis' })
  for (const name of ['VIP', 'Prospect']) await admin.call(createTag, { body: { name } })
  const key = await server.newKey(admin, { name: 'CRM' })
  client = createClient<paths>({ baseUrl: url, headers: { authorization: `Bearer ${key.secret}` } })
})
afterAll(() => server.close())

test('the types of the client are those of the document that is served; `npx vitest -u test/client` writes them anew', async () => {
  const response = await fetch(`${url}/openapi.json`)
  const types = await openapiTypes((await response.json()) as OpenAPI3)
  await expect(
    `// The types of the API, made from the OpenAPI document by openapi-typescript.\n${types}`,
  ).toMatchFileSnapshot('paths.ts')
})

test('the catalog is listed, a contact found by phone and tagged by name, and its history names the key', async () => {
  const { data: catalog, response } = await client.GET('/v1/tags')
  expect(catalog?.tags.map(({ name }) => name)).toEqual(['Prospect', 'VIP'])
  expect(response.headers.get('ratelimit-policy')).toBe('"key";q=600;w=60')
  expect(response.headers.get('ratelimit')).toMatch(/^"key";r=\d+;t=\d+$/)

  const { data: found } = await client.GET('/v1/contacts/by-phone', {
    params: { query: { phone: '+34 600 12 34 56' } },
  })
  expect(found?.contacts).toMatchObject([{ id: ana, display_name: 'Ana', phone: '+34600123456', tags: [] }])

  const { data: changed } = await client.POST('/v1/contacts/{id}/tags', {
    params: { path: { id: ana } },
    body: { add: ['vip'] },
  })
  expect(changed).toMatchObject({ added: [{ name: 'VIP' }], removed: [], unchanged: [] })

  const { data: history } = await client.GET('/v1/contacts/{id}/tag-history', { params: { path: { id: ana } } })
  expect(history?.changes).toMatchObject([
    { change: 'added', tag: { name: 'VIP' }, source: 'api', actor: { kind: 'api_key', name: 'CRM' } },
  ])
})

test('all contacts are read page by page', async () => {
  const ids: string[] = []
  let cursor: string | undefined
  do {
    const { data } = await client.GET('/v1/contacts', {
      params: { query: { limit: 1, ...(cursor === undefined ? {} : { cursor }) } },
    })
    ids.push(...data!.contacts.map(({ id }) => id))
    cursor = data!.next_cursor ?? undefined
  } while (cursor !== undefined)
  expect(ids.toSorted()).toEqual([ana, luis].toSorted())
})

test('a name that is not in the catalog is refused with what is near it', async () => {
  const { data, error, response } = await client.POST('/v1/contacts/{id}/tags', {
    params: { path: { id: luis } },
    body: { add: ['Prospects'] },
  })
  expect(data).toBeUndefined()
  expect(response.status).toBe(422)
  expect(error).toMatchObject({
    code: 'invalid',
    reason: 'tag_names_unknown',
    data: { unknown: [{ name: 'Prospects', near: [{ name: 'Prospect' }] }] },
  })
})

test('a call that is repeated under its key does its work once, and says that it is a repeat', async () => {
  const create = () =>
    client.POST('/v1/tags', {
      params: { header: { 'Idempotency-Key': 'import-2026-11-29' } },
      body: { name: 'Imported' },
    })
  const first = await create()
  const second = await create()
  expect(first.response.status).toBe(201)
  expect(first.response.headers.get('idempotency-replayed')).toBeNull()
  expect(second.response.headers.get('idempotency-replayed')).toBe('true')
  expect(second.data).toEqual(first.data)
  const { response, error } = await client.POST('/v1/tags', {
    params: { header: { 'Idempotency-Key': 'import-2026-11-29' } },
    body: { name: 'Something else' },
  })
  expect([response.status, error?.reason]).toEqual([422, 'idempotency_key_reused'])
})

test('whatever a filter finds is tagged in the background, and the operation followed to its end', async () => {
  const { data: catalog } = await client.GET('/v1/tags')
  const prospect = catalog!.tags.find(({ name }) => name === 'Prospect')!
  const { data: started } = await client.POST('/v1/operations', {
    body: { filter: { search: 'luis' }, add: [prospect.id], expected: 1 },
  })
  expect(started).toMatchObject({ status: 'waiting', matched: 1, done: 0 })
  const ended = server.operate()
  await expect
    .poll(async () => {
      const { data } = await client.GET('/v1/operations/{id}', { params: { path: { id: started!.id } } })
      return data
    })
    .toMatchObject({ status: 'done', done: 1, changed: 1, failed: 0 })
  await ended
  const { data: contact } = await client.GET('/v1/contacts/{id}', { params: { path: { id: luis } } })
  expect(contact?.active_tags).toMatchObject([{ tag: { name: 'Prospect' }, source: 'api' }])
})

test('what the key cannot see is told as not there, and a call too many with when to come back', async () => {
  const stranger = await server.newPerson()
  const other = await sighted(server, stranger)
  const { error } = await client.GET('/v1/contacts/{id}', { params: { path: { id: other } } })
  expect(error).toMatchObject({ status: 404, reason: 'contact_missing' })
  const slow = await server.newKey(admin, { per_minute: 1 })
  const slowly = createClient<paths>({ baseUrl: url, headers: { authorization: `Bearer ${slow.secret}` } })
  const answers = [await slowly.GET('/v1/tags'), await slowly.GET('/v1/tags'), await slowly.GET('/v1/tags')]
  const refused = answers.find(({ response }) => response.status === 429)!
  expect(refused.error).toMatchObject({ code: 'too_many', reason: 'key_too_fast' })
  expect(Number(refused.response.headers.get('retry-after'))).toBeGreaterThan(0)
})
