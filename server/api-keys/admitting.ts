// Letting keys in: who calls, whether the key is taken from there and now, and noting that it was used.
import { isIP } from 'node:net'
import { sql } from 'kysely'
import type { Actor } from '../access/actor.ts'
import type { Scope } from '../access/scopes.ts'
import { tokenHash } from '../lib/crypto.ts'
import { prepared, type Db } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import { gathered } from '../lib/gathering.ts'

export interface AdmittedKey {
  actor: Actor & { kind: 'api_key' }
  scopes: readonly Scope[]
  per_minute: number
}

interface KeyRow {
  n: number
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

interface Asked {
  hash: Buffer
  from: string
}

/**
 * The key that is called by this secret from this address. Refuses one that is unknown, revoked, expired, replaced for longer
 * than the time that was given, or not to be used from there. Asks the database each time: what is taken away counts at once.
 */
export async function admitKey(db: Db, secret: string, address: string): Promise<AdmittedKey> {
  const from = withoutMapping(address)
  return admitted(await findKey(db, { hash: tokenHash(secret), from }), from)
}

const findKey = gathered(async (db, asked: readonly Asked[]): Promise<(KeyRow | undefined)[]> => {
  // A system calls many times at once, with one key from one address.
  const nameOf = ({ hash, from }: Asked) => `${hash.toString('base64')} ${from}`
  const different = new Map(asked.map((each) => [nameOf(each), each]))
  const found = await readKeys(db, [...different.values()])
  const rows = new Map([...different.keys()].map((name, n) => [name, found.get(n + 1)]))
  return asked.map((each) => rows.get(nameOf(each)))
})

async function readKeys(db: Db, asked: readonly Asked[]): Promise<Map<number, KeyRow>> {
  const addresses = asked.map(({ from }) => (isIP(from) === 0 ? null : from))
  const { rows } = await sql<KeyRow>`
    select a.n::int as n, k.org_id, k.id, k.name, k.kind, k.scopes, k.per_minute, k.revoked_at is not null as revoked,
      coalesce(k.expires_at <= now(), false) as expired, k.secret_hash <> a.hash and k.old_until <= now() as replaced,
      k.allowed_ips is null or coalesce(a.address <<= any(k.allowed_ips::cidr[]), false) as from_here,
      coalesce(k.last_used_at < now() - interval '1 minute', true) as stale
    from unnest((select ${asked.map(({ hash }) => hash)}::bytea[]), (select ${addresses}::inet[])) with ordinality as a (hash, address, n)
    cross join lateral (
      select * from api_keys where secret_hash = a.hash
      union all select * from api_keys where old_secret_hash = a.hash
    ) k`.execute(prepared(db))
  for (const { org_id, id, n } of rows.filter((row) => row.stale && isTaken(row)))
    // To within a minute.
    await sql`update api_keys set last_used_at = now(), last_used_from = ${asked[n - 1]!.from}
      where org_id = ${org_id} and id = ${id}`.execute(db)
  return new Map(rows.map((row) => [row.n, row]))
}

const isTaken = ({ revoked, expired, replaced, from_here }: KeyRow) => !revoked && !expired && !replaced && from_here

function admitted(key: KeyRow | undefined, from: string): AdmittedKey {
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
  const { org_id, id, name, kind, scopes, per_minute } = key
  return { actor: { kind: 'api_key', key_kind: kind, org_id, id, name, address: from }, scopes, per_minute }
}

/** An address of version 4 as a socket of version 6 tells it, and one of a link without the name of the link. */
const withoutMapping = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '')
