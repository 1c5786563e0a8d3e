// Webhook endpoints as administrators and keys manage them: made, changed, given another secret, switched off and on.
import { sql } from 'kysely'
import type { z } from 'zod'
import { systemActor, type Actor } from '../access/actor.ts'
import type { Server } from '../access/door.ts'
import { recordAct } from '../audit/recording.ts'
import { recordEvents } from '../events/events.ts'
import type { Db, Tx } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import { newId } from '../lib/ids.ts'
import { OutgoingError } from '../lib/outgoing.ts'
import type { EndpointKey } from './line.ts'
import { BOTH_SIGN_HOURS, MOST_COUNTED, type OFF_REASONS, type Webhook, type WebhookSettings } from './schema.ts'
import { newSecret, openSecret, openSecrets, sealSecret } from './signing.ts'

const MOST_ENDPOINTS = 50

type Settings = z.output<typeof WebhookSettings>
type Vault = Pick<Server, 'secretKey'>

const counted = (state: 'waiting' | 'given_up') => sql`(
  select count(*)::int from (select from webhook_dispatches d where d.org_id = w.org_id and d.endpoint_id = w.id and d.state = ${sql.lit(state)} limit ${MOST_COUNTED}) c)`

const columns = sql`w.id, w.url, w.description, w.types, w.created_at, w.created_by_name as created_by,
  case when w.old_until > now() then w.old_until end as old_secret_until, w.off_at, w.off_reason, w.off_by_name as off_by,
  w.failing_since, case when w.paused_until > now() then w.paused_until end as paused_until, w.last_accepted_at,
  ${counted('waiting')} as waiting, ${counted('given_up')} as given_up`

export async function listWebhooks(db: Db, actor: Actor): Promise<Webhook[]> {
  const { rows } = await sql<Webhook>`
    select ${columns} from webhook_endpoints w where w.org_id = ${actor.org_id} order by w.created_at, w.id`.execute(db)
  return rows
}

export async function getWebhook(db: Db, actor: Actor, id: string): Promise<Webhook> {
  const { rows } = await sql<Webhook>`
    select ${columns} from webhook_endpoints w where w.org_id = ${actor.org_id} and w.id = ${id}`.execute(db)
  if (!rows[0]) throw missing()
  return rows[0]
}

/**
 * Refuses an address that this server would not send to: one without https, unless the operator allows private addresses,
 * one that is private, or whose name nobody knows. The same is checked whenever something is sent.
 */
export async function checkAddress(
  { config, outgoing }: Pick<Server, 'config' | 'outgoing'>,
  url: string,
): Promise<void> {
  if (!url.startsWith('https:') && config.allowPrivateAddresses === false)
    throw new Problem(
      'invalid',
      'Write an address that begins with https://, so that nobody on the way can read along.',
      {
        reason: 'webhook_url_plain',
        field: 'url',
      },
    )
  try {
    await outgoing.check(url)
  } catch (error) {
    if (!(error instanceof OutgoingError)) throw error
    const host = new URL(url).hostname
    if (error.reason === 'address_private')
      throw new Problem(
        'invalid',
        `${host} is not a public address. Whoever runs Earmark can allow it by ALLOW_PRIVATE_ADDRESSES.`,
        { reason: 'webhook_url_private', field: 'url', data: { host } },
      )
    throw new Problem('invalid', `There is no host ${host}. Check the address.`, {
      reason: 'webhook_host_unknown',
      field: 'url',
      data: { host },
    })
  }
}

export interface NewWebhook {
  webhook: Webhook
  secret: string
}

/** Makes one that is told of what happens from now on; `secret` is told here alone. Refuses the fifty-first. */
export async function createWebhook(
  tx: Tx,
  { secretKey }: Vault,
  actor: Actor,
  { url, description, types }: Settings,
): Promise<NewWebhook> {
  const { org_id } = actor
  // Of two at once the second counts the first.
  await sql`select from organizations where id = ${org_id} for no key update`.execute(tx)
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from webhook_endpoints where org_id = ${org_id}`.execute(tx)
  if (rows[0]!.count >= MOST_ENDPOINTS)
    throw new Problem('conflict', `There are ${MOST_ENDPOINTS} webhooks already. Delete one of them first.`, {
      reason: 'too_many_webhooks',
      data: { most: MOST_ENDPOINTS },
    })
  const id = newId()
  const secret = newSecret()
  await sql`
    insert into webhook_endpoints (org_id, id, url, description, types, secret, position, created_by_name)
    values (${org_id}, ${id}, ${url}, ${description}, ${types}::text[], ${sealSecret(secretKey, id, secret)},
      coalesce((select position from event_positions where org_id = ${org_id}), 0), ${actor.name})`.execute(tx)
  await record(tx, actor, 'webhook.created', { id, url }, { description, types })
  return { webhook: await getWebhook(tx, actor, id), secret }
}

/** Changes address, description and types. The same again changes nothing. */
export async function updateWebhook(
  tx: Tx,
  actor: Actor,
  id: string,
  { url, description, types }: Settings,
): Promise<Webhook> {
  const before = await lockWebhook(tx, actor, id)
  const was = { url: before.url, description: before.description, types: before.types }
  const is = { url, description, types }
  if (JSON.stringify(was) === JSON.stringify(is)) return getWebhook(tx, actor, id)
  await sql`
    update webhook_endpoints set url = ${url}, description = ${description}, types = ${types}::text[],
      -- Another address may be one that answers.
      paused_until = case when url = ${url} then paused_until end
    where org_id = ${actor.org_id} and id = ${id}`.execute(tx)
  const [told, tells] = [was, is].map((each) => ({ ...each, url: shown(each.url) }))
  await record(tx, actor, 'webhook.changed', { id, url }, { before: told, after: tells })
  return getWebhook(tx, actor, id)
}

/** Deletes it with its log; what waits is not sent. */
export async function deleteWebhook(tx: Tx, actor: Actor, id: string): Promise<void> {
  const { url } = await lockWebhook(tx, actor, id)
  await sql`delete from webhook_endpoints where org_id = ${actor.org_id} and id = ${id}`.execute(tx)
  await record(tx, actor, 'webhook.deleted', { id, url })
}

/** Replaces the secret. The one before it signs as well for a day, unless this server cannot open it any more. */
export async function rotateWebhook(tx: Tx, { secretKey }: Vault, actor: Actor, id: string): Promise<NewWebhook> {
  const { url, secret: old } = await lockWebhook(tx, actor, id)
  const secret = newSecret()
  const keep = openSecret(secretKey, id, old) !== null
  await sql`
    update webhook_endpoints set secret = ${sealSecret(secretKey, id, secret)}, old_secret = ${keep ? sql`secret` : null},
      old_until = ${keep ? sql`clock_timestamp() + make_interval(hours => ${BOTH_SIGN_HOURS})` : null}
    where org_id = ${actor.org_id} and id = ${id}`.execute(tx)
  await record(tx, actor, 'webhook.rotated', { id, url })
  return { webhook: await getWebhook(tx, actor, id), secret }
}

/** Sends nothing more. Of one that was switched off by itself it says that a person knows, and wants it so. */
export async function switchOff(tx: Tx, actor: Actor, id: string): Promise<Webhook> {
  const { url, off_reason } = await lockWebhook(tx, actor, id)
  if (off_reason !== 'person') {
    await sql`
      update webhook_endpoints set off_at = coalesce(off_at, clock_timestamp()), off_reason = 'person', off_by_name = ${actor.name}
      where org_id = ${actor.org_id} and id = ${id}`.execute(tx)
    await record(tx, actor, 'webhook.switched_off', { id, url }, { reason: 'person' })
  }
  return getWebhook(tx, actor, id)
}

/** Earmark's own switching off, which administrators are told of above every screen. What waits is kept. */
export async function switchOffByItself(
  tx: Tx,
  { org_id, id }: EndpointKey,
  reason: Exclude<(typeof OFF_REASONS)[number], 'person'>,
): Promise<void> {
  const { rows } = await sql<{ url: string }>`
    update webhook_endpoints set off_at = clock_timestamp(), off_reason = ${reason}, off_by_name = null
    where org_id = ${org_id} and id = ${id} and off_at is null returning url`.execute(tx)
  const [switched] = rows
  if (switched) await record(tx, systemActor(org_id), 'webhook.switched_off', { id, url: switched.url }, { reason })
}

/**
 * Sends again: from what waits, whose three days begin anew, or from now, which passes over what waits and what happened
 * meanwhile; both can be replayed. One that is on stays as it is. Refuses one whose secret this server cannot open.
 */
export async function switchOn(
  tx: Tx,
  { secretKey }: Vault,
  actor: Actor,
  id: string,
  { from }: { from: 'waiting' | 'now' },
): Promise<Webhook> {
  const { url, off_at, secret } = await lockWebhook(tx, actor, id)
  if (off_at === null) return getWebhook(tx, actor, id)
  if (openSecret(secretKey, id, secret) === null)
    throw new Problem('conflict', 'This server cannot open the secret of the webhook. Replace the secret first.', {
      reason: 'webhook_secret_lost',
    })
  const waiting = sql`org_id = ${actor.org_id} and endpoint_id = ${id} and state = 'waiting'`
  if (from === 'now') {
    const skipped = JSON.stringify({ at: new Date().toISOString(), status: null, failure: 'skipped', took_ms: 0 })
    await sql`
      update webhook_dispatches set state = 'given_up', settled_at = now(), tries = tries || ${skipped}::jsonb where ${waiting}`.execute(
      tx,
    )
  } else
    await sql`update webhook_dispatches set attempts = 0, first_tried_at = null, next_at = now() where ${waiting}`.execute(
      tx,
    )
  await sql`
    update webhook_endpoints set off_at = null, off_reason = null, off_by_name = null, failing_since = null, failures = 0, paused_until = null
      ${from === 'now' ? sql`, position = coalesce((select position from event_positions where org_id = ${actor.org_id}), 0)` : sql``}
    where org_id = ${actor.org_id} and id = ${id}`.execute(tx)
  await record(tx, actor, 'webhook.switched_on', { id, url }, { resumes: from })
  return getWebhook(tx, actor, id)
}

/** The organizations, of these, with a webhook that was switched off by itself, and nobody has said that it may stay so. */
export async function findSwitchedOff(db: Db, orgIds: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ org_id: string }>`
    select distinct org_id from webhook_endpoints where org_id = any(${orgIds}::uuid[]) and off_reason <> 'person'`.execute(
    db,
  )
  return rows.map((row) => row.org_id)
}

interface LockedRow extends Settings {
  secret: Buffer
  off_at: string | null
  off_reason: Webhook['off_reason']
}

/** Where a test goes, and what signs it. */
export async function findSecrets(
  db: Db,
  secretKey: Buffer,
  actor: Actor,
  id: string,
): Promise<{ url: string; secrets: string[] }> {
  const { rows } = await sql<{ url: string; secret: Buffer; old_secret: Buffer | null }>`
    select url, secret, case when old_until > now() then old_secret end as old_secret
    from webhook_endpoints where org_id = ${actor.org_id} and id = ${id}`.execute(db)
  if (!rows[0]) throw missing()
  const { url, ...sealed } = rows[0]
  return { url, secrets: openSecrets(secretKey, id, sealed) }
}

/** Holds it until the transaction ends: what is being put in line, and others who change it, wait. */
export async function lockWebhook(tx: Tx, actor: Actor, id: string): Promise<LockedRow> {
  const { rows } = await sql<LockedRow>`
    select url, description, types, secret, off_at, off_reason from webhook_endpoints
    where org_id = ${actor.org_id} and id = ${id} for update`.execute(tx)
  if (!rows[0]) throw missing()
  return rows[0]
}

const missing = () =>
  new Problem('not_found', 'There is no such webhook in this organization.', { reason: 'webhook_endpoint_missing' })

/** Where to, without what some receivers take for a password. */
const shown = (url: string) => `${new URL(url).origin}${new URL(url).pathname}`

async function record(
  tx: Tx,
  actor: Actor,
  act: Parameters<typeof recordAct>[2]['act'],
  { id, url }: { id: string; url: string },
  details?: Record<string, unknown>,
): Promise<void> {
  await recordAct(tx, actor, { act, subject: { id, name: shown(url) }, ...(details && { details }) })
  await recordEvents(tx, actor, [{ kind: 'organization.webhooks_changed' }])
}
