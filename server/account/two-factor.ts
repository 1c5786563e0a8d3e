// The second factor: an authenticator app (TOTP, RFC 6238), and recovery codes for when it is lost.
import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import { Secret, TOTP } from 'otpauth'
import { recordOwnAct } from '../audit/recording.ts'
import { encrypt, tokenHash, tryDecrypt } from '../lib/crypto.ts'
import type { Db, Tx } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'

interface Keyed {
  db: Db
  secretKey: Buffer
}

const STEP_SECONDS = 30
/** A clock may be this many codes early or late. */
const WINDOW = 1
const RECOVERY_CODES = 10
/** Without the letters that are taken for others. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'

const purposeOf = (userId: string) => `two_factors.secret:${userId}`
const totpOf = (email: string, secret: Secret) =>
  new TOTP({ issuer: 'Earmark', label: email, secret, digits: 6, period: STEP_SECONDS, algorithm: 'SHA1' })

/** Whether signing in asks for a code. It does also when the secret cannot be opened any more. */
export async function twoFactorOn(db: Db, userId: string): Promise<boolean> {
  const row = await db
    .selectFrom('two_factors')
    .select('user_id')
    .where('user_id', '=', userId)
    .where('confirmed_at', 'is not', null)
    .executeTakeFirst()
  return row !== undefined
}

export interface TwoFactorState {
  /** Since when; null when it is off. */
  on_since: string | null
  recovery_codes_left: number
  /** The app's codes cannot be checked: its secret was sealed under another SECRET_KEY. */
  unreadable: boolean
}

export async function getTwoFactor({ db, secretKey }: Keyed, userId: string): Promise<TwoFactorState> {
  const row = await db
    .selectFrom('two_factors')
    .select((eb) => [
      'secret',
      'confirmed_at',
      eb
        .selectFrom('recovery_codes')
        .select((inner) => inner.fn.countAll<number>().as('n'))
        .whereRef('recovery_codes.user_id', '=', 'two_factors.user_id')
        .as('codes'),
    ])
    .where('user_id', '=', userId)
    .where('confirmed_at', 'is not', null)
    .executeTakeFirst()
  return {
    on_since: row?.confirmed_at ?? null,
    recovery_codes_left: row?.codes ?? 0,
    unreadable: row !== undefined && tryDecrypt(secretKey, purposeOf(userId), row.secret) === null,
  }
}

/** Whose app's codes this key cannot check, because its secret was sealed under another one. */
export async function findLostTwoFactors({ db, secretKey }: Keyed): Promise<{ name: string; email: string }[]> {
  const rows = await db
    .selectFrom('two_factors as t')
    .innerJoin('users as u', 'u.id', 't.user_id')
    .select(['u.id', 'u.name', 'u.email', 't.secret'])
    .where('t.confirmed_at', 'is not', null)
    .orderBy('u.email_key')
    .execute()
  return rows.filter((row) => tryDecrypt(secretKey, purposeOf(row.id), row.secret) === null)
}

/**
 * Makes a secret for an authenticator app; nothing asks for it until a code of it was given. A repeat makes another, and
 * the one before is forgotten. Refuses while two-factor is on.
 */
export async function beginTwoFactor(
  tx: Tx,
  secretKey: Buffer,
  user: { id: string; email: string },
): Promise<{ secret: string; uri: string }> {
  const secret = new Secret({ size: 20 })
  const sealed = encrypt(secretKey, purposeOf(user.id), secret.base32)
  const { rows } = await sql`
    insert into two_factors (user_id, secret) values (${user.id}, ${sealed})
    on conflict (user_id) do update set secret = excluded.secret, created_at = now()
    where two_factors.confirmed_at is null returning user_id`.execute(tx)
  if (rows.length === 0) throw alreadyOn()
  return { secret: secret.base32, uri: totpOf(user.email, secret).toString() }
}

/** Turns two-factor on by a code of the app that was set up within the last hour; answers the recovery codes, this once. */
export async function confirmTwoFactor(
  tx: Tx,
  secretKey: Buffer,
  userId: string,
  code: string,
  address: string,
): Promise<string[]> {
  const { rows } = await sql<{ secret: Buffer; confirmed: boolean }>`
    select secret, confirmed_at is not null as confirmed from two_factors
    where user_id = ${userId} and (confirmed_at is not null or created_at > now() - interval '1 hour') for update`.execute(
    tx,
  )
  const row = rows[0]
  if (row?.confirmed === true) throw alreadyOn()
  const secret = row && tryDecrypt(secretKey, purposeOf(userId), row.secret)
  if (!secret) {
    throw new Problem('conflict', 'The setting up took too long. Close this and begin again.', {
      reason: 'two_factor_not_begun',
    })
  }
  const step = stepOf(secret, code)
  if (step === null) throw wrongCode('invalid')
  await tx
    .updateTable('two_factors')
    .set({ confirmed_at: sql<string>`now()`, last_step: step })
    .where('user_id', '=', userId)
    .execute()
  await recordOwnAct(tx, userId, address, { act: 'person.two_factor_changed', details: { on: true } })
  return makeRecoveryCodes(tx, userId)
}

/** Makes the recovery codes anew, and the old ones worthless; answers them, this once. */
export async function renewRecoveryCodes(tx: Tx, userId: string, address: string): Promise<string[]> {
  const codes = await makeRecoveryCodes(tx, userId)
  await recordOwnAct(tx, userId, address, { act: 'person.two_factor_changed', details: { recovery_codes: 'renewed' } })
  return codes
}

/** Turns two-factor off; answers whether it was on. */
export async function endTwoFactor(tx: Tx, userId: string): Promise<boolean> {
  const { rows } = await sql<{ was_on: boolean }>`
    delete from two_factors where user_id = ${userId} returning confirmed_at is not null as was_on`.execute(tx)
  return rows[0]?.was_on ?? false
}

/**
 * Accepts a code of the app, or a recovery code, and uses it up: of two calls with the same code, also at the same moment,
 * one is accepted. Refuses a wrong one, and says what to do when the app's secret cannot be opened.
 */
export async function useCode(
  db: Db,
  secretKey: Buffer,
  userId: string,
  code: string,
  as: 'invalid' | 'unauthenticated',
): Promise<void> {
  const typed = code.replaceAll(/[\s-]/g, '')
  if (!/^\d{6}$/.test(typed)) {
    const { rows } = await sql`delete from recovery_codes
      where user_id = ${userId} and code_hash = ${recoveryHash(typed)} returning user_id`.execute(db)
    if (rows.length === 0) throw wrongCode(as)
    return
  }
  const row = await db
    .selectFrom('two_factors')
    .select('secret')
    .where('user_id', '=', userId)
    .where('confirmed_at', 'is not', null)
    .executeTakeFirst()
  const secret = row ? tryDecrypt(secretKey, purposeOf(userId), row.secret) : undefined
  if (secret === null) {
    throw new Problem(
      as,
      'The codes of your app cannot be checked since the server’s SECRET_KEY was changed. Use a recovery code, or ask an administrator for a reset link that turns two-factor off.',
      { reason: 'two_factor_unreadable', field: 'code' },
    )
  }
  const step = secret === undefined ? null : stepOf(secret, typed)
  if (step === null) throw wrongCode(as)
  const { rows } = await sql`update two_factors set last_step = ${step}
    where user_id = ${userId} and last_step < ${step} returning user_id`.execute(db)
  if (rows.length === 0) throw wrongCode(as)
}

/** The count of half minutes to which a code belongs; null when it is none of now. */
function stepOf(secret: string, code: string): number | null {
  const token = code.replaceAll(/[\s-]/g, '')
  const timestamp = Date.now()
  const delta = totpOf('', Secret.fromBase32(secret)).validate({ token, timestamp, window: WINDOW })
  return delta === null ? null : Math.floor(timestamp / 1000 / STEP_SECONDS) + delta
}

async function makeRecoveryCodes(tx: Tx, userId: string): Promise<string[]> {
  const codes = Array.from({ length: RECOVERY_CODES }, newRecoveryCode)
  await tx.deleteFrom('recovery_codes').where('user_id', '=', userId).execute()
  await tx
    .insertInto('recovery_codes')
    .values(codes.map((code) => ({ user_id: userId, code_hash: recoveryHash(code) })))
    .execute()
  return codes
}

/** 80 random bits in groups of four: too many for whoever has the hashes. */
function newRecoveryCode(): string {
  const letters = [...randomBytes(16)].map((byte) => ALPHABET[byte % ALPHABET.length]!)
  return [0, 4, 8, 12].map((at) => letters.slice(at, at + 4).join('')).join('-')
}

const recoveryHash = (code: string): Buffer =>
  tokenHash(code.toLowerCase().replaceAll(/[\s-]/g, '').replaceAll('o', '0').replaceAll(/[il]/g, '1'))

const alreadyOn = () =>
  new Problem('conflict', 'Two-factor is on already. Turn it off first to set up another app.', {
    reason: 'two_factor_on',
  })

const wrongCode = (as: 'invalid' | 'unauthenticated') =>
  new Problem(as, 'This code is not right, or was used before. Wait for the next one.', {
    reason: 'code_wrong',
    field: 'code',
  })
