// The first set-up: one organization and its administrator, by a one-time link or from the settings.
import { sql } from 'kysely'
import { newToken, tokenHash } from '../lib/crypto.ts'
import type { Db, Tx } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import { newId } from '../lib/ids.ts'
import { hashPassword } from '../lib/password.ts'
import { refuseWeakPassword } from './passwords.ts'
import { addMember } from '../people/memberships.ts'
import { slugOf } from './organizations.ts'
import { createUser } from './users.ts'

interface FirstAdministrator {
  organization: string
  name: string
  email: string
  password: string
}

/**
 * Makes sure that the first administrator can come to be: from the settings when they are given, else by a link.
 * Answers the link's path while there is no user, null once there is one.
 */
export async function prepareFirstSetup(
  db: Db,
  bootstrap: Omit<FirstAdministrator, 'name'> | undefined,
): Promise<string | null> {
  if (bootstrap) {
    const passwordHash = await hashPassword(bootstrap.password)
    await db.transaction().execute(async (tx) => {
      await lockSetup(tx)
      if (await setupNeeded(tx))
        await createFirstAdministrator(tx, { ...bootstrap, name: bootstrap.email.split('@')[0]! }, passwordHash)
    })
    return null
  }
  if (!(await setupNeeded(db))) return null
  const token = newToken()
  // The newest start's link is the one that counts.
  await db.deleteFrom('setup_links').execute()
  await db
    .insertInto('setup_links')
    .values({ token_hash: tokenHash(token) })
    .execute()
  return `/setup?token=${token}`
}

export async function setupNeeded(db: Db): Promise<boolean> {
  return (await db.selectFrom('users').select('id').limit(1).executeTakeFirst()) === undefined
}

export async function setupLinkValid(db: Db, token: string): Promise<boolean> {
  return (
    (await db
      .selectFrom('setup_links')
      .select('created_at')
      .where('token_hash', '=', tokenHash(token))
      .executeTakeFirst()) !== undefined
  )
}

/**
 * Creates the first organization and administrator; answers the user's id. Refuses a link that was not printed by
 * this installation, and any link once there is a user: of two people using it at once, one succeeds.
 */
export async function setUp(db: Db, input: FirstAdministrator & { token: string }): Promise<string> {
  if (!(await setupLinkValid(db, input.token))) {
    throw new Problem(
      'forbidden',
      'This set-up link is not valid. Use the one that the server printed when it last started.',
      {
        reason: 'setup_link_invalid',
      },
    )
  }
  refuseWeakPassword(input.password, input.email)
  const passwordHash = await hashPassword(input.password)
  return db.transaction().execute(async (tx) => {
    await lockSetup(tx)
    if (!(await setupNeeded(tx))) {
      throw new Problem('conflict', 'Earmark is already set up. Sign in instead.', { reason: 'already_set_up' })
    }
    const userId = await createFirstAdministrator(tx, input, passwordHash)
    await tx.deleteFrom('setup_links').execute()
    return userId
  })
}

/** Set-up happens one at a time, on whichever server; until the end of the transaction nobody else sets up. */
export const lockSetup = (tx: Db) =>
  sql`select pg_advisory_xact_lock(hashtextextended('earmark:first-setup', 0))`.execute(tx)

async function createFirstAdministrator(tx: Tx, input: FirstAdministrator, passwordHash: string): Promise<string> {
  const orgId = newId()
  await tx
    .insertInto('organizations')
    .values({ id: orgId, name: input.organization, slug: slugOf(input.organization) })
    .execute()
  const userId = await createUser(tx, input, passwordHash)
  await addMember(tx, { org_id: orgId, user_id: userId, role: 'admin' })
  return userId
}
