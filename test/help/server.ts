// A whole server in the test's process, on a database of its own, called through the very routes that users call.
import { randomUUID } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
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
import { signBody } from '../../server/channels/whatsapp/signature.ts'
import type { Config } from '../../server/config.ts'
import { newId } from '../../server/lib/ids.ts'
import type { RouteArgs, RouteDef, RouteOk } from '../../server/lib/route.ts'
import { ProblemBody } from '../../server/lib/shapes.ts'
import { openTestDatabase } from './database.ts'

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

export interface Person {
  actor: Extract<Actor, { kind: 'user' }>
  slug: string
  /** Calls a route as this person; throws Refused. Every answer is checked against the route's declared shape. */
  call<R extends RouteDef>(route: R, args?: RouteArgs<R>): Promise<RouteOk<R>>
  cookie: string
}

export interface TestServer extends Server {
  app: FastifyInstance
  /** A new organization with a person in it. */
  newPerson(role?: Role, orgId?: string): Promise<Person>
  /** A connected account with one number in the person's organization. */
  newAccount(person: Person, options?: { portfolio_id?: string; kind?: 'live' | 'test' }): Promise<ConnectedAccount>
  /** Interprets all that waits, as the background would. */
  interpret(): Promise<void>
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

export const TEST_CONFIG: Config = {
  port: 0,
  host: '127.0.0.1',
  publicUrl: 'http://localhost:3000',
  trustProxy: false,
  dataDir: '/nonexistent',
  graphApiUrl: 'http://127.0.0.1:9',
  logLevel: 'silent',
}

let numbers = 200000000000000

export async function openTestServer(): Promise<TestServer> {
  const database = await openTestDatabase()
  const server: Server = {
    config: TEST_CONFIG,
    secretKey: Buffer.alloc(32, 7),
    db: database.db,
    pool: database.pool,
    log: pino({ level: 'silent' }),
    interpretSoon() {},
  }
  await prepareDeliveryPartitions(server.db)
  const app = await buildApp(server)
  return {
    ...server,
    app,
    newPerson: (role = 'admin', orgId) => newPerson(server, app, role, orgId),
    newAccount: (person, options) => newAccount(server, app, person, options),
    async interpret() {
      while ((await interpretBatch(server.db, server.log)) > 0);
    },
    async close() {
      await app.close()
      await database.close()
    },
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
  const cookie = `earmark-session=${await startSession(db, userId, 'test')}`
  const call = async <R extends RouteDef>(route: R, args: RouteArgs<R> = {} as RouteArgs<R>): Promise<RouteOk<R>> => {
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
        cookie,
        'earmark-organization': slug,
        'earmark-request': 'test',
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
