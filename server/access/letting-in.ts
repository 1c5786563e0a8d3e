// Who calls: a person by a session and the organization it names, or an API key; and whether they may.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { admitKey, type AdmittedKey } from '../api-keys/admitting.ts'
import type { Rates } from '../api-keys/rates.ts'
import type { Config } from '../config.ts'
import type { Db } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import type { RouteDef } from '../lib/route.ts'
import type { Actor } from './actor.ts'
import { PERMISSIONS, permissionsOf, type Permission } from './permissions.ts'
import type { Session } from './schema.ts'
import { SCOPES, type Scope } from './scopes.ts'
import { actorIn, findSession } from './sessions.ts'

/** What a route asks of who calls it. */
export interface Demands {
  permission: Permission | 'public' | 'signed-in'
  scope: Scope | null
}

/** Fails for a permission or a scope that nobody has. */
export function demandsOf(route: RouteDef): Demands {
  return { permission: permissionIn(route), scope: scopeIn(route) }
}

function permissionIn(route: RouteDef): Permission | 'public' | 'signed-in' {
  const known: readonly string[] = [...PERMISSIONS, 'public', 'signed-in']
  if (!known.includes(route.permission))
    throw new Error(`${route.operationId} asks for an unknown permission: ${route.permission}`)
  return route.permission as Permission | 'public' | 'signed-in'
}

function scopeIn({ operationId, scope }: RouteDef): Scope | null {
  if (scope === undefined) return null
  const known = SCOPES.find((each) => each === scope)
  if (!known) throw new Error(`${operationId} asks for an unknown scope: ${scope}`)
  return known
}

export interface LetIn {
  session: Session | null
  actor: Actor | null
}

/** What is done with each call of a key, also with one that is refused for its scopes. */
type Counting = (key: AdmittedKey) => Promise<void>
const uncounted: Counting = async () => {}

/** Who calls, and in which organization; refuses whoever may not. */
export async function letIn(
  { db, config }: { db: Db; config: Config },
  { permission, scope }: Demands,
  request: FastifyRequest,
  sessionCookie: string,
  count = uncounted,
): Promise<LetIn> {
  const secret = bearerIn(request)
  if (secret !== null && permission !== 'public') {
    const key = await admitKey(db, secret, request.ip)
    await count(key)
    refuseOtherScopes(key, scope)
    return { session: null, actor: key.actor }
  }
  refuseForeignWrites(request, config)
  if (permission === 'public') return { session: null, actor: null }
  const token = request.cookies[sessionCookie]
  const session = token ? await findSession(db, token, request.ip, organizationNamed(request)) : null
  if (!session) throw new Problem('unauthenticated', 'Sign in first.', { reason: 'no_session' })
  if (permission === 'signed-in') return { session, actor: null }
  const actor = actorOf(session, request)
  if (actor.kind === 'user' && !permissionsOf(actor.role).includes(permission)) {
    throw new Problem('forbidden', 'Your role does not allow this. Ask an administrator.', {
      reason: 'role_not_allowed',
      data: { permission },
    })
  }
  return { session, actor }
}

/** The key of the AI agent that calls. Refuses whatever else calls, third parties' keys too, and other sites' pages. */
export async function admitAgent(
  { db, config }: { db: Db; config: Config },
  request: FastifyRequest,
  count: Counting,
): Promise<AdmittedKey> {
  const { origin } = request.headers
  if (origin !== undefined && origin !== new URL(config.publicUrl).origin)
    throw new Problem('forbidden', 'This is for AI agents, not for pages of other sites.', { reason: 'cross_site' })
  const secret = bearerIn(request)
  if (secret === null)
    throw new Problem('unauthenticated', 'Send the API key of an AI agent in the header Authorization, after Bearer.', {
      reason: 'key_unsent',
    })
  const key = await admitKey(db, secret, request.ip)
  await count(key)
  if (key.actor.key_kind !== 'ai_agent')
    throw new Problem(
      'forbidden',
      'This API key is a third-party system’s. Ask an administrator for one of the kind AI agent, or call /v1.',
      { reason: 'not_for_third_parties' },
    )
  return key
}

/** What stands after Bearer. Browsers send no such header by themselves, so that no other site can make them. */
function bearerIn({ headers: { authorization } }: FastifyRequest): string | null {
  return /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1] ?? null
}

export function refuseOtherScopes({ scopes }: AdmittedKey, scope: Scope | null): void {
  if (scope === null)
    throw new Problem('forbidden', 'This is for people who are signed in, not for API keys.', {
      reason: 'not_for_keys',
    })
  if (!scopes.includes(scope))
    throw new Problem('forbidden', `This API key lacks the scope ${scope}. An administrator can allow it.`, {
      reason: 'scope_missing',
      data: { scope },
    })
}

/** By the IETF's draft of RateLimit header fields (draft-ietf-httpapi-ratelimit-headers-10). */
export async function countCall(rates: Rates, { actor, per_minute }: AdmittedKey, reply: FastifyReply): Promise<void> {
  const { allowed, left, seconds } = await rates.take({
    orgId: actor.org_id,
    keyId: actor.id,
    perMinute: per_minute,
  })
  reply.header('ratelimit-policy', `"key";q=${per_minute};w=60`)
  reply.header('ratelimit', `"key";r=${left};t=${seconds}`)
  if (!allowed)
    throw new Problem('too_many', `This API key may make ${per_minute} calls a minute. Wait ${seconds} s.`, {
      reason: 'key_too_fast',
      data: { per_minute, seconds },
      retryAfterSeconds: seconds,
    })
}

/** A browser that loads an image or a recording by itself sets no header: it is named in the address. */
function organizationNamed(request: FastifyRequest): string | undefined {
  const header = request.headers['earmark-organization']
  if (typeof header === 'string') return header
  const { organization } = (request.query ?? {}) as { organization?: unknown }
  return request.method === 'GET' && typeof organization === 'string' ? organization : undefined
}

function actorOf(session: Session, request: FastifyRequest): Actor {
  const slug = organizationNamed(request)
  if (slug === undefined) {
    throw new Problem('invalid', 'Name the organization in the header Earmark-Organization.', {
      reason: 'organization_unnamed',
      field: 'Earmark-Organization',
    })
  }
  const actor = actorIn(session, slug)
  if (!actor)
    throw new Problem('not_found', 'There is no such organization, or you do not belong to it.', {
      reason: 'organization_missing',
    })
  return { ...actor, address: request.ip }
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
