// Links to set a new password for whoever forgot theirs, made by an administrator or by the operator.
import { sql } from 'kysely'
import { systemActor, type Actor } from '../access/actor.ts'
import { codeKey, emailKey, forgetAttempts, pairKey } from '../access/attempts.ts'
import { refuseWeakPassword, setPassword } from '../access/passwords.ts'
import { endSessionsOf } from '../access/sessions.ts'
import { recordAct, recordOwnAct } from '../audit/recording.ts'
import { newToken, tokenHash } from '../lib/crypto.ts'
import type { Db, Tx } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import { hashPassword } from '../lib/password.ts'
import { endTwoFactor } from './two-factor.ts'

const HOURS = 24

interface Choice {
  endsTwoFactor: boolean
}

/** The page's address without the host; the token stands behind #, which browsers send to nobody and proxies never log. */
const pathOf = (token: string) => `/reset-password#${token}`

/** Whether somebody administers every organization of a person: only they may let themselves into the account. */
const administersAll = (makerId: unknown, userId: unknown) => sql<boolean>`not exists (
  select 1 from memberships m where m.user_id = ${userId} and not exists (
    select 1 from memberships mine
    where mine.org_id = m.org_id and mine.user_id = ${makerId} and mine.role = 'admin'))`

/**
 * Makes a link for a person of the actor's organization; the one before no longer works. Refuses oneself, and a person
 * who belongs to an organization that the actor does not administer: the link would open that one too.
 */
export async function makeResetLink(
  tx: Tx,
  actor: Actor,
  userId: string,
  { endsTwoFactor }: Choice,
): Promise<{ path: string; expires_at: string }> {
  const { rows } = await sql<{ name: string; allowed: boolean }>`
    select u.name, ${administersAll(sql`${actor.id}::uuid`, sql`u.id`)} as allowed
    from memberships m join users u on u.id = m.user_id
    where m.org_id = ${actor.org_id} and m.user_id = ${userId}`.execute(tx)
  const person = rows[0]
  if (!person)
    throw new Problem('not_found', 'There is no such person in this organization.', { reason: 'person_missing' })
  if (userId === actor.id) {
    throw new Problem('conflict', 'This is you. Change your password under Your account.', {
      reason: 'reset_of_oneself',
    })
  }
  if (!person.allowed) {
    throw new Problem(
      'forbidden',
      'This person also belongs to an organization that you do not administer, and the link would open that one too. Ask whoever runs the server for a link.',
      { reason: 'reset_beyond_organization' },
    )
  }
  const link = await replaceLink(tx, userId, { madeBy: actor.id, endsTwoFactor })
  await recordAct(tx, actor, {
    act: 'person.reset_link_made',
    subject: { id: userId, name: person.name },
    details: { turns_off_two_factor: endsTwoFactor },
  })
  return link
}

/** Makes a link for anybody, as whoever runs the server; every organization of the person has it in its audit log. */
export async function makeOperatorResetLink(
  tx: Tx,
  email: string,
  { endsTwoFactor }: Choice,
): Promise<{ path: string; expires_at: string; email: string } | null> {
  const user = await tx
    .selectFrom('users')
    .select(['id', 'name', 'email'])
    .where('email_key', '=', emailKey(email))
    .executeTakeFirst()
  if (!user) return null
  const link = await replaceLink(tx, user.id, { madeBy: null, endsTwoFactor })
  const memberships = await tx
    .selectFrom('memberships')
    .select('org_id')
    .where('user_id', '=', user.id)
    .orderBy('org_id')
    .execute()
  for (const { org_id } of memberships) {
    await recordAct(tx, systemActor(org_id), {
      act: 'person.reset_link_made',
      subject: { id: user.id, name: user.name },
      details: { turns_off_two_factor: endsTwoFactor, by_operator: true },
    })
  }
  return { ...link, email: user.email }
}

async function replaceLink(
  tx: Tx,
  userId: string,
  { madeBy, endsTwoFactor }: Choice & { madeBy: string | null },
): Promise<{ path: string; expires_at: string }> {
  const token = newToken()
  const { rows } = await sql<{ expires_at: string }>`
    insert into reset_links (user_id, token_hash, made_by, ends_two_factor, expires_at)
    values (${userId}, ${tokenHash(token)}, ${madeBy}, ${endsTwoFactor}, now() + make_interval(hours => ${HOURS}))
    on conflict (user_id) do update set token_hash = excluded.token_hash, made_by = excluded.made_by,
      ends_two_factor = excluded.ends_two_factor, created_at = now(), expires_at = excluded.expires_at
    returning expires_at`.execute(tx)
  return { path: pathOf(token), expires_at: rows[0]!.expires_at }
}

/** No link of the person works any more. */
export async function withdrawResetLink(tx: Tx, userId: string): Promise<void> {
  await tx.deleteFrom('reset_links').where('user_id', '=', userId).execute()
}

interface FoundLink {
  user_id: string
  email: string
  ends_two_factor: boolean
}

/**
 * Whose link it is. Refuses one that was used, replaced, or is older than a day; and one whose maker has since ceased to
 * administer every organization of the person.
 */
export async function getResetLink(db: Db, token: string): Promise<FoundLink> {
  const { rows } = await sql<FoundLink>`
    select l.user_id, u.email, l.ends_two_factor from reset_links l join users u on u.id = l.user_id
    where l.token_hash = ${tokenHash(token)} and l.expires_at > now()
      and (l.made_by is null or ${administersAll(sql`l.made_by`, sql`l.user_id`)})`.execute(db)
  if (!rows[0]) throw linkInvalid()
  return rows[0]
}

const linkInvalid = () =>
  new Problem(
    'forbidden',
    'This link was used already, was replaced by a newer one, or is older than a day. Ask for a new one.',
    {
      reason: 'reset_link_invalid',
    },
  )

/**
 * Sets a new password, ends all sessions of the person, and turns two-factor off where the link says so. Works once: of
 * two at the same moment, one. Refuses as `getResetLink` does, and a password that is easily guessed.
 */
export async function useResetLink(
  db: Db,
  { token, password }: { token: string; password: string },
  address: string,
): Promise<void> {
  const { email } = await getResetLink(db, token)
  refuseWeakPassword(password, email)
  const hash = await hashPassword(password)
  await db.transaction().execute(async (tx) => {
    const { user_id: userId, ends_two_factor: endsTwoFactor } = await getResetLink(tx, token)
    const { rows } =
      await sql`delete from reset_links where token_hash = ${tokenHash(token)} returning user_id`.execute(tx)
    if (rows.length === 0) throw linkInvalid()
    await setPassword(tx, userId, hash)
    const ended = await endSessionsOf(tx, userId, 'all')
    const turnedOff = endsTwoFactor && (await endTwoFactor(tx, userId))
    await forgetAttempts(tx, [pairKey(address, emailKey(email)), codeKey(userId)])
    await recordOwnAct(tx, userId, address, {
      act: 'person.password_changed',
      details: { by_reset_link: true, sessions_ended: ended },
    })
    if (turnedOff) await recordOwnAct(tx, userId, address, { act: 'person.two_factor_changed', details: { on: false } })
  })
}

/** Forgets links that no longer work. */
export async function forgetOldResetLinks(db: Db): Promise<void> {
  await sql`delete from reset_links where expires_at < now()`.execute(db)
}
