// API keys as administrators manage them: made, changed, replaced, revoked. Of a key only a hash is kept.
import { sql } from 'kysely'
import type { Actor } from '../access/actor.ts'
import type { Scope } from '../access/scopes.ts'
import { recordAct } from '../audit/recording.ts'
import { recordEvents } from '../events/events.ts'
import { newToken, tokenHash } from '../lib/crypto.ts'
import type { Db, Tx } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import { newId } from '../lib/ids.ts'
import type { ApiKey } from './schema.ts'

/** By it a leaked key is recognized, by people and by programs that look for secrets. */
const MARK = 'earmark_'
const SHOWN_LETTERS = MARK.length + 6
/** Revoked ones count: they are kept, so that what they did can be read. */
const MOST_KEYS = 500

interface Settings {
  name: string
  scopes: readonly Scope[]
  expires_at: string | null
  allowed_ips: readonly string[] | null
  per_minute: number
}

const columns = sql`id, name, kind, scopes, prefix,
  case when old_until > now() then old_prefix end as old_prefix, case when old_until > now() then old_until end as old_until,
  expires_at, allowed_ips, per_minute, created_at, created_by_name as created_by, last_used_at, last_used_from, revoked_at, revoked_by_name as revoked_by`

export async function listApiKeys(db: Db, actor: Actor): Promise<ApiKey[]> {
  const { rows } = await sql<ApiKey>`
    select ${columns} from api_keys where org_id = ${actor.org_id} order by revoked_at is not null, lower(name), id`.execute(
    db,
  )
  return rows
}

export interface NewApiKey {
  key: ApiKey
  secret: string
}

/** Makes a key; `secret` is told here alone. Refuses a time that is past, and the five-hundred-and-first. */
export async function createApiKey(
  tx: Tx,
  actor: Actor,
  { kind, ...settings }: Settings & { kind: ApiKey['kind'] },
): Promise<NewApiKey> {
  refusePast(settings)
  const { rows: counted } = await sql<{ count: number }>`
    select count(*)::int as count from api_keys where org_id = ${actor.org_id}`.execute(tx)
  if (counted[0]!.count >= MOST_KEYS)
    throw new Problem('conflict', `There are ${MOST_KEYS} keys already, revoked ones included. Change one of them.`, {
      reason: 'too_many_keys',
      data: { most: MOST_KEYS },
    })
  const { secret, prefix, hash } = newSecret()
  const { name, scopes, expires_at, allowed_ips, per_minute } = settings
  const { rows } = await sql<ApiKey>`
    insert into api_keys (org_id, id, name, kind, scopes, secret_hash, prefix, expires_at, allowed_ips, per_minute, created_by_id, created_by_name)
    values (${actor.org_id}, ${newId()}, ${name}, ${kind}, ${scopes}::text[], ${hash}, ${prefix}, ${expires_at}, ${networks(allowed_ips)}, ${per_minute}, ${actor.id}, ${actor.name})
    returning ${columns}`.execute(tx)
  const key = rows[0]!
  await recordAct(tx, actor, { act: 'key.created', subject: key, details: { kind, ...detailsOf(key) } })
  await tell(tx, actor)
  return { key, secret }
}

/** Changes everything but the kind and the key itself. Refuses one that is revoked or not there. */
export async function updateApiKey(tx: Tx, actor: Actor, id: string, settings: Settings): Promise<ApiKey> {
  const before = await lockKey(tx, actor, id)
  if (settings.expires_at !== before.expires_at) refusePast(settings)
  const { name, scopes, expires_at, allowed_ips, per_minute } = settings
  const { rows } = await sql<ApiKey>`
    update api_keys set name = ${name}, scopes = ${scopes}::text[], expires_at = ${expires_at}, allowed_ips = ${networks(allowed_ips)}, per_minute = ${per_minute}
    where org_id = ${actor.org_id} and id = ${id} returning ${columns}`.execute(tx)
  const key = rows[0]!
  const [was, is] = [before, key].map((each) => ({ name: each.name, ...detailsOf(each) }))
  if (JSON.stringify(was) === JSON.stringify(is)) return key
  await recordAct(tx, actor, { act: 'key.changed', subject: key, details: { before: was, after: is } })
  await tell(tx, actor)
  return key
}

/** Replaces the key. The one before it is taken for some hours more; one that was being replaced still is not any more. */
export async function rotateApiKey(
  tx: Tx,
  actor: Actor,
  id: string,
  { grace_hours }: { grace_hours: number },
): Promise<NewApiKey> {
  await lockKey(tx, actor, id)
  const { secret, prefix, hash } = newSecret()
  const keep = grace_hours > 0
  const { rows } = await sql<ApiKey>`
    update api_keys set secret_hash = ${hash}, prefix = ${prefix},
      old_secret_hash = ${keep ? sql`secret_hash` : null}, old_prefix = ${keep ? sql`prefix` : null},
      old_until = ${keep ? sql`clock_timestamp() + make_interval(hours => ${grace_hours})` : null}
    where org_id = ${actor.org_id} and id = ${id} returning ${columns}`.execute(tx)
  const key = rows[0]!
  await recordAct(tx, actor, { act: 'key.rotated', subject: key, details: { grace_hours } })
  await tell(tx, actor)
  return { key, secret }
}

/** Revokes it for good. Revoking again changes nothing. */
export async function revokeApiKey(tx: Tx, actor: Actor, id: string): Promise<ApiKey> {
  const before = await findForUpdate(tx, actor, id)
  if (before.revoked_at !== null) return before
  const { rows } = await sql<ApiKey>`
    update api_keys set revoked_at = clock_timestamp(), revoked_by_name = ${actor.name}
    where org_id = ${actor.org_id} and id = ${id} returning ${columns}`.execute(tx)
  await recordAct(tx, actor, { act: 'key.revoked', subject: before })
  await tell(tx, actor)
  return rows[0]!
}

function newSecret(): { secret: string; prefix: string; hash: Buffer } {
  const secret = MARK + newToken()
  return { secret, prefix: secret.slice(0, SHOWN_LETTERS), hash: tokenHash(secret) }
}

/** Bits behind the network's are cut off: 203.0.113.7/24 means its whole network. */
const networks = (allowed: readonly string[] | null) =>
  allowed === null
    ? sql`null`
    : sql`(
        select array_agg(case when masklen(n) = case family(n) when 4 then 32 else 128 end then host(n) else n::text end)
        from (select network(i::inet) as n from unnest(${allowed}::text[]) as i) each)`

const detailsOf = ({ scopes, expires_at, allowed_ips, per_minute }: ApiKey) => ({
  scopes,
  expires_at,
  allowed_ips,
  per_minute,
})

const tell = (tx: Tx, actor: Actor) => recordEvents(tx, actor, [{ kind: 'organization.keys_changed' }])

async function findForUpdate(tx: Tx, actor: Actor, id: string): Promise<ApiKey> {
  const { rows } = await sql<ApiKey>`
    select ${columns} from api_keys where org_id = ${actor.org_id} and id = ${id} for update`.execute(tx)
  if (!rows[0]) throw new Problem('not_found', 'There is no such key in this organization.', { reason: 'key_missing' })
  return rows[0]
}

async function lockKey(tx: Tx, actor: Actor, id: string): Promise<ApiKey> {
  const key = await findForUpdate(tx, actor, id)
  if (key.revoked_at !== null)
    throw new Problem('conflict', 'This key is revoked for good. Create another one.', { reason: 'key_revoked' })
  return key
}

function refusePast({ expires_at }: Pick<Settings, 'expires_at'>): void {
  if (expires_at !== null && Date.parse(expires_at) <= Date.now())
    throw new Problem('invalid', 'Choose a time that is still to come.', { reason: 'time_past', field: 'expires_at' })
}
