// Sessions: signing in with attempts limited, the person behind a cookie, signing out.
import { hashPassword, passwordMatches } from '../lib/password.ts'
import { newToken, tokenHash } from '../lib/crypto.ts'
import type { Db } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import { sql } from 'kysely'
import type { Actor } from './actor.ts'
import { permissionsOf } from './permissions.ts'
import type { Organization, Role, Session } from './schema.ts'

export const SESSION_DAYS = 30
const WINDOW_MINUTES = 15
const FAILURES_ALLOWED = { pair: 10, address: 60, email: 100 } as const

export const emailKey = (email: string): string => email.trim().normalize('NFKC').toLowerCase()

let decoyHash: Promise<string> | undefined

/**
 * Starts a session for the right e-mail and password and answers its token.
 * Refuses with one sentence whichever was wrong, in the same time; after too many failures of the same
 * address, e-mail or both within 15 minutes, with `too_many`.
 */
export async function signIn(
  db: Db,
  input: { email: string; password: string },
  client: { address: string; userAgent: string },
): Promise<string> {
  const key = emailKey(input.email)
  const attempts = {
    pair: `pair:${client.address}:${key}`,
    address: `address:${client.address}`,
    email: `email:${key}`,
  }
  // Counted before the password is looked at, so that a burst of attempts at once cannot slip past the limit.
  const attemptedAt = await recordAttempt(db, Object.values(attempts))
  const counts = await db
    .selectFrom('sign_in_failures')
    .select(['key', (eb) => eb.fn.countAll<number>().as('count')])
    .where('key', 'in', Object.values(attempts))
    .where('failed_at', '>', sql<string>`now() - make_interval(mins => ${WINDOW_MINUTES})`)
    .groupBy('key')
    .execute()
  const count = (name: keyof typeof attempts) => counts.find((row) => row.key === attempts[name])?.count ?? 0
  if ((Object.keys(attempts) as (keyof typeof attempts)[]).some((name) => count(name) > FAILURES_ALLOWED[name])) {
    throw new Problem('too_many', `Too many attempts. Wait ${WINDOW_MINUTES} minutes and try again.`, {
      retryAfterSeconds: WINDOW_MINUTES * 60,
    })
  }

  const user = await db
    .selectFrom('users')
    .select(['id', 'password_hash'])
    .where('email_key', '=', key)
    .executeTakeFirst()
  decoyHash ??= hashPassword(newToken())
  const right = await passwordMatches(input.password, user?.password_hash ?? (await decoyHash))
  if (!user || !right)
    throw new Problem('unauthenticated', 'E-mail or password is wrong.', { reason: 'wrong_credentials' })

  await db
    .deleteFrom('sign_in_failures')
    .where('key', 'in', Object.values(attempts))
    .where((eb) => eb.or([eb('failed_at', '=', attemptedAt), eb('key', '=', attempts.pair)]))
    .execute()
  return startSession(db, user.id, client.userAgent)
}

async function recordAttempt(db: Db, keys: string[]): Promise<string> {
  const rows = await db
    .insertInto('sign_in_failures')
    .values(keys.map((key) => ({ key })))
    .returning('failed_at')
    .execute()
  return rows[0]!.failed_at
}

/** Starts a session for a person whose identity is already proved. */
export async function startSession(db: Db, userId: string, userAgent: string): Promise<string> {
  const token = newToken()
  await db
    .insertInto('sessions')
    .values({
      token_hash: tokenHash(token),
      user_id: userId,
      expires_at: sql<string>`now() + make_interval(days => ${SESSION_DAYS})`,
      user_agent: userAgent.slice(0, 500),
    })
    .execute()
  return token
}

export async function endSession(db: Db, token: string): Promise<void> {
  await db.deleteFrom('sessions').where('token_hash', '=', tokenHash(token)).execute()
}

interface SessionRow {
  user_id: string
  email: string
  name: string
  stale: boolean
  organizations: { id: string; slug: string; name: string; role: Role }[]
}

/** The person and organizations behind a session's token, or null when it ended or never was. Use keeps it alive. */
export async function findSession(db: Db, token: string): Promise<Session | null> {
  const { rows } = await sql<SessionRow>`
    select s.user_id, u.email, u.name, s.last_seen_at < now() - interval '5 minutes' as stale,
      coalesce((
        select jsonb_agg(jsonb_build_object('id', o.id, 'slug', o.slug, 'name', o.name, 'role', m.role) order by m.created_at, o.slug)
        from memberships m join organizations o on o.id = m.org_id
        where m.user_id = s.user_id), '[]') as organizations
    from sessions s join users u on u.id = s.user_id
    where s.token_hash = ${tokenHash(token)} and s.expires_at > now()`.execute(db)
  const row = rows[0]
  if (!row) return null
  if (row.stale) {
    await sql`update sessions set last_seen_at = now(), expires_at = now() + make_interval(days => ${SESSION_DAYS})
      where token_hash = ${tokenHash(token)}`.execute(db)
  }
  const organizations: Organization[] = row.organizations.map((o) => ({
    ...o,
    permissions: [...permissionsOf(o.role)],
  }))
  return { user: { id: row.user_id, email: row.email, name: row.name }, organizations }
}

/** The person as an actor in one of their organizations; null when they do not belong to it. */
export function actorIn(session: Session, slug: string): Actor | null {
  const organization = session.organizations.find((o) => o.slug === slug)
  if (!organization) return null
  return {
    kind: 'user',
    org_id: organization.id,
    id: session.user.id,
    name: session.user.name,
    role: organization.role,
  }
}

/** Forgets expired sessions and attempts that no longer count. */
export async function forgetOldSessions(db: Db): Promise<void> {
  await sql`delete from sessions where expires_at < now()`.execute(db)
  await sql`delete from sign_in_failures where failed_at < now() - make_interval(mins => ${WINDOW_MINUTES * 2})`.execute(
    db,
  )
}
