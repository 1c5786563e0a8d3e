// What every route promises at its door, tried on all of them: repeats, bodies that cannot be read, words that it does not know.
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { sitemap } from '../server/app.ts'
import { newId } from '../server/lib/ids.ts'
import type { RouteDef } from '../server/lib/route.ts'
import { openTestServer, type TestServer } from './help/server.ts'
import { examplesOf, type Example, type Ids } from './isolation/examples.ts'
import { everythingOf, makeWorld, type World } from './isolation/world.ts'

let server: TestServer
let world: World
beforeAll(async () => {
  server = await openTestServer()
  world = await makeWorld(server, 'Ours')
})
afterAll(() => server.close())

const all = sitemap.map(({ route }): [string, RouteDef] => [route.operationId, route])
const forKeys = all.filter(([, { scope }]) => scope !== undefined)
const writing = forKeys.filter(([, { method }]) => method !== 'get')
const withBody = all.filter(([, { method, file }]) => method !== 'get' && !file)

interface Sent {
  headers: Record<string, string>
  /** In place of the example's body. */
  payload?: string
  query?: Record<string, string>
}

async function send(route: RouteDef, example: Example, { headers, payload, query = {} }: Sent) {
  const path = route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(example.params?.[name] ?? ''),
  )
  const search = new URLSearchParams({ ...example.query, ...query })
  const body = payload ?? (example.body === undefined ? undefined : JSON.stringify(example.body))
  const response = await server.app.inject({
    method: route.method.toUpperCase() as 'GET',
    url: search.size > 0 ? `${path}?${search.toString()}` : path,
    headers: {
      'earmark-request': 'test',
      ...headers,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { payload: body }),
  })
  return { status: response.statusCode, headers: response.headers, text: response.body }
}
type Answered = Awaited<ReturnType<typeof send>>

const reasonOf = ({ text }: Answered) => (JSON.parse(text) as { reason?: string }).reason
const byKey = ({ key }: World, more = {}) => ({ headers: { authorization: `Bearer ${key.secret}`, ...more } })
const byPerson = ({ admin }: World) => ({ cookie: admin.cookie, 'earmark-organization': admin.slug })

/** What the organization's tables hold, but for what is noted of each call of a key. */
async function held({ admin }: World) {
  const { api_keys: _, api_key_minutes: __, ...rest } = await everythingOf(server, admin.actor.org_id)
  return rest
}

/** Ids that nobody has. */
const nobodys = (ids: Ids): Ids =>
  Object.fromEntries(
    Object.entries(ids).map(([kind, id]) => [kind, /^\d+$/.test(id) ? '987654321987' : newId()]),
  ) as Ids

describe.each(writing)('%s, repeated under an idempotency key,', (operationId, route) => {
  test('answers what it answered first, refusals too, and does nothing more; or it takes no such key', async () => {
    for (const n of examplesOf(operationId, world.ids).keys()) {
      const own = await makeWorld(server, `${operationId} ${n}`)
      for (const [name, ids] of Object.entries({ own: own.ids, unknown: nobodys(own.ids) })) {
        const call = () =>
          send(route, examplesOf(operationId, ids)[n]!, byKey(own, { 'idempotency-key': `${operationId}-${name}` }))
        const first = await call()
        const after = await held(own)
        const second = await call()
        const same = ({ status, text }: Answered) => [status, text.replace(/"request_id":"[^"]+"/, '')]
        expect(same(second)).toEqual(same(first))
        expect(await held(own)).toEqual(after)
        const replayed = [first, second].map(({ headers }) => headers['idempotency-replayed'])
        expect(replayed).toEqual([undefined, route.writesNothing ? undefined : 'true'])
      }
    }
  })
})

const UNREADABLE: [string, string, number, string][] = [
  ['half of it', '{"name": "VIP"', 400, 'request_unreadable'],
  ['nothing', '', 400, 'request_unreadable'],
  ['a prototype', '{"__proto__": {"name": "VIP"}}', 400, 'request_unreadable'],
  ['a constructor', '{"constructor": {"prototype": {"name": "VIP"}}}', 400, 'request_unreadable'],
  ['too deep', `${'['.repeat(101)}${']'.repeat(101)}`, 422, 'json_too_deep'],
]

describe.each(withBody)('%s, with a body that cannot be read,', (operationId, route) => {
  test('looks first at who calls, and does nothing', async () => {
    const example = examplesOf(operationId, world.ids)[0]!
    const before = await held(world)
    for (const [what, payload, status, reason] of UNREADABLE) {
      const asPerson = await send(route, example, { headers: byPerson(world), payload })
      expect([what, asPerson.status, reasonOf(asPerson)]).toEqual([what, status, reason])
      if (route.scope === undefined) continue
      const asKey = await send(route, example, { ...byKey(world), payload })
      expect([what, asKey.status, reasonOf(asKey)]).toEqual([what, status, reason])
      expect(asKey.headers['ratelimit']).toMatch(/^"key";r=\d+;t=\d+$/)
    }
    const [, payload] = UNREADABLE[0]!
    if (route.permission !== 'public') {
      expect((await send(route, example, { headers: {}, payload })).status).toBe(401)
      expect((await send(route, example, { headers: { authorization: 'Bearer none' }, payload })).status).toBe(401)
    }
    expect(await held(world)).toEqual(before)
  })
})

test('a body that cannot be read is refused once under an idempotency key, and another body under it is refused', async () => {
  const [, route] = writing.find(([name]) => name === 'createTag')!
  const post = (payload: string) => send(route, {}, { ...byKey(world, { 'idempotency-key': 'unread' }), payload })
  const [first, second] = [await post('{"name": "VIP"'), await post('{"name": "VIP"')]
  expect([first, second].map(({ status, headers }) => [status, headers['idempotency-replayed']])).toEqual([
    [400, undefined],
    [400, 'true'],
  ])
  for (const other of ['{"name": "VIP"}', '{"name": "VI'])
    expect(reasonOf(await post(other))).toBe('idempotency_key_reused')
})

test.each(all)('%s refuses a word in its address that it does not know', async (operationId, route) => {
  const example = examplesOf(operationId, world.ids)[0]!
  const headers = byPerson(world)
  const answer = await send(route, example, { headers, query: { no_such_filter: 'x' } })
  expect([answer.status, answer.text]).toEqual([422, expect.stringContaining('“no_such_filter”')])
  expect(JSON.parse(answer.text)).toMatchObject({ field: 'no_such_filter' })
})

test('the organization may be named in the address of what is read', async () => {
  const [, route] = all.find(([name]) => name === 'listContacts')!
  const headers = { cookie: world.admin.cookie }
  expect((await send(route, {}, { headers, query: { organization: world.admin.slug } })).status).toBe(200)
})

test('a call of a key that is refused for its scopes is counted, and says how many are left', async () => {
  const { secret } = await server.newKey(world.admin, { scopes: ['tags:read'], per_minute: 2 })
  const ask = (operationId: string) => {
    const [, route] = all.find(([name]) => name === operationId)!
    return send(route, {}, { headers: { authorization: `Bearer ${secret}` } })
  }
  // All of it within a minute.
  await vi.waitFor(() => expect(new Date().getSeconds()).toBeLessThan(50), { timeout: 15_000, interval: 200 })
  const refused = [await ask('listContacts'), await ask('listPeople'), await ask('listTags')]
  expect(refused.map(reasonOf)).toEqual(['scope_missing', 'not_for_keys', 'key_too_fast'])
  expect(refused.map(({ headers }) => headers['ratelimit'])).toEqual([
    expect.stringContaining('r=1;'),
    expect.stringContaining('r=0;'),
    expect.stringContaining('r=0;'),
  ])
  const agent = await server.newKey(world.admin, { per_minute: 1 })
  const atMcp = () =>
    server.app.inject({
      method: 'POST',
      url: '/mcp',
      headers: { authorization: `Bearer ${agent.secret}`, 'content-type': 'application/json' },
      payload: '{"jsonrpc": "2.0"',
    })
  expect([(await atMcp()).json(), (await atMcp()).json()]).toMatchObject([
    { reason: 'not_for_third_parties' },
    { reason: 'key_too_fast' },
  ])
})
