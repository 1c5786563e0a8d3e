// One's own account: who one is, where one is signed in, and what one changes about it.
import { codeKey, codeLimits, countAttempt } from '../access/attempts.ts'
import { provePassword, refuseWeakPassword, renamePerson, setPassword } from '../access/passwords.ts'
import type { Session } from '../access/schema.ts'
import { endSessionsOf, type Client } from '../access/sessions.ts'
import { recordOwnAct } from '../audit/recording.ts'
import { tokenHash } from '../lib/crypto.ts'
import type { Db, Tx } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import { hashPassword } from '../lib/password.ts'
import { withdrawResetLink } from './reset-links.ts'
import type { Account } from './schema.ts'
import { endTwoFactor, getTwoFactor, useCode } from './two-factor.ts'

/** Who asks, from where, and the token of the session by which they do. */
export interface Self extends Pick<Client, 'address'> {
  user: Session['user']
  token: string
}

interface Keyed {
  db: Db
  secretKey: Buffer
}

export async function getAccount(server: Keyed, { user, token }: Self): Promise<Account> {
  const rows = await server.db
    .selectFrom('sessions')
    .select(['id', 'user_agent', 'address', 'created_at', 'last_seen_at', 'token_hash'])
    .where('user_id', '=', user.id)
    .where('expires_at', '>', (eb) => eb.fn<string>('now'))
    .orderBy('last_seen_at', 'desc')
    .orderBy('id')
    .execute()
  const mine = tokenHash(token)
  const sessions = rows.map(({ created_at, token_hash, ...row }) => ({
    ...row,
    started_at: created_at,
    current: mine.equals(token_hash),
  }))
  return {
    email: user.email,
    name: user.name,
    two_factor: await getTwoFactor(server, user.id),
    // The one that asks stands first.
    sessions: sessions.toSorted((a, b) => Number(b.current) - Number(a.current)),
  }
}

/** Changes one's name; what was done under the old one keeps it. */
export async function renameAccount(tx: Tx, self: Self, name: string): Promise<void> {
  if (name === self.user.name) return
  await recordOwnAct(tx, self.user.id, self.address, { act: 'person.renamed', details: { name } })
  await renamePerson(tx, self.user.id, name)
}

/**
 * Changes the password, for which the old one is asked. Every session but this one ends, and a reset link that somebody
 * made no longer works. Refuses a wrong old password, limited as at signing in, and a new one that is easily guessed.
 */
export async function changePassword(
  db: Db,
  self: Self,
  { password, new_password }: { password: string; new_password: string },
): Promise<void> {
  const { user, token } = self
  await provePassword(db, user.id, password)
  refuseWeakPassword(new_password, user.email, 'new_password')
  if (new_password === password) {
    throw new Problem('invalid', 'This is the password that you have already.', {
      reason: 'password_same',
      field: 'new_password',
    })
  }
  const hash = await hashPassword(new_password)
  await db.transaction().execute(async (tx) => {
    await setPassword(tx, user.id, hash)
    const ended = await endSessionsOf(tx, user.id, { except: token })
    await withdrawResetLink(tx, user.id)
    await recordOwnAct(tx, user.id, self.address, {
      act: 'person.password_changed',
      details: { sessions_ended: ended },
    })
  })
}

/** Ends one of one's own sessions. Somebody else's does not exist. */
export async function endOwnSession(tx: Tx, { user, address }: Self, id: string): Promise<void> {
  if ((await endSessionsOf(tx, user.id, { id })) === 0)
    throw new Problem('not_found', 'This session has ended already.', { reason: 'session_missing' })
  await recordOwnAct(tx, user.id, address, { act: 'person.sessions_ended', details: { sessions_ended: 1 } })
}

/** Signs out everywhere, here too. */
export async function endAllSessions(tx: Tx, { user, address }: Self): Promise<void> {
  const ended = await endSessionsOf(tx, user.id, 'all')
  await recordOwnAct(tx, user.id, address, { act: 'person.sessions_ended', details: { sessions_ended: ended } })
}

/** Asks for password and code again, before two-factor is changed. Both are limited as at signing in. */
export async function proveBoth(
  { db, secretKey }: Keyed,
  { user }: Self,
  proof: { password: string; code: string },
): Promise<void> {
  await provePassword(db, user.id, proof.password)
  const attempt = await countAttempt(db, codeLimits(user.id))
  await useCode(db, secretKey, user.id, proof.code, 'invalid')
  await attempt.forgive(codeKey(user.id))
}

/** Turns two-factor off, with the recovery codes. */
export async function turnOffTwoFactor(tx: Tx, { user, address }: Self): Promise<void> {
  if (await endTwoFactor(tx, user.id))
    await recordOwnAct(tx, user.id, address, { act: 'person.two_factor_changed', details: { on: false } })
}
