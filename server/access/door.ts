// How every route gets its actor: the session, the organization it names, the permission, and same-origin writes only.
import fastJson from 'fast-json-stringify'
import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type pg from 'pg'
import { z } from 'zod'
import type { Config } from '../config.ts'
import type { Db } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import { sent, type Sent } from '../lib/http.ts'
import type { RouteAnswer, RouteDef, RouteInput } from '../lib/route.ts'
import type { Actor } from './actor.ts'
import { PERMISSIONS, permissionsOf, type Permission } from './permissions.ts'
import type { Session } from './schema.ts'
import { actorIn, findSession } from './sessions.ts'

/** What the whole server shares. */
export interface Server {
  config: Config
  secretKey: Buffer
  db: Db
  pool: pg.Pool
  log: FastifyBaseLogger
  /** Has waiting deliveries interpreted within some 20 ms; many calls at once are one. */
  interpretSoon(): void
}

/** What a route's handler works with. Asking a public route for its actor or session is a mistake and throws. */
export interface Context extends Server {
  readonly actor: Actor
  readonly session: Session
  readonly sessionCookie: string
  readonly request: FastifyRequest
  readonly reply: FastifyReply
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
export function mount(app: FastifyInstance, server: Server, { route, handle }: BoundRoute): void {
  const may = permissionIn(route)
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
      const context = await contextOf(server, sessionCookie, may, request, reply)
      const input = {
        params: parse(route.params, request.params, 'not_found'),
        query: parse(route.query, request.query),
        body: parse(route.body, request.body),
      }
      const result = await handle(input as never, context)
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

function permissionIn(route: RouteDef): Permission | 'public' | 'signed-in' {
  const known: readonly string[] = [...PERMISSIONS, 'public', 'signed-in']
  if (!known.includes(route.permission))
    throw new Error(`${route.operationId} asks for an unknown permission: ${route.permission}`)
  return route.permission as Permission | 'public' | 'signed-in'
}

/** Over TLS the name itself makes browsers refuse a cookie set by a neighbouring host. */
const sessionCookieName = (config: Config) =>
  config.publicUrl.startsWith('https:') ? '__Host-earmark-session' : 'earmark-session'

function parse(shape: z.ZodType | undefined, value: unknown, failure: 'invalid' | 'not_found' = 'invalid'): unknown {
  if (!shape) return undefined
  const result = shape.safeParse(value ?? {})
  if (result.success) return result.data
  if (failure === 'not_found') throw new Problem('not_found', 'There is no such object in this organization.')
  const issue = result.error.issues[0]!
  const field = issue.path.join('.')
  throw new Problem('invalid', issue.message, {
    ...(field === '' ? {} : { field }),
    data: {
      issues: result.error.issues.slice(0, 20).map((each) => ({ field: each.path.join('.'), message: each.message })),
    },
  })
}

async function contextOf(
  server: Server,
  sessionCookie: string,
  may: Permission | 'public' | 'signed-in',
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Context> {
  refuseForeignWrites(request, server.config)
  let session: Session | null = null
  let actor: Actor | null = null
  if (may !== 'public') {
    const token = request.cookies[sessionCookie]
    session = token ? await findSession(server.db, token) : null
    if (!session) throw new Problem('unauthenticated', 'Sign in first.', { reason: 'no_session' })
    if (may !== 'signed-in') {
      actor = actorOf(session, request)
      if (actor.kind === 'user' && !permissionsOf(actor.role).includes(may)) {
        throw new Problem('forbidden', 'Your role does not allow this. Ask an administrator.', {
          data: { permission: may },
        })
      }
    }
  }
  return {
    ...server,
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
  }
}

function actorOf(session: Session, request: FastifyRequest): Actor {
  const slug = request.headers['earmark-organization']
  if (typeof slug !== 'string') {
    throw new Problem('invalid', 'Name the organization in the header Earmark-Organization.', {
      field: 'Earmark-Organization',
    })
  }
  const actor = actorIn(session, slug)
  if (!actor) throw new Problem('not_found', 'There is no such organization, or you do not belong to it.')
  return actor
}

/**
 * Cross-site request forgery: a cookie alone never writes. Browsers say where a call comes from (Sec-Fetch-Site, Origin),
 * and the header Earmark-Request cannot be set by a form, nor by another site without our consent.
 */
function refuseForeignWrites(request: FastifyRequest, config: Config): void {
  if (request.method === 'GET' || request.method === 'HEAD') return
  const site = request.headers['sec-fetch-site']
  const origin = request.headers.origin
  const foreign =
    (site !== undefined && site !== 'same-origin') ||
    (origin !== undefined && origin !== new URL(config.publicUrl).origin && !sameHost(origin, request.host)) ||
    request.headers['earmark-request'] === undefined
  if (foreign) {
    throw new Problem('forbidden', 'This call did not come from the console. Open Earmark itself and try again.', {
      reason: 'cross_site',
    })
  }
}

function sameHost(origin: string, host: string): boolean {
  return URL.canParse(origin) && new URL(origin).host === host
}
