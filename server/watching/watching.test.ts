// What the log and /metrics say of a server at work, and what they never say.
import { Writable } from 'node:stream'
import { runMigrations } from 'graphile-worker'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sitemap } from '../app.ts'
import { composeTextMessage } from '../channels/whatsapp/compose.ts'
import { createLog } from '../lib/log.ts'
import { listTags, createTag } from '../tags/schema.ts'
import { getContact } from '../contacts/schema.ts'
import { newId } from '../lib/ids.ts'
import { openTalks } from '../../test/help/talk.ts'
import { openTestServer, Refused, type TestServer } from '../../test/help/server.ts'

interface Line {
  level: string
  msg: string
  request_id?: string
  method?: string
  route?: string
  status?: number
  ms?: number
  actor_id?: string
  org_id?: string
}

let text = ''
const log = createLog(
  'trace',
  new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString('utf8')
      done()
    },
  }),
)
const lines = () =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line)

let server: TestServer
beforeAll(async () => {
  server = await openTestServer({ log })
  await runMigrations({ pgPool: server.pool })
})
afterAll(() => server.close())

test('each request is one line with its route, status, time, request id and caller', async () => {
  const admin = await server.newPerson()
  text = ''
  await admin.call(listTags, { query: { status: 'all' } })
  expect(lines()).toEqual([
    expect.objectContaining({
      level: 'info',
      msg: 'request',
      method: 'GET',
      route: '/v1/tags',
      status: 200,
      ms: expect.any(Number),
      request_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      org_id: admin.actor.org_id,
      actor_id: admin.actor.id,
    }),
  ])
})

test('the id that a problem tells leads to its line', async () => {
  const admin = await server.newPerson()
  text = ''
  const refused = await admin.call(getContact, { params: { id: newId() } }).catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(Refused)
  const { request_id } = (refused as Refused).problem
  expect(lines().filter((line) => line.request_id === request_id)).toMatchObject([
    { route: '/v1/contacts/:id', status: 404 },
  ])
})

test('an error of the server is logged under the id that its answer tells, once, and so is the request', async () => {
  const admin = await server.newPerson()
  const second = await openTestServer({ beside: server, log })
  await second.pool.end()
  text = ''
  const answer = await second.app.inject({ url: '/v1/tags', headers: { cookie: admin.cookie } })
  expect(answer.statusCode).toBe(500)
  const { request_id } = answer.json() as { request_id: string }
  const mine = lines().filter((line) => line.request_id === request_id)
  expect(mine.map(({ level, msg }) => `${level} ${msg}`)).toEqual(['error request failed', 'info request'])
  await second.close().catch(() => {})
})

test('what machines ask all the time is quiet while it goes well', async () => {
  const admin = await server.newPerson()
  const account = await server.newAccount(admin)
  text = ''
  await server.app.inject('/healthz')
  await server.app.inject('/readyz')
  await server.app.inject('/metrics')
  await account.deliver('{}')
  expect(lines().map(({ level, route }) => `${level} ${route}`)).toEqual([
    'debug /healthz',
    'debug /readyz',
    'debug /metrics',
    'debug /webhooks/whatsapp/:id',
  ])
})

const SECRET = 'Sesame7788'

test('no secret, password, token or text of a message reaches the log, whichever door it comes through', async () => {
  const admin = await server.newPerson()
  text = ''
  const headers = {
    cookie: `${admin.cookie}; other=${SECRET}`,
    authorization: `Bearer ${SECRET}`,
    'earmark-organization': admin.slug,
    'earmark-request': 'test',
    'user-agent': SECRET,
    'content-type': 'application/json',
  }
  const filled = Object.fromEntries(
    'email password token text name description app_secret access_token organization filter add from user_id current_password'
      .split(' ')
      .map((key) => [key, key === 'email' ? `${SECRET}@example.com` : SECRET]),
  )
  // Every route, with everything filled in, with nonsense, and with what is no JSON.
  for (const { route } of sitemap) {
    const path = route.path.replaceAll(/\{\w+\}/g, newId())
    if (path === '/v1/live') continue
    for (const payload of [JSON.stringify(filled), `{"password":"${SECRET}"`, `[${JSON.stringify(SECRET)}]`]) {
      await server.app.inject({
        method: route.method.toUpperCase() as 'POST',
        url: `${path}?search=${SECRET}&token=${SECRET}&cursor=${SECRET}`,
        headers: { ...headers, 'idempotency-key': SECRET },
        ...(route.method === 'get' ? {} : { payload }),
      })
    }
  }
  const { deliver, account, phoneNumberId, displayPhone } = await server.newAccount(admin)
  await server.app.inject(`/webhooks/whatsapp/${account.id}?hub.mode=subscribe&hub.verify_token=${SECRET}`)
  await server.app.inject({ method: 'POST', url: `/webhooks/whatsapp/${account.id}`, payload: SECRET })
  await server.app.inject(`/${SECRET}/${SECRET}?${SECRET}=${SECRET}`)
  await server.app.inject(`/v1/${SECRET}`)
  // A message that the database refuses, with the row in the error.
  await sql`alter table messages add constraint refused check (text not like '%' || ${sql.lit(SECRET)} || '%')`.execute(
    server.db,
  )
  const message = composeTextMessage({
    phoneNumberId,
    displayPhone,
    wabaId: '1',
    from: '4915110000001',
    name: SECRET,
    text: `my password is ${SECRET}`,
    at: new Date(),
  })
  expect(await deliver(message)).toBe(200)
  await server.interpret()
  expect(lines().filter(({ msg }) => msg.startsWith('a delivery could not be interpreted'))).toHaveLength(1)
  await sql`alter table messages drop constraint refused`.execute(server.db)
  expect(await deliver(message.replace('wamid.', 'wamid.2'))).toBe(200)
  await server.interpret()
  // The link of a new person, or an address that is no route, too.
  expect(lines().length).toBeGreaterThan(sitemap.length)
  expect(lines().filter((line) => JSON.stringify(line).includes(SECRET))).toEqual([])
  expect(lines().filter((line) => JSON.stringify(line).includes(admin.cookie.split('=')[1]!))).toEqual([])
})

/** The value of a metric; NaN when it has none. */
async function metric(name: string, from: TestServer = server): Promise<number> {
  const { body } = await from.app.inject('/metrics')
  const line = body.split('\n').find((each) => each.startsWith(`${name} `) || each.startsWith(`${name}{`))
  return Number(line?.split(' ').at(-1))
}

test('/metrics counts requests, deliveries and what waits', async () => {
  const own = await openTestServer()
  try {
    await runMigrations({ pgPool: own.pool })
    const admin = await own.newPerson()
    const account = await own.newAccount(admin)
    await account.deliver('{}')
    await own.app.inject({ method: 'POST', url: `/webhooks/whatsapp/${account.account.id}`, payload: '{}' })
    await sql`update deliveries set received_at = received_at - interval '90 seconds'`.execute(own.db)
    await admin.call(createTag, { body: { name: 'VIP' } })
    expect(await metric('earmark_deliveries_stored_total', own)).toBe(1)
    expect(await metric('earmark_deliveries_waiting', own)).toBe(1)
    expect(await metric('earmark_deliveries_oldest_seconds', own)).toBeGreaterThan(89)
    expect(await metric('earmark_events_unnumbered', own)).toBe(1)
    expect(await metric('earmark_database_up', own)).toBe(1)
    expect(await metric('earmark_live_streams', own)).toBe(0)
    expect(await metric('earmark_database_connections{state="idle"}', own)).toBeGreaterThan(0)
    expect(
      await metric('earmark_http_requests_total{method="POST",route="/webhooks/whatsapp/:id",status="401"}', own),
    ).toBe(1)
    expect(await metric('earmark_http_request_duration_seconds_count{method="POST",route="/v1/tags"}', own)).toBe(1)
  } finally {
    await own.close()
  }
})

test('/metrics tells what waits to be sent, what nobody knows of, refused tokens and conversations', async () => {
  const own = await openTestServer()
  try {
    await runMigrations({ pgPool: own.pool })
    const admin = await own.newPerson()
    const { talk } = await openTalks(own, admin)
    const { write } = await talk()
    await talk()
    for (const said of ['one', 'two', 'three']) await write(said)
    await sql`update outgoing_messages set wanted_at = now() - interval '90 seconds'`.execute(own.db)
    await sql`update outgoing_messages set state = 'uncertain' where message_id = (select max(message_id::text)::uuid from outgoing_messages)`.execute(
      own.db,
    )
    await sql`update whatsapp_accounts set token_refused_at = now() where kind <> 'test'`.execute(own.db)
    own.metrics.sendings.inc({ outcome: 'throttled' }, 2)
    expect(await metric('earmark_messages_waiting', own)).toBe(2)
    expect(await metric('earmark_messages_oldest_seconds', own)).toBeGreaterThan(89)
    expect(await metric('earmark_messages_uncertain', own)).toBe(1)
    expect(await metric('earmark_accounts_refused', own)).toBe(1)
    expect(await metric('earmark_conversations_open', own)).toBe(2)
    expect(await metric('earmark_conversations_overdue_seconds', own)).toBe(0)
    expect(await metric('earmark_sendings_total{outcome="throttled"}', own)).toBe(2)
  } finally {
    await own.close()
  }
})

test('/metrics says that the database is away, and leaves out what only it knows', async () => {
  const second = await openTestServer({ beside: server })
  await second.pool.end()
  expect(await metric('earmark_database_up', second)).toBe(0)
  expect(await metric('earmark_deliveries_waiting', second)).toBeNaN()
  await second.close().catch(() => {})
})

test('without METRICS_TOKEN only a direct caller on this machine reads /metrics, with it only who brings it', async () => {
  const asked = async (from: TestServer, headers: Record<string, string>, remoteAddress?: string) =>
    (await from.app.inject({ url: '/metrics', headers, ...(remoteAddress === undefined ? {} : { remoteAddress }) }))
      .statusCode
  expect(await asked(server, {})).toBe(200)
  expect(await asked(server, {}, '::ffff:127.0.0.1')).toBe(200)
  expect(await asked(server, {}, '10.0.0.7')).toBe(404)
  expect(await asked(server, { 'x-forwarded-for': '127.0.0.1' })).toBe(404)
  expect(await asked(server, { forwarded: 'for=127.0.0.1' })).toBe(404)

  const second = await openTestServer({ beside: server, config: { metricsToken: 'a token of the tests' } })
  expect(await asked(second, {})).toBe(404)
  expect(await asked(second, { authorization: 'Bearer another' })).toBe(404)
  expect(await asked(second, { authorization: 'Bearer a token of the tests' }, '10.0.0.7')).toBe(200)
  await second.close()
})
