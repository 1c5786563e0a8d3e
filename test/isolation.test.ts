// Organizations are kept apart: every route of the sitemap is tried with another organization's ids, header and session.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { permissionsOf, type Permission } from '../server/access/permissions.ts'
import { sitemap } from '../server/app.ts'
import { SCOPES } from '../server/api-keys/schema.ts'
import { composeTextMessage } from '../server/channels/whatsapp/compose.ts'
import { signBody } from '../server/channels/whatsapp/signature.ts'
import { newId } from '../server/lib/ids.ts'
import type { RouteDef } from '../server/lib/route.ts'
import { startOperation } from '../server/operations/schema.ts'
import { changeContactTags, createTag, updateTag } from '../server/tags/schema.ts'
import { openTestServer, type TestServer } from './help/server.ts'
import { examplesOf, type Example, type Ids, type Kind } from './isolation/examples.ts'
import { everythingOf, makeWorld, writes, type World } from './isolation/world.ts'

let server: TestServer
let theirs: World
let before: Record<string, string[]>

beforeAll(async () => {
  server = await openTestServer()
  await server.app.listen({ port: 0, host: '127.0.0.1' })
  theirs = await makeWorld(server, 'Zugzwang')
  before = await everythingOf(server, theirs.admin.actor.org_id)
})
afterAll(async () => {
  server.app.server.closeAllConnections()
  await server.close()
})

interface Caller {
  /** Of an API key. */
  secret?: string
  cookie?: string
  organization?: string
  key?: string
}

interface Answered {
  status: number
  text: string
  replayed: boolean
  /** All that was sent: what is in it may come back. */
  sent: string
}

/** Calls a route by an example, and reads the answer to its end; of a stream its first message. */
async function call(
  route: RouteDef,
  example: Example,
  { cookie, organization, key, secret }: Caller,
): Promise<Answered> {
  const path = route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(example.params?.[name] ?? ''),
  )
  const search = new URLSearchParams(example.query ?? {}).toString()
  const url = search === '' ? path : `${path}?${search}`
  const headers = {
    'earmark-request': 'test',
    ...(cookie === undefined ? {} : { cookie }),
    ...(secret === undefined ? {} : { authorization: `Bearer ${secret}` }),
    ...(organization === undefined ? {} : { 'earmark-organization': organization }),
    ...(key === undefined ? {} : { 'idempotency-key': key }),
    ...(example.body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(example.file === undefined ? {} : { 'content-type': 'text/plain' }),
  }
  const body = example.file ?? (example.body === undefined ? null : JSON.stringify(example.body))
  const sent = JSON.stringify([url, headers, body])
  const abort = new AbortController()
  const { port } = server.app.server.address() as { port: number }
  const response = await fetch(`http://127.0.0.1:${port}${url}`, {
    method: route.method.toUpperCase(),
    headers,
    body,
    signal: abort.signal,
  })
  if (response.headers.get('content-type')?.startsWith('text/event-stream')) {
    const { value } = await response.body!.getReader().read()
    abort.abort()
    return { status: response.status, text: Buffer.from(value ?? []).toString('utf8'), replayed: false, sent }
  }
  const replayed = response.headers.has('idempotency-replayed')
  return { status: response.status, text: await response.text(), replayed, sent }
}

const CALLERS = ['admin', 'agent', 'key'] as const
type Role = (typeof CALLERS)[number]

const as = ({ admin, agent, key }: World, role: Role = 'admin'): Caller =>
  role === 'key'
    ? { secret: key.secret }
    : { cookie: (role === 'admin' ? admin : agent).cookie, organization: admin.slug }

/** Whatever is asked for. */
const isRefused = (route: RouteDef, role: Role): boolean =>
  (role === 'key' && !isPublic(route) && route.scope === undefined) ||
  (role === 'agent' && namesOrganization(route) && !permissionsOf('agent').includes(route.permission as Permission))

/** What of another organization is in an answer and was not sent along. */
const leaks = ({ text, sent }: Answered, { ids, marks }: World): string[] =>
  // A number such as that of a delivery may be anything's.
  [...marks, ...Object.values(ids)].filter(
    (known) => !/^\d{1,9}$/.test(known) && text.includes(known) && !sent.includes(known),
  )

/** An answer without what differs from call to call, and with the ids that were asked for under one name. */
function comparable({ status, text }: Answered, asked: readonly string[]): string {
  const plain = asked.reduce((rest, id) => rest.replaceAll(new RegExp(`\\b${id}\\b`, 'g'), 'ASKED'), text)
  return `${status} ${plain.replace(/"request_id":"[^"]+"/, '')}`
}

/** Which kinds of ids an example takes. */
function kindsOf(operationId: string, n: number, ids: Ids): Kind[] {
  const taken = new Set<Kind>()
  const watched = new Proxy(ids, {
    get(target, kind) {
      taken.add(kind as Kind)
      return target[kind as Kind]
    },
  })
  examplesOf(operationId, watched)
  // An example takes what changes with the id.
  return [...taken].filter((kind) => {
    const other = { ...ids, [kind]: randomLike(ids[kind]) }
    return JSON.stringify(examplesOf(operationId, other)[n]) !== JSON.stringify(examplesOf(operationId, ids)[n])
  })
}

/** An id as it could be, and that nobody has. */
const randomLike = (id: string): string => (/^\d+$/.test(id) ? '987654321987' : newId())

const exampleWith = (operationId: string, n: number, ids: Ids): Example => examplesOf(operationId, ids)[n]!

const isPublic = ({ permission }: RouteDef) => permission === 'public'
const namesOrganization = ({ permission }: RouteDef) => permission !== 'public' && permission !== 'signed-in'

const routes = sitemap.map(({ route }): [string, RouteDef] => [route.operationId, route])

describe.each(routes)('%s', (operationId, route) => {
  test('is open only to whom it is declared to be, and to nobody with another organization’s ids', async () => {
    const ours = await makeWorld(server, `Ours ${operationId}`)
    const examples = examplesOf(operationId, ours.ids)
    expect(examples.length).toBeGreaterThan(0)
    for (const example of examples) await tryDoors(route, example, ours)
    for (const n of examples.keys()) await tryForeignIds(route, n, ours)
    expect(await everythingOf(server, theirs.admin.actor.org_id)).toEqual(before)

    // Each example is a good one: with the caller's own ids it does what the route does, and tells nothing of others.
    for (const [n, example] of examples.entries()) {
      const world = await makeWorld(server, `Ours ${operationId} ${n}`)
      const answer = await call(route, exampleWith(operationId, n, world.ids), as(world))
      expect([answer.status, answer.text.slice(0, 300)]).toEqual([
        example.own ?? expect.toSatisfy(isSuccess),
        expect.any(String),
      ])
      expect(leaks(answer, theirs)).toEqual([])
    }
    expect(await everythingOf(server, theirs.admin.actor.org_id)).toEqual(before)
  })
})

const isSuccess = (status: number) => status >= 200 && status < 300

async function tryDoors(route: RouteDef, example: Example, ours: World): Promise<void> {
  const { admin } = ours
  if (!isPublic(route)) {
    const nobody = { organization: admin.slug }
    expect((await call(route, example, nobody)).status).toBe(401)
    expect((await call(route, example, { ...nobody, cookie: 'earmark-session=none' })).status).toBe(401)
    expect((await call(route, example, { ...nobody, secret: 'none' })).status).toBe(401)
    // Whatever session comes with it.
    await tryKeys(route, example, ours)
  }
  if (!namesOrganization(route)) return
  expect((await call(route, example, { cookie: admin.cookie })).status).toBe(422)
  const [foreign, unknown] = [theirs.admin.slug, 'no-such-organization']
  const refused = await call(route, example, { cookie: admin.cookie, organization: foreign })
  expect(refused.status).toBe(404)
  expect(leaks(refused, theirs)).toEqual([])
  const missing = await call(route, example, { cookie: admin.cookie, organization: unknown })
  expect(comparable(refused, [foreign])).toBe(comparable(missing, [unknown]))
  if (!permissionsOf('agent').includes(route.permission as Permission))
    expect((await call(route, example, as(ours, 'agent'))).status).toBe(403)
}

async function tryKeys(route: RouteDef, example: Example, ours: World): Promise<void> {
  const withSession = { ...as(ours), ...as(ours, 'key') }
  if (route.scope === undefined) {
    const answer = await call(route, example, withSession)
    expect([answer.status, answer.text]).toEqual([403, expect.stringContaining('not_for_keys')])
    return
  }
  const others = SCOPES.filter((scope) => scope !== route.scope)
  const { secret } = await server.newKey(ours.admin, { scopes: others })
  const answer = await call(route, example, { ...withSession, secret })
  expect([answer.status, answer.text]).toEqual([403, expect.stringContaining(`lacks the scope ${route.scope}`)])
}

/** A foreign id is answered as one that nobody has: the same status, the same words. */
async function tryForeignIds(route: RouteDef, n: number, ours: World): Promise<void> {
  const { operationId } = route
  for (const kind of kindsOf(operationId, n, ours.ids)) {
    const [foreign, random] = [theirs.ids[kind], randomLike(theirs.ids[kind])]
    const example = exampleWith(operationId, n, { ...ours.ids, [kind]: foreign })
    const nobodys = exampleWith(operationId, n, { ...ours.ids, [kind]: random })
    for (const role of CALLERS) {
      const answer = await call(route, example, as(ours, role))
      const what = `${operationId} with another organization's ${kind}, as ${role}`
      const expected = isRefused(route, role) ? [403] : example.filters?.includes(kind) ? [200] : [404, 422]
      expect(expected, `${what}: ${answer.status} ${answer.text}`).toContain(answer.status)
      expect(leaks(answer, theirs), what).toEqual([])
      const missing = await call(route, nobodys, as(ours, role))
      expect(comparable(answer, [foreign]), what).toBe(comparable(missing, [random]))
    }
  }
  // All of it foreign at once, as a caller who found an address would do.
  const all = await call(route, exampleWith(operationId, n, theirs.ids), as(ours))
  expect(leaks(all, theirs)).toEqual([])
}

const routeOf = (operationId: string): RouteDef => routes.find(([name]) => name === operationId)![1]

/** Customers write, tags are made, put on and renamed, a delivery cannot be read: things that are counted somewhere. */
async function live(world: World, mark: string): Promise<void> {
  const { admin, account, ids } = world
  await writes(server, account, { from: `+1917${Date.now() % 10_000_000}`, name: `${mark} is new` }, `${mark} hello`)
  await account.deliver(`nothing that can be read ${mark}`)
  await server.interpret()
  await account.deliver(`nothing that was read yet ${mark}`)
  const tag = await admin.call(createTag, { body: { name: `${mark} third` } })
  await admin.call(changeContactTags, { params: { id: ids.contact }, body: { add: [tag.id] } })
  await admin.call(updateTag, { params: { id: ids.tag }, body: { name: `${mark} renamed` } })
  await admin.call(startOperation, { body: { ids: [ids.otherContact], add: [ids.tag] } })
}

test('whatever happens in one organization changes no answer in another: no list, no count, no export, no position', async () => {
  const ours = await makeWorld(server, 'Beside')
  const busy = await makeWorld(server, 'Bustling')
  const reading = routes.filter(
    ([name, { method, permission }]) => method === 'get' && permission !== 'public' && name !== 'live',
  )
  // When it was asked, and by which request, is no answer of anybody's.
  const untimed = (text: string) => text.replaceAll(/"(?:as_of|exported_at|request_id)": ?"[^"]*"/g, '')
  const readAll = async () => {
    const answers: [string, string][] = []
    for (const [name, route] of reading)
      for (const example of examplesOf(name, ours.ids))
        answers.push([`${name} ${JSON.stringify(example)}`, untimed((await call(route, example, as(ours))).text)])
    return answers
  }
  // Reading may leave a trace of its own, in the reader's own log.
  await readAll()
  const first = await readAll()
  await live(busy, 'Bustling')
  expect(await readAll()).toEqual(first)
  expect(first.length).toBeGreaterThan(20)
})

test('a live stream tells nothing of another organization, from whatever position it goes on', async () => {
  const ours = await makeWorld(server, 'Listening')
  const busy = await makeWorld(server, 'Talking')
  const { port } = server.app.server.address() as { port: number }
  const { positions } = JSON.parse((await call(routeOf('getSession'), {}, as(busy))).text) as {
    positions: Record<string, number>
  }
  const abort = new AbortController()
  const heard = await Promise.all(
    ['0', String(positions[busy.admin.actor.org_id])].map(async (after) => {
      const response = await fetch(`http://127.0.0.1:${port}/v1/live?after=${after}`, {
        headers: { cookie: ours.admin.cookie, 'earmark-organization': ours.admin.slug },
        signal: abort.signal,
      })
      const stream = { text: '' }
      void (async () => {
        try {
          for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) stream.text += chunk
        } catch {
          // It is aborted below.
        }
      })()
      return stream
    }),
  )
  await live(busy, 'Talking')
  await live(ours, 'Listening')
  server.live.wake()
  // Its own news has come, which was written last.
  for (const stream of heard) await expect.poll(() => stream.text, { timeout: 10_000 }).toContain('Listening renamed')
  abort.abort()
  for (const { text } of heard) expect(leaks({ status: 200, text, replayed: false, sent: '' }, busy)).toEqual([])
})

test('an idempotency key of another organization, or of another person, replays nothing', async () => {
  const ours = await makeWorld(server, 'Keys')
  const key = 'the-same-key-everywhere'
  const example = { body: { name: 'Kept under a key' } }
  const route = routeOf('createTag')
  const first = await call(route, example, { ...as(ours), key })
  expect(first.status).toBe(201)
  expect(await call(route, example, { ...as(ours), key })).toMatchObject({ text: first.text, replayed: true })
  const elsewhere = await makeWorld(server, 'Locks')
  const answer = await call(route, example, { ...as(elsewhere), key })
  expect([answer.status, answer.replayed]).toEqual([201, false])
  expect(answer.text).not.toContain((JSON.parse(first.text) as { id: string }).id)
  const { rows } = await server.pool.query('select org_id from tags where name = $1 order by org_id', [
    'Kept under a key',
  ])
  expect(rows).toHaveLength(2)
  // The same person in both organizations has two keys of that name as well.
  await server.pool.query(`insert into memberships (org_id, user_id, role) values ($1, $2, 'admin')`, [
    elsewhere.admin.actor.org_id,
    ours.admin.actor.id,
  ])
  const both = await call(route, example, { cookie: ours.admin.cookie, organization: elsewhere.admin.slug, key })
  expect([both.status, both.replayed]).toEqual([409, false])
})

test('a delivery signed for one account is no delivery for another, and reaches no number of another organization', async () => {
  const ours = await makeWorld(server, 'Forging')
  const body = composeTextMessage({
    phoneNumberId: theirs.account.phoneNumberId,
    displayPhone: theirs.account.displayPhone,
    wabaId: '102290129340398',
    from: '+16505550000',
    name: 'Intruder',
    text: 'let me in',
    at: new Date(),
  })
  // Through its own door, with its own secret, for a number that another organization has connected.
  expect(await ours.account.deliver(body)).toBe(200)
  await server.interpret()
  const forged = await server.app.inject({
    method: 'POST',
    url: `/webhooks/whatsapp/${theirs.ids.account}`,
    headers: { 'content-type': 'application/json', 'x-hub-signature-256': signBody(body, ours.account.secret) },
    payload: body,
  })
  expect(forged.statusCode).toBe(401)
  await server.interpret()
  // A wrong signature is counted, for the account's owner to see.
  const counted = { ...before, whatsapp_accounts: expect.anything() }
  expect(await everythingOf(server, theirs.admin.actor.org_id)).toEqual(counted)
})

test('a number that another organization has connected can be connected, and takes nothing of its messages', async () => {
  const ours = await makeWorld(server, 'Squatting')
  const contacts = () => call(routeOf('countContacts'), {}, as(ours))
  const { text } = await contacts()
  const added = await call(
    routeOf('addChannel'),
    {
      params: { id: ours.ids.account },
      body: { name: 'Theirs', phone_number_id: theirs.account.phoneNumberId, phone: '+15550783881' },
    },
    as(ours),
  )
  expect(added.status).toBe(201)
  await server.interpret()
  expect((await contacts()).text).toBe(text)
  const other = await everythingOf(server, theirs.admin.actor.org_id)
  expect({ ...other, whatsapp_accounts: [] }).toEqual({ ...before, whatsapp_accounts: [] })
})

test('a cursor made up by a caller is refused, and one of another organization pages through the caller’s own rows', async () => {
  const ours = await makeWorld(server, 'Paging')
  const listed = (cursor: string, name: string) => call(routeOf(name), { query: { cursor } }, as(ours))
  const cursorOf = (...key: unknown[]) => Buffer.from(JSON.stringify(key)).toString('base64url')
  for (const [cursor, name] of [
    ['-'.repeat(36), 'listOperations'],
    [cursorOf('last_seen', 'desc', null, '-'.repeat(36)), 'listContacts'],
    [cursorOf('last_seen', 'desc', '2026-99-99T00:00:00.000Z', theirs.ids.contact), 'listContacts'],
    ['99999999999999999999', 'listAuditEntries'],
  ] as const)
    expect((await listed(cursor, name)).status, `${name} ${cursor}`).toBe(422)
  for (const [cursor, name] of [
    [theirs.ids.operation, 'listOperations'],
    [cursorOf('last_seen', 'desc', '2999-01-01T00:00:00.000Z', theirs.ids.contact), 'listContacts'],
    ['999999999999999999', 'listAuditEntries'],
  ] as const) {
    const page = await listed(cursor, name)
    expect(page.status, name).toBe(200)
    expect(leaks(page, theirs), name).toEqual([])
  }
})
