// Whatever a key sends, in any place of any call: an answer as it is declared, or a problem that says what is wrong.
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sitemap } from '../../server/app.ts'
import type { RouteDef } from '../../server/lib/route.ts'
import { ProblemBody } from '../../server/lib/shapes.ts'
import { VERSION } from '../../server/lib/version.ts'
import { openApiDocument } from '../../server/reference/document.ts'
import { openTestServer, type KeyHolder, type TestServer } from '../help/server.ts'
import type { Kind } from '../isolation/examples.ts'
import { everythingOf, makeWorld, type World } from '../isolation/world.ts'
import { bodyOf, inAddress, someOf, type Known, type Shape } from './hostile-values.ts'

/** Takes some 10 to 20 s. */
const CALLS_EACH = 120

const routes = sitemap.map(({ route }) => route).filter(({ scope }) => scope !== undefined)

interface Operation {
  parameters?: { name: string; in: string; required?: boolean; schema: Shape }[]
  requestBody?: { content: { 'application/json': { schema: Shape } } }
}
const document = JSON.parse(JSON.stringify(openApiDocument(routes, { version: VERSION, url: 'http://localhost' }))) as {
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, Shape> }
}

let server: TestServer
let own: World
let foreign: World
let key: KeyHolder
let known: Known
beforeAll(async () => {
  server = await openTestServer()
  own = await makeWorld(server, 'Ours')
  foreign = await makeWorld(server, 'Theirs')
  key = await server.newKey(own.admin, { per_minute: 600_000 })
  // Tags and contacts are what most calls are about.
  const { contact, otherContact, customer, tag, otherTag } = own.ids
  const often = [contact, otherContact, customer, tag, tag, otherTag, otherTag].flatMap((id) =>
    Array<string>(8).fill(id),
  )
  known = {
    ids: [...often, ...Object.values(own.ids), ...Object.values(foreign.ids)],
    names: ['Ours first', 'ours SECOND', 'Ours deleted', 'Nobody’s', '+1 650 1000000', 'US.91000000'],
    schemas: document.components.schemas,
  }
})
afterAll(() => server.close())

/** Of which kind an id in the address is. */
const KINDS_AT: Readonly<Record<string, readonly Kind[]>> = {
  ai: ['tag'],
  contacts: ['contact', 'otherContact', 'customer'],
  tags: ['tag', 'otherTag', 'deletedTag'],
  operations: ['operation'],
  conversations: ['conversation'],
  media: ['media'],
  channels: ['channel'],
  // Its answers are whole numbers, no ids.
  events: ['contact'],
  webhooks: ['webhook', 'dispatch', 'contact'],
}

interface Call {
  params: Record<string, string | string[]>
  query: Record<string, string | string[]>
  header: Record<string, string | string[]>
  body?: unknown
  /** In place of the body: what is no JSON, or does not say so. */
  raw?: { type: string; payload: string } | null
}

function callsOf({ method, path }: RouteDef): fc.Arbitrary<Call> {
  const { parameters = [], requestBody } = document.paths[path]![method]!
  const kinds = KINDS_AT[path.split('/')[2]!]!
  const ids = [own, own, own, foreign].flatMap((world) => kinds.map((kind) => world.ids[kind]))
  const placed = (place: string) => {
    const here = parameters.filter((parameter) => parameter.in === place)
    const likely = place === 'path' ? { ...known, ids } : known
    return someOf(
      Object.fromEntries(here.map(({ name, schema }) => [name, inAddress(schema, likely)])),
      here.filter(({ required }) => required).map(({ name }) => name),
    )
  }
  const raw = fc.constantFrom(
    { type: 'application/json', payload: '{"add": ["VIP"' },
    { type: 'application/json', payload: '' },
    { type: 'application/json', payload: '{"__proto__": {"add": ["VIP"]}}' },
    { type: 'application/json', payload: `{"add": ["${'x'.repeat(1 << 20)}"]}` },
    { type: 'text/plain', payload: 'add=VIP' },
    { type: 'application/x-www-form-urlencoded', payload: 'add=VIP' },
    { type: 'multipart/form-data; boundary=x', payload: '--x--' },
  )
  return fc.record({
    params: placed('path'),
    query: placed('query'),
    header: placed('header'),
    ...(requestBody
      ? {
          body: bodyOf(requestBody.content['application/json'].schema, known),
          raw: fc.oneof({ weight: 12, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: raw }),
        }
      : {}),
  })
}

async function send({ method, path }: RouteDef, { params, query, header, body, raw }: Call) {
  const search = new URLSearchParams(
    Object.entries(query).flatMap(([name, value]) => [value].flat().map((each): [string, string] => [name, each])),
  )
  const filled = path.replaceAll(/\{(\w+)\}/g, (_all, name: string) =>
    encodeURIComponent([params[name]!].flat().join()),
  )
  // What a header may hold at all.
  const headers = Object.entries(header).map(([name, value]) => [
    name,
    String(value)
      .replaceAll(/[^\x20-\xff]/g, '?')
      .slice(0, 3000),
  ])
  const payload = raw?.payload ?? (body === undefined ? undefined : JSON.stringify(body))
  return server.app.inject({
    method: method.toUpperCase() as 'GET',
    url: search.size > 0 ? `${filled}?${search.toString()}` : filled,
    headers: {
      ...Object.fromEntries(headers),
      ...(payload === undefined ? {} : { 'content-type': raw?.type ?? 'application/json' }),
      authorization: `Bearer ${key.secret}`,
    },
    ...(payload === undefined ? {} : { payload }),
  })
}

/** Why the answer is not as it is declared; null when it is. */
function wrongIn(route: RouteDef, answer: Awaited<ReturnType<typeof send>>): string | null {
  const { statusCode: status, headers } = answer
  if (status >= 500) return `It answered ${status}: ${answer.body}`
  if (status >= 400 && !route.responses[status]?.schema && status !== 416) {
    if (![400, 413, 414, 415].includes(status)) return `It answered ${status}, which is not declared.`
  }
  if (status >= 400 && status !== 416) {
    if (!String(headers['content-type']).startsWith('application/problem+json')) return `${status} is no problem.`
    const problem = ProblemBody.safeParse(answer.json())
    if (!problem.success) return `A problem of another shape: ${problem.error.message}`
    const { code, reason, status: told, detail } = problem.data
    return reason && code && detail && told === status ? null : `A problem without reason: ${answer.body}`
  }
  const declared = route.responses[status]
  if (!declared) return `It answered ${status}, which is not declared.`
  if (!declared.schema) return null
  const parsed = declared.schema.safeParse(answer.json())
  return parsed.success ? null : `${status} of another shape: ${parsed.error.message}`
}

test('hostile values in any place of any call of a key never fail the server, answer as declared, and touch no other organization', async () => {
  const seed = Number(process.env['HOSTILE_SEED'] ?? Date.now() % 2 ** 31)
  console.log(`HOSTILE_SEED=${seed}`)
  const before = await everythingOf(server, foreign.admin.actor.org_id)
  const statuses: Record<string, Record<number, number>> = {}
  for (const route of routes) {
    const seen: Record<number, number> = {}
    statuses[route.operationId] = seen
    await fc.assert(
      fc.asyncProperty(callsOf(route), async (call) => {
        const answer = await send(route, call)
        seen[answer.statusCode] = (seen[answer.statusCode] ?? 0) + 1
        expect(wrongIn(route, answer), route.operationId).toBeNull()
        for (const mark of foreign.marks) expect(answer.body.includes(mark), route.operationId).toBe(false)
      }),
      { seed, numRuns: CALLS_EACH },
    )
  }
  await server.operate()
  expect(await everythingOf(server, foreign.admin.actor.org_id)).toEqual(before)
  // Refused at the door alone, nothing would have been tried.
  const went = Object.values(statuses).filter((seen) => Object.keys(seen).some((status) => Number(status) < 400))
  expect(went.length, JSON.stringify(statuses)).toBeGreaterThan(routes.length / 2)
}, 120_000)

test.each([
  ['a NUL in an id', '/v1/contacts/by-bsuid?bsuid=%00', 422],
  ['the year 0', '/v1/contacts?last_seen_from=0000-01-01T00:00:00Z', 422],
  ['a zone a day away', '/v1/contacts/count?first_seen_before=2026-01-01T00:00:00%2B23:59', 422],
  ['a second with endless digits', `/v1/contacts?tagged_from=2026-01-01T00:00:00.${'1'.repeat(300)}Z`, 422],
  ['an id of a thousand characters', `/v1/contacts/${'x'.repeat(1000)}`, 414],
  ['an address that cannot be read', '/v1/contacts/%zz', 400],
])('%s is refused with a reason', async (_what, url, status) => {
  const answer = await server.app.inject({ url, headers: { authorization: `Bearer ${key.secret}` } })
  expect(answer.statusCode).toBe(status)
  expect(answer.headers['content-type']).toContain('application/problem+json')
  expect(ProblemBody.parse(answer.json()).reason).toBeTruthy()
})
