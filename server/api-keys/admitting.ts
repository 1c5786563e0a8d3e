// Letting a key in: who it is, whether it is taken from there and now, and noting that it was used.
import { sql } from 'kysely'
import type { Actor } from '../access/actor.ts'
import type { Scope } from '../access/scopes.ts'
import { tokenHash } from '../lib/crypto.ts'
import { prepared, type Db } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'

export interface AdmittedKey {
  actor: Actor & { kind: 'api_key' }
  scopes: readonly Scope[]
  per_minute: number
}

interface KeyRow {
  org_id: string
  id: string
  name: string
  kind: 'third_party' | 'ai_agent'
  scopes: Scope[]
  per_minute: number
  revoked: boolean
  expired: boolean
  replaced: boolean
  from_here: boolean
  stale: boolean
}

/**
 * The key that is called by this secret from this address. Refuses one that is unknown, revoked, expired, replaced for longer
 * than the time that was given, or not to be used from there. Asks the database each time: what is taken away counts at once.
 */
export async function admitKey(db: Db, secret: string, address: string): Promise<AdmittedKey> {
  const hash = tokenHash(secret)
  const from = withoutMapping(address)
  const { rows } = await sql<KeyRow>`
    select org_id, id, name, kind, scopes, per_minute, revoked_at is not null as revoked,
      coalesce(expires_at <= now(), false) as expired, secret_hash <> ${hash} and old_until <= now() as replaced,
      allowed_ips is null or ${from}::inet <<= any(allowed_ips::cidr[]) as from_here,
      coalesce(last_used_at < now() - interval '1 minute', true) as stale
    from api_keys where secret_hash = ${hash} or old_secret_hash = ${hash}`.execute(prepared(db))
  const key = rows[0]
  if (!key)
    throw new Problem(
      'unauthenticated',
      'There is no such API key. Look at Settings → API keys, and at how you sent it.',
      { reason: 'key_unknown' },
    )
  if (key.revoked)
    throw new Problem('unauthenticated', 'This API key was revoked. Ask an administrator for another one.', {
      reason: 'key_revoked',
    })
  if (key.expired)
    throw new Problem('unauthenticated', 'This API key has expired. Ask an administrator to extend it.', {
      reason: 'key_expired',
    })
  if (key.replaced)
    throw new Problem('unauthenticated', 'This API key was replaced by a new one. Use that one.', {
      reason: 'key_replaced',
    })
  if (!key.from_here)
    throw new Problem('forbidden', `This API key may not be used from ${from}. An administrator can allow it.`, {
      reason: 'address_not_allowed',
      data: { address: from },
    })
  if (key.stale)
    await sql`update api_keys set last_used_at = now(), last_used_from = ${from}
      where org_id = ${key.org_id} and id = ${key.id}`.execute(db)
  const { org_id, id, name, kind, scopes, per_minute } = key
  return { actor: { kind: 'api_key', key_kind: kind, org_id, id, name, address: from }, scopes, per_minute }
}

/** An address of version 4 as a socket of version 6 tells it. */
const withoutMapping = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, '')
