// Sessions: signing in with attempts limited, the person behind a cookie, signing out.
import { hashPassword, passwordMatches } from '../lib/password.ts'
import { newToken, tokenHash } from '../lib/crypto.ts'
import { prepared, type Db, type Tx } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import { newId } from '../lib/ids.ts'
import { sql } from 'kysely'
import { twoFactorOn, useCode } from '../account/two-factor.ts'
import { recordOwnAct } from '../audit/recording.ts'
import { markSeen } from '../people/memberships.ts'
import type { Actor } from './actor.ts'
import { codeKey, codeLimits, countAttempt, emailKey, forgetOldAttempts, pairKey, signInLimits } from './attempts.ts'
import { permissionsOf } from './permissions.ts'
import type { Organization, Role, Session } from './schema.ts'

export const SESSION_DAYS = 30

/** Where a call comes from. */
export interface Client {
  address: string
  userAgent: string
}

interface Desk {
  db: Db
  secretKey: Buffer
  /** Does something once the answer is out, so that its time does not tell whether there is such a person. */
  afterAnswer(work: () => Promise<void>): void
}

let decoyHash: Promise<string> | undefined

/**
 * Starts a session for the right e-mail and password, and code where two-factor is on, and answers its token.
 * Refuses with one sentence whichever of e-mail and password was wrong, in the same time; with `code_needed` when only the
 * code is missing; after too many failures of the same address, e-mail, both, or codes of a person, with `too_many`.
 */
export async function signIn(
  { db, secretKey, afterAnswer }: Desk,
  input: { email: string; password: string; code?: string | undefined },
  client: Client,
): Promise<string> {
  const key = emailKey(input.email)
  const attempt = await countAttempt(db, signInLimits(client.address, key))
  const user = await db
    .selectFrom('users')
    .select(['id', 'password_hash'])
    .where('email_key', '=', key)
    .executeTakeFirst()
  decoyHash ??= hashPassword(newToken())
  const right = await passwordMatches(input.password, user?.password_hash ?? (await decoyHash))
  if (!user || !right) {
    if (user) afterAnswer(() => recordFailedSignIn(db, user.id, client.address, 'password'))
    throw wrongCredentials()
  }

  if (await twoFactorOn(db, user.id)) {
    if (input.code === undefined) {
      await attempt.forgive()
      throw new Problem('unauthenticated', 'Write the code of your authenticator app.', { reason: 'code_needed' })
    }
    const codes = await countAttempt(db, codeLimits(user.id))
    try {
      await useCode(db, secretKey, user.id, input.code, 'unauthenticated')
    } catch (error) {
      afterAnswer(() => recordFailedSignIn(db, user.id, client.address, 'code'))
      throw error
    }
    await codes.forgive(codeKey(user.id))
  }

  await attempt.forgive(pairKey(client.address, key))
  return db.transaction().execute(async (tx) => {
    // A password that is being changed waits for this, and then ends this session too.
    const { rows } = await sql`
      select id from users where id = ${user.id} and password_hash = ${user.password_hash} for share`.execute(tx)
    if (rows.length === 0) throw wrongCredentials()
    await recordOwnAct(tx, user.id, client.address, { act: 'person.signed_in' })
    return startSession(tx, user.id, client)
  })
}

const wrongCredentials = () =>
  new Problem('unauthenticated', 'E-mail or password is wrong.', { reason: 'wrong_credentials' })

/** Notes that somebody failed to sign in as a person: once in a quarter of an hour for each address. */
async function recordFailedSignIn(db: Db, userId: string, address: string, step: 'password' | 'code'): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await sql`select pg_advisory_xact_lock(hashtextextended(${`earmark:failed-sign-in:${userId}`}, 0))`.execute(tx)
    const { rows } = await sql`
      select 1 from memberships m join audit_entries e on e.org_id = m.org_id and e.actor_id = m.user_id::text
      where m.user_id = ${userId} and e.act = 'person.sign_in_failed' and e.address = ${address}
        and e.details ->> 'step' = ${step} and e.at > now() - interval '15 minutes' limit 1`.execute(tx)
    if (rows.length === 0) await recordOwnAct(tx, userId, address, { act: 'person.sign_in_failed', details: { step } })
  })
}

/** Starts a session for a person whose identity is already proved. */
export async function startSession(db: Db, userId: string, client: Client): Promise<string> {
  const token = newToken()
  await db
    .insertInto('sessions')
    .values({
      id: newId(),
      token_hash: tokenHash(token),
      user_id: userId,
      expires_at: sql<string>`now() + make_interval(days => ${SESSION_DAYS})`,
      user_agent: client.userAgent.slice(0, 500),
      address: client.address,
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
  organizations: { id: string; slug: string; name: string; role: Role; unseen: boolean }[]
}

/**
 * The person and organizations behind a session's token, or null when it ended or never was. Use keeps it alive, and
 * notes from where, and in which organization.
 */
export async function findSession(db: Db, token: string, address: string, slug?: string): Promise<Session | null> {
  const { rows } = await sql<SessionRow>`
    select s.user_id, u.email, u.name, s.last_seen_at < now() - interval '5 minutes' as stale,
      coalesce((
        select jsonb_agg(jsonb_build_object('id', o.id, 'slug', o.slug, 'name', o.name, 'role', m.role,
          'unseen', coalesce(m.last_seen_at < now() - interval '5 minutes', true)) order by m.created_at, o.slug)
        from memberships m join organizations o on o.id = m.org_id
        where m.user_id = s.user_id), '[]') as organizations
    from sessions s join users u on u.id = s.user_id
    where s.token_hash = ${tokenHash(token)} and s.expires_at > now()`.execute(prepared(db))
  const row = rows[0]
  if (!row) return null
  if (row.stale) {
    await sql`update sessions set last_seen_at = now(), address = ${address}, expires_at = now() + make_interval(days => ${SESSION_DAYS})
      where token_hash = ${tokenHash(token)}`.execute(db)
  }
  const opened = row.organizations.find((o) => o.slug === slug)
  if (opened?.unseen) await markSeen(db, opened.id, row.user_id)
  const organizations: Organization[] = row.organizations.map(({ unseen: _, ...o }) => ({
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

/** Ends one session of a person, or all but the one of a token; answers how many that were. */
export async function endSessionsOf(
  tx: Tx,
  userId: string,
  which: { id: string } | { except: string } | 'all',
): Promise<number> {
  const chosen =
    which === 'all' ? sql`true` : 'id' in which ? sql`id = ${which.id}` : sql`token_hash <> ${tokenHash(which.except)}`
  const { rows } = await sql`delete from sessions where user_id = ${userId} and ${chosen} returning id`.execute(tx)
  return rows.length
}

/** Forgets expired sessions and attempts that no longer count. */
export async function forgetOldSessions(db: Db): Promise<void> {
  await sql`delete from sessions where expires_at < now()`.execute(db)
  await forgetOldAttempts(db)
}
