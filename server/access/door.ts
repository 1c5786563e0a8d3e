// How every route gets its actor: the session, the organization it names, the permission, and same-origin writes only.
import fastJson from 'fast-json-stringify'
import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type pg from 'pg'
import { z } from 'zod'
import type { GraphApi } from '../channels/whatsapp/client.ts'
import type { Pupil } from '../classifier/asking.ts'
import type { Rates } from '../api-keys/rates.ts'
import type { Config } from '../config.ts'
import type { Live } from '../events/live.ts'
import type { Db } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import { refuseUnread } from '../lib/hardening.ts'
import { sent, type Sent } from '../lib/http.ts'
import { cutName, sayWhatToWrite } from '../lib/input-words.ts'
import type { Outgoing } from '../lib/outgoing.ts'
import { refusalOf } from '../lib/shapes.ts'
import { takesKey, type RouteAnswer, type RouteDef, type RouteInput, type SentFile } from '../lib/route.ts'
import type { Metrics } from '../watching/metrics.ts'
import type { Actor } from './actor.ts'
import { countCall, demandsOf, letIn, type Demands } from './letting-in.ts'
import type { Session } from './schema.ts'
import { writingOf, type Writing } from './writing.ts'

/** What the whole server shares. */
export interface Server {
  config: Config
  secretKey: Buffer
  db: Db
  pool: pg.Pool
  log: FastifyBaseLogger
  /** Has waiting deliveries interpreted: at once, or with what follows them within 50 ms. */
  interpretSoon(): void
  /** Has waiting operations, and checks of files, begun with. */
  operateSoon(): void
  /** Has what was written to customers sent at once. */
  sendSoon(): void
  /** Has events sent to webhooks at once. */
  dispatchSoon(): void
  /** Meta's Graph API as it is for the test phone of an organization. */
  testPhone(orgId: string): GraphApi
  /** Tells a customer's phone, if that can be, that a message and those before it were read, and that somebody writes. */
  tellRead(receipt: {
    orgId: string
    channelId: string
    waMessageId: string
    writing?: { conversationId: string; since: string }
  }): void
  live: Live
  metrics: Metrics
  /** How often API keys call. */
  rates: Rates
  outgoing: Outgoing
  /** The built-in classifier, in its thread. */
  classifier: Pupil
}

/** What a route's handler works with. Asking a public route for its actor or session is a mistake and throws. */
export interface Context extends Server, Writing {
  readonly actor: Actor
  readonly session: Session
  readonly sessionCookie: string
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  /** Does something once the answer is out, so that its time tells nothing of it. A failure is logged. */
  afterAnswer(work: () => Promise<void>): void
  /** Aborted when the caller hangs up before there is an answer. */
  hungUp(): AbortSignal
  /** Whether the same call would still be let in: for answers that go on for long. */
  stillAllowed(): Promise<boolean>
}

export interface BoundRoute {
  route: RouteDef
  handle: (input: never, context: Context) => Promise<{ status: number; body: unknown } | Sent>
}

/** Binds a route's declaration to what it does. */
export function bind<R extends RouteDef>(
  route: R,
  handle: (input: RouteInput<R>, context: Context) => Promise<RouteAnswer<R> | Sent>,
): BoundRoute {
  return { route, handle }
}

/** Puts a bound route on the server: who may, then the input checked, then the verb, then the answer as declared. */
export function mount(app: FastifyInstance, server: Server, bound: BoundRoute): void {
  const { file } = bound.route
  if (!file) return mountOn(app, server, bound)
  // In a scope of its own: elsewhere bodies are JSON, and short.
  void app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: file.mostBytes }, (_request, body, done) =>
      done(null, body),
    )
    scope.addHook('onRequest', async (request) => {
      if (Number(request.headers['content-length'] ?? 0) <= file.mostBytes) return
      throw new Problem(
        'invalid',
        `The file is too large: at most ${file.mostBytes / 1_000_000} MB. Make it smaller, or send a link to it.`,
        {
          reason: 'file_too_large',
          data: { max: file.mostBytes },
        },
      )
    })
    mountOn(scope, server, bound)
  })
}

function mountOn(app: FastifyInstance, server: Server, { route: declared, handle }: BoundRoute): void {
  const route = withStrictQuery(declared)
  const may = demandsOf(route)
  const sessionCookie = sessionCookieName(server.config)
  const writers = new Map<number, (value: unknown) => string>()
  for (const [status, { schema }] of Object.entries(route.responses)) {
    if (schema)
      writers.set(Number(status), fastJson(z.toJSONSchema(schema, { target: 'draft-7', io: 'output' }) as never))
  }
  app.route({
    method: route.method.toUpperCase(),
    url: route.path.replaceAll(/\{(\w+)\}/g, ':$1'),
    handler: async (request, reply) => {
      const context = await contextOf(server, sessionCookie, { route, may }, request, reply)
      const result = await handle((await inputOf(route, context)) as never, context)
      if (result === sent) return reply
      const { status, body } = result
      const write = writers.get(status)
      reply.code(status).header('cache-control', 'no-store')
      if (!write) return reply.send()
      return reply
        .type('application/json; charset=utf-8')
        .serializer((value: unknown) => value as string)
        .send(write(body))
    },
  })
}

/**
 * The route, taking nothing in its address but what it declares: a filter that is misspelt is refused, and does not find
 * everything.
 */
const withStrictQuery = (route: RouteDef): RouteDef => ({ ...route, query: (route.query ?? z.object({})).strict() })

/** What stands behind the question mark. Of a GET that may be the organization, which is none of the route's (letting-in.ts). */
function queryIn({ query }: FastifyRequest, route: RouteDef): unknown {
  if (route.method !== 'get' || (route.query && 'organization' in route.query.shape)) return query
  const { organization: _, ...rest } = query as Record<string, unknown>
  return rest
}

/** What the route is given. A refusal is an answer too: under an API key's idempotency key it is kept, as that of a write. */
async function inputOf(route: RouteDef, context: Context): Promise<Record<'params' | 'query' | 'body', unknown>> {
  const { request, write } = context
  try {
    refuseUnread(request)
    return {
      params: parse(route.params, request.params, 'not_found'),
      query: parse(route.query, queryIn(request, route)),
      body: route.file ? fileIn(request) : parse(route.body, request.body),
    }
  } catch (error) {
    const keyed = request.headers['idempotency-key'] !== undefined && takesKey(route)
    if (keyed && route.scope !== undefined && context.actor.kind === 'api_key') await write(() => Promise.reject(error))
    throw error
  }
}

const fileIn = ({ body, headers }: FastifyRequest): SentFile => ({
  bytes: Buffer.isBuffer(body) ? body : Buffer.alloc(0),
  mime_type: headers['content-type'] ?? '',
})

/** Over TLS the name itself makes browsers refuse a cookie set by a neighbouring host. */
const sessionCookieName = (config: Config) =>
  config.publicUrl.startsWith('https:') ? '__Host-earmark-session' : 'earmark-session'

export const sessionCookieOptions = (config: Config) =>
  ({ path: '/', httpOnly: true, sameSite: 'lax', secure: config.publicUrl.startsWith('https:') }) as const

/** The value as the shape wants it. Refuses any other with a sentence that says what to write, and the field. */
export function parse(
  shape: z.ZodType | undefined,
  value: unknown,
  failure: 'invalid' | 'not_found' = 'invalid',
): unknown {
  if (!shape) return undefined
  const result = shape.safeParse(value ?? {}, { error: sayWhatToWrite })
  if (result.success) return result.data
  if (failure === 'not_found')
    throw new Problem('not_found', 'There is no such object in this organization.', { reason: 'object_missing' })
  const issue = result.error.issues[0]!
  const field = fieldOf(issue)
  throw new Problem('invalid', issue.message, {
    reason: refusalOf(issue.message).reason,
    ...(field === '' ? {} : { field }),
    data: {
      ...refusalOf(issue.message).data,
      issues: result.error.issues.slice(0, 20).map((each) => ({
        field: fieldOf(each),
        reason: refusalOf(each.message).reason,
        message: each.message,
      })),
    },
  })
}

/** Of several that are not known, the first. */
const fieldOf = (issue: z.core.$ZodIssue): string =>
  [...issue.path, ...(issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 1).map(cutName) : [])].join('.')

async function contextOf(
  server: Server,
  sessionCookie: string,
  { route, may }: { route: RouteDef; may: Demands },
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Context> {
  const { session, actor } = await letIn(server, may, request, sessionCookie, (key) =>
    countCall(server.rates, key, reply),
  )
  // Every line about this request says whose it was.
  if (actor) request.log = request.log.child({ org_id: actor.org_id, actor_kind: actor.kind, actor_id: actor.id })
  else if (session) request.log = request.log.child({ actor_kind: 'user', actor_id: session.user.id })
  const context: Context = {
    ...server,
    ...writingOf(server, { actor, operationId: route.operationId, request, reply }),
    request,
    reply,
    sessionCookie,
    log: request.log,
    get session(): Session {
      if (!session) throw new Error('A public route has no session.')
      return session
    },
    get actor(): Actor {
      if (!actor) throw new Error('This route has no actor: its permission names no organization.')
      return actor
    },
    afterAnswer(work) {
      const begin = () => {
        work().catch((error: unknown) => request.log.error({ err: error }, 'work after an answer failed'))
      }
      // Whoever hangs up early does not prevent it.
      if (reply.raw.destroyed) begin()
      else reply.raw.once('close', begin)
    },
    hungUp() {
      const gone = new AbortController()
      const end = () => {
        if (!reply.raw.writableFinished) gone.abort()
      }
      if (reply.raw.destroyed) end()
      else reply.raw.once('close', end)
      return gone.signal
    },
    async stillAllowed() {
      try {
        await letIn(server, may, request, sessionCookie)
        return true
      } catch (error) {
        if (error instanceof Problem) return false
        throw error
      }
    },
  }
  return context
}
