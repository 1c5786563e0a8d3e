// A whole server in the test's process, on a database of its own, called through the very routes that users call.
import { randomUUID } from 'node:crypto'
import { openRates } from '../../server/api-keys/rates.ts'
import { createApiKey, SCOPES } from '../../server/api-keys/schema.ts'
import type { FastifyInstance } from 'fastify'
import { sql } from 'kysely'
import { pino } from 'pino'
import type { Actor } from '../../server/access/actor.ts'
import type { Server } from '../../server/access/door.ts'
import type { Role } from '../../server/access/schema.ts'
import { startSession } from '../../server/access/sessions.ts'
import { buildApp } from '../../server/app.ts'
import { createAccount } from '../../server/channels/accounts.ts'
import { prepareDeliveryPartitions } from '../../server/channels/deliveries.ts'
import { interpretBatch } from '../../server/channels/interpreting.ts'
import type { WhatsAppAccount } from '../../server/channels/schema.ts'
import { openDeliveryStore } from '../../server/channels/storing.ts'
import { signBody } from '../../server/channels/whatsapp/signature.ts'
import { openAsking } from '../../server/classifier/asking.ts'
import type { Config } from '../../server/config.ts'
import { workOnce } from '../../server/operations/running.ts'
import { openLive } from '../../server/events/live.ts'
import { openDatabase, type Db } from '../../server/lib/db.ts'
import type { Log } from '../../server/lib/log.ts'
import { openOutgoing } from '../../server/lib/outgoing.ts'
import { newId } from '../../server/lib/ids.ts'
import type { RouteArgs, RouteDef, RouteOk } from '../../server/lib/route.ts'
import { ProblemBody } from '../../server/lib/shapes.ts'
import { openFarEnd } from '../../server/test-phone/far-end.ts'
import { sourcesCarried } from '../../server/tags/source-bits.ts'
import { openMetrics } from '../../server/watching/metrics.ts'
import { openTestDatabase, type TestDatabase } from './database.ts'
import { TEST_CONFIG, TEST_SECRET_KEY } from './settings.ts'

/** What a call answered that was refused, as the contract shapes it. */
export class Refused extends Error {
  readonly status: number
  readonly problem: ProblemBody

  constructor(status: number, problem: ProblemBody) {
    super(`${status} ${problem.code}: ${problem.detail}`)
    this.status = status
    this.problem = problem
  }
}

export interface Caller {
  /** Calls a route as this person or key; throws Refused. Every answer is checked against the route's declared shape. */
  call<R extends RouteDef>(route: R, args?: RouteArgs<R>): Promise<RouteOk<R>>
}

export interface Person extends Caller {
  actor: Extract<Actor, { kind: 'user' }>
  slug: string
  cookie: string
}

/** Another system with an API key. */
export interface KeyHolder extends Caller {
  id: string
  secret: string
}

export interface TestServer extends Server {
  app: FastifyInstance
  databaseUrl: string
  /** A new organization with a person in it. */
  newPerson(role?: Role, orgId?: string): Promise<Person>
  /** An API key of the person's organization, with all scopes unless they are named. */
  newKey(person: Person, settings?: Partial<RouteArgs<typeof createApiKey>['body']>): Promise<KeyHolder>
  /** A connected account with one number in the person's organization. */
  newAccount(person: Person, options?: { portfolio_id?: string; kind?: 'live' | 'test' }): Promise<ConnectedAccount>
  /** Interprets all that waits, as the background would. */
  interpret(): Promise<void>
  /** Works on all operations that wait, as the background would; or on so many batches. */
  operate(steps?: number): Promise<void>
  close(): Promise<void>
}

export interface ConnectedAccount {
  account: WhatsAppAccount
  secret: string
  phoneNumberId: string
  displayPhone: string
  /** Posts a signed body to the webhook; answers the status. */
  deliver(body: string | object): Promise<number>
}

let numbers = 200000000000000

/** `beside` another one it is a second server of the same database. */
export async function openTestServer({
  beside,
  beatMs,
  config = {},
  log = pino({ level: 'silent' }),
  onReceipt = () => {},
}: {
  beside?: TestServer
  beatMs?: number
  config?: Partial<Config>
  log?: Log
  /** In place of telling a customer's phone. */
  onReceipt?: Server['tellRead']
} = {}): Promise<TestServer> {
  const database = beside ? openSecond(beside) : await openTestDatabase()
  const metrics = openMetrics()
  const outgoing = openOutgoing({ allowPrivate: true })
  const deliveries = openDeliveryStore(database.pool, () => {})
  const live = openLive({ db: database.db, log, ...(beatMs === undefined ? {} : { beatMs }) })
  const farEnd = openFarEnd({ db: database.db, log, live, deliveries })
  const classifier = openAsking((notice) => {
    throw new Error(notice)
  })
  const server: Server = {
    config: { ...TEST_CONFIG, ...config },
    secretKey: TEST_SECRET_KEY,
    db: database.db,
    pool: database.pool,
    log,
    metrics,
    rates: openRates(database.db),
    outgoing,
    classifier,
    interpretSoon() {},
    operateSoon() {},
    sendSoon() {},
    dispatchSoon() {},
    testPhone: farEnd.graph,
    tellRead: onReceipt,
    live,
  }
  await prepareDeliveryPartitions(server.db)
  const app = await buildApp(server)
  return {
    ...server,
    app,
    databaseUrl: database.url,
    newPerson: (role = 'admin', orgId) => newPerson(server, app, role, orgId),
    async newKey(person, settings) {
      const body = { name: 'CRM', kind: 'third_party' as const, scopes: [...SCOPES], ...settings }
      const { key, secret } = await person.call(createApiKey, { body })
      return { id: key.id, secret, call: callerOf(app, { authorization: `Bearer ${secret}` }) }
    },
    newAccount: (person, options) => newAccount(server, app, person, options),
    async interpret() {
      while ((await interpretBatch(server.db, server.log)) > 0);
    },
    async operate(steps = Infinity) {
      for (let n = 0; n < steps && (await workOnce(server)); n++);
    },
    async close() {
      await app.close()
      await classifier.stop()
      await farEnd.stop()
      await outgoing.close()
      const strays = beside ? [] : await findStrayTags(server.db)
      await database.close()
      if (strays.length > 0) throw new Error(`Contacts or tags do not agree with the assignments: ${strays.join(', ')}`)
    },
  }
}

/** The contacts and tags that do not say what the assignments say, whatever a test has done to them. */
async function findStrayTags(db: Db): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select t.id from tags t
    where (select coalesce(sum(n.change), 0) from tag_counts n where n.org_id = t.org_id and n.tag_id = t.id) <>
      (select count(*) from tag_assignments a where a.org_id = t.org_id and a.tag_id = t.id and a.removed_at is null)
    union all
    select c.id from contacts c
    where c.tag_sources <> ${sourcesCarried} or array(select unnest(c.tag_ids) order by 1) <>
      array(select a.tag_id from tag_assignments a where a.org_id = c.org_id and a.contact_id = c.id and a.removed_at is null order by 1)
    limit 10`.execute(db)
  return rows.map((row) => row.id)
}

function openSecond({ databaseUrl }: TestServer): TestDatabase {
  const database = openDatabase(databaseUrl, { max: 5 })
  return { ...database, url: databaseUrl, close: () => database.pool.end() }
}

/** How whoever is told by these headers calls routes. */
function callerOf(app: FastifyInstance, headers: Record<string, string>): Caller['call'] {
  return async <R extends RouteDef>(route: R, args: RouteArgs<R> = {} as RouteArgs<R>): Promise<RouteOk<R>> => {
    const { params, query, body } = args as {
      params?: Record<string, string>
      query?: Record<string, string | number | undefined>
      body?: object
    }
    const path = route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params?.[name] ?? ''))
    const search = new URLSearchParams(
      Object.entries(query ?? {}).flatMap(([key, value]): [string, string][] =>
        value === undefined ? [] : [[key, String(value)]],
      ),
    )
    const response = await app.inject({
      method: route.method.toUpperCase() as 'GET',
      url: search.size > 0 ? `${path}?${search.toString()}` : path,
      headers: {
        ...headers,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
    })
    if (response.statusCode >= 400) throw new Refused(response.statusCode, ProblemBody.parse(response.json()))
    const declared = route.responses[response.statusCode]
    if (!declared) throw new Error(`${route.operationId} answered ${response.statusCode}, which it does not declare`)
    if (!declared.schema) return response.body as RouteOk<R>
    return declared.schema.parse(response.json()) as RouteOk<R>
  }
}

async function newPerson(server: Server, app: FastifyInstance, role: Role, existingOrgId?: string): Promise<Person> {
  const { db } = server
  const orgId = existingOrgId ?? newId()
  const unique = randomUUID().slice(0, 8)
  if (!existingOrgId)
    await db
      .insertInto('organizations')
      .values({ id: orgId, slug: `org-${unique}`, name: `Organization ${unique}` })
      .execute()
  const { slug } = await db.selectFrom('organizations').select('slug').where('id', '=', orgId).executeTakeFirstOrThrow()
  const userId = newId()
  const email = `${role}-${unique}@example.com`
  await db
    .insertInto('users')
    .values({ id: userId, email, email_key: email, name: `${role} ${unique}`, password_hash: 'none' })
    .execute()
  await db.insertInto('memberships').values({ org_id: orgId, user_id: userId, role }).execute()
  const cookie = `earmark-session=${await startSession(db, userId, { address: '127.0.0.1', userAgent: 'test' })}`
  const call = callerOf(app, { cookie, 'earmark-organization': slug, 'earmark-request': 'test' })
  return { actor: { kind: 'user', org_id: orgId, id: userId, name: `${role} ${unique}`, role }, slug, call, cookie }
}

async function newAccount(
  server: Server,
  app: FastifyInstance,
  person: Person,
  { portfolio_id = '506914307656634', kind = 'live' }: { portfolio_id?: string; kind?: 'live' | 'test' } = {},
): Promise<ConnectedAccount> {
  const secret = randomUUID()
  const phoneNumberId = String(numbers++)
  const account = await server.db.transaction().execute((tx) =>
    createAccount(
      tx,
      server,
      person.actor,
      {
        name: 'Shop',
        portfolio_id,
        waba_id: '102290129340398',
        app_secret: secret,
        access_token: '',
        channels: [{ name: 'Main number', phone_number_id: phoneNumberId, phone: '+15550783881' }],
      },
      kind,
    ),
  )
  return {
    account,
    secret,
    phoneNumberId,
    displayPhone: '15550783881',
    async deliver(body) {
      const payload = typeof body === 'string' ? body : JSON.stringify(body)
      const response = await app.inject({
        method: 'POST',
        url: `/webhooks/whatsapp/${account.id}`,
        headers: { 'content-type': 'application/json', 'x-hub-signature-256': signBody(payload, secret) },
        payload,
      })
      return response.statusCode
    },
  }
}
