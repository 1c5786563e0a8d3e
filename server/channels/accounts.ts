// WhatsApp accounts and their numbers: connecting, changing, listing; their secrets sealed.
import { sql } from 'kysely'
import type { z } from 'zod'
import type { Actor } from '../access/actor.ts'
import { recordAct } from '../audit/recording.ts'
import type { Config } from '../config.ts'
import { lockIdentities, rescopeIdentities } from '../contacts/identity-rows.ts'
import { encrypt, newToken, tryDecrypt } from '../lib/crypto.ts'
import type { Db, Tx } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import { newId } from '../lib/ids.ts'
import { forgetRefusedToken } from './pausing.ts'
import type { Channel, ChannelName, CreateWhatsAppAccount, UpdateWhatsAppAccount, WhatsAppAccount } from './schema.ts'
import { opens, purpose } from './sealing.ts'

/** What opening and sealing an account's secrets, and naming its address, needs. */
export interface Vault {
  config: Config
  secretKey: Buffer
}

export const callbackPath = (accountId: string): string => `/webhooks/whatsapp/${accountId}`

interface AccountRow extends Omit<
  WhatsAppAccount,
  | 'callback_url'
  | 'verify_token'
  | 'has_access_token'
  | 'secrets_lost'
  | 'refused_count'
  | 'waiting_count'
  | 'problem_count'
> {
  verify_token: Buffer
  app_secret: Buffer
  access_token: Buffer | null
  refused_count: number | string
  waiting_count: number | string
  problem_count: number | string
}

async function readAccounts(
  db: Db,
  { config, secretKey }: Vault,
  orgId: string,
  id?: string,
): Promise<WhatsAppAccount[]> {
  const { rows } = await sql<AccountRow>`
    select a.id, a.kind, a.name, a.portfolio_id, a.waba_id, a.verify_token, a.app_secret, a.access_token, a.created_at,
      a.last_delivery_at, a.refused_count, a.last_refused_at, a.last_refused_reason,
      (select count(*) from deliveries d where d.org_id = a.org_id and d.account_id = a.id and d.interpreted_at is null) as waiting_count,
      (select count(*) from deliveries d where d.org_id = a.org_id and d.account_id = a.id and d.problem is not null) as problem_count,
      coalesce((select jsonb_agg(jsonb_build_object('phone_number_id', n.number, 'deliveries', n.deliveries) order by n.deliveries desc, n.number) from (
        select number, count(*) as deliveries from deliveries d cross join unnest(d.left_for) as number
        where d.org_id = a.org_id and d.account_id = a.id and d.left_for is not null group by number order by 2 desc limit 20) n), '[]') as other_numbers
    from whatsapp_accounts a
    where a.org_id = ${orgId} ${id === undefined ? sql`` : sql`and a.id = ${id}`}
    order by a.created_at, a.id`.execute(db)
  const channels = await db
    .selectFrom('channels')
    .select(['id', 'account_id', 'name', 'phone_number_id', 'phone', 'created_at'])
    .where('org_id', '=', orgId)
    .orderBy('created_at')
    .orderBy('id')
    .execute()
  return rows.map(({ app_secret: appSecret, access_token: accessToken, ...row }) => ({
    ...row,
    has_access_token: accessToken !== null,
    verify_token: tryDecrypt(secretKey, purpose(row.id, 'verify_token'), row.verify_token) ?? '',
    secrets_lost:
      !opens(secretKey, row.id, 'app_secret', appSecret) || !opens(secretKey, row.id, 'access_token', accessToken),
    callback_url: config.publicUrl + callbackPath(row.id),
    channels: channels
      .filter((channel) => channel.account_id === row.id)
      .map(({ account_id: _, ...channel }): Channel => channel),
    refused_count: Number(row.refused_count),
    waiting_count: Number(row.waiting_count),
    problem_count: Number(row.problem_count),
  }))
}

export const listAccounts = (db: Db, vault: Vault, actor: Actor): Promise<WhatsAppAccount[]> =>
  readAccounts(db, vault, actor.org_id)

/** The numbers of the organization with their names and nothing of their accounts' secrets; the oldest account first. */
export async function listChannels(db: Db, actor: Actor): Promise<ChannelName[]> {
  const { rows } = await sql<ChannelName>`
    select c.id, c.name, c.phone, a.name as account_name, a.kind = 'test' as test,
      case when c.paused_until > now() then c.pause_reason end as paused
    from channels c join whatsapp_accounts a on a.org_id = c.org_id and a.id = c.account_id
    where c.org_id = ${actor.org_id}
    order by a.created_at, a.id, c.created_at, c.id`.execute(db)
  return rows
}

/** One account of the actor's organization; refuses any other id. */
export async function getAccount(db: Db, vault: Vault, actor: Actor, id: string): Promise<WhatsAppAccount> {
  const [account] = await readAccounts(db, vault, actor.org_id, id)
  if (!account) throw accountMissing()
  return account
}

/** Connects an account with its numbers. Refuses a number that the organization has already, with reason `number_taken`. */
export async function createAccount(
  tx: Tx,
  vault: Vault,
  actor: Actor,
  input: z.output<typeof CreateWhatsAppAccount>,
  kind: 'live' | 'test' = 'live',
): Promise<WhatsAppAccount> {
  const id = newId()
  const { secretKey } = vault
  await tx
    .insertInto('whatsapp_accounts')
    .values({
      org_id: actor.org_id,
      id,
      kind,
      name: input.name,
      portfolio_id: input.portfolio_id,
      waba_id: input.waba_id,
      app_secret: encrypt(secretKey, purpose(id, 'app_secret'), input.app_secret),
      verify_token: encrypt(secretKey, purpose(id, 'verify_token'), newToken()),
      access_token:
        input.access_token === '' ? null : encrypt(secretKey, purpose(id, 'access_token'), input.access_token),
    })
    .execute()
  for (const [index, channel] of input.channels.entries())
    await insertChannel(tx, actor, id, channel, `channels.${index}.`)
  // The test phone's account comes by itself.
  if (kind === 'live')
    await recordAct(tx, actor, {
      act: 'whatsapp_account.connected',
      subject: { id, name: input.name },
      details: {
        portfolio_id: input.portfolio_id,
        waba_id: input.waba_id,
        numbers: input.channels.map(({ phone }) => phone),
      },
    })
  return getAccount(tx, vault, actor, id)
}

/**
 * Changes what is given. A new app secret leaves the one before accepted, until the next change; the same one again
 * changes nothing. A corrected portfolio takes the ids along that were read under the wrong one.
 */
export async function updateAccount(
  tx: Tx,
  vault: Vault,
  actor: Actor,
  id: string,
  input: z.output<typeof UpdateWhatsAppAccount>,
): Promise<WhatsAppAccount> {
  const { access_token: accessToken, name, portfolio_id, waba_id } = input
  const { secretKey } = vault
  const before = await lockAccount(tx, actor, id)
  const current = tryDecrypt(secretKey, purpose(id, 'app_secret'), before.app_secret)
  const appSecret = input.app_secret === current ? undefined : input.app_secret
  const tokenLost = tryDecrypt(secretKey, purpose(id, 'verify_token'), before.verify_token) === null
  await sql`
    update whatsapp_accounts set
      name = coalesce(${name ?? null}, name),
      portfolio_id = coalesce(${portfolio_id ?? null}, portfolio_id),
      waba_id = coalesce(${waba_id ?? null}, waba_id),
      previous_app_secret = case when ${appSecret !== undefined} then app_secret else previous_app_secret end,
      verify_token = coalesce(${tokenLost && appSecret !== undefined ? encrypt(secretKey, purpose(id, 'verify_token'), newToken()) : null}, verify_token),
      app_secret = coalesce(${appSecret === undefined ? null : encrypt(vault.secretKey, purpose(id, 'app_secret'), appSecret)}, app_secret),
      access_token = coalesce(${accessToken === undefined ? null : encrypt(vault.secretKey, purpose(id, 'access_token'), accessToken)}, access_token)
    where org_id = ${actor.org_id} and id = ${id}`.execute(tx)
  if (accessToken !== undefined) await forgetRefusedToken(tx, actor.org_id, id)
  if (portfolio_id !== undefined && portfolio_id !== before.portfolio_id)
    await followPortfolio(tx, actor, before.portfolio_id, portfolio_id)
  const secrets = [
    ...(appSecret === undefined ? [] : ['app_secret']),
    ...(accessToken === undefined ? [] : ['access_token']),
  ]
  await recordChanges(tx, actor, before, { name, portfolio_id, waba_id }, secrets)
  return getAccount(tx, vault, actor, id)
}

/** What was really changed; of secrets only that they were. */
async function recordChanges(
  tx: Tx,
  actor: Actor,
  before: LockedAccount,
  given: { [F in 'name' | 'portfolio_id' | 'waba_id']: string | undefined },
  secrets: string[],
): Promise<void> {
  const fields = (['name', 'portfolio_id', 'waba_id'] as const).filter(
    (field) => given[field] !== undefined && given[field] !== before[field],
  )
  const changed = [...fields, ...secrets]
  if (changed.length === 0 || before.kind === 'test') return
  const pick = (from: typeof given) => Object.fromEntries(fields.map((field) => [field, from[field]]))
  await recordAct(tx, actor, {
    act: 'whatsapp_account.changed',
    subject: { id: before.id, name: given.name ?? before.name },
    details: { changed, before: pick(before), after: pick(given) },
  })
}

interface LockedAccount {
  id: string
  kind: string
  name: string
  portfolio_id: string
  waba_id: string
  app_secret: Buffer
  verify_token: Buffer
}

async function lockAccount(tx: Tx, actor: Actor, id: string): Promise<LockedAccount> {
  const { rows } = await sql<LockedAccount>`
    select id, kind, name, portfolio_id, waba_id, app_secret, verify_token from whatsapp_accounts
    where org_id = ${actor.org_id} and id = ${id} for update`.execute(tx)
  if (!rows[0]) throw accountMissing()
  return rows[0]
}

const accountMissing = () =>
  new Problem('not_found', 'There is no such WhatsApp account in this organization.', { reason: 'account_missing' })

/** Unless another account is of the old portfolio: then nobody can tell which ids were read under the wrong one. */
async function followPortfolio(tx: Tx, actor: Actor, from: string, to: string): Promise<void> {
  const { rows } =
    await sql`select 1 from whatsapp_accounts where org_id = ${actor.org_id} and kind = 'live' and portfolio_id = ${from} limit 1`.execute(
      tx,
    )
  if (rows.length > 0) return
  await lockIdentities(tx, actor.org_id)
  await rescopeIdentities(tx, actor.org_id, from, to)
}

export async function addChannel(
  tx: Tx,
  vault: Vault,
  actor: Actor,
  accountId: string,
  channel: Omit<Channel, 'id' | 'created_at'>,
): Promise<WhatsAppAccount> {
  const { name } = await getAccount(tx, vault, actor, accountId)
  await insertChannel(tx, actor, accountId, channel, '')
  // What came for this number before it was connected is taken in now; what is known already changes nothing.
  await sql`update deliveries set interpreted_at = null, left_for = null
    where org_id = ${actor.org_id} and left_for @> array[${channel.phone_number_id}]`.execute(tx)
  await recordAct(tx, actor, {
    act: 'whatsapp_account.number_added',
    subject: { id: accountId, name },
    details: { number: channel.phone, name: channel.name },
  })
  return getAccount(tx, vault, actor, accountId)
}

async function insertChannel(
  tx: Tx,
  actor: Actor,
  accountId: string,
  channel: Omit<Channel, 'id' | 'created_at'>,
  path: string,
): Promise<void> {
  const row = await tx
    .insertInto('channels')
    .values({
      org_id: actor.org_id,
      id: newId(),
      account_id: accountId,
      name: channel.name,
      phone_number_id: channel.phone_number_id,
      phone: channel.phone,
    })
    .onConflict((conflict) => conflict.columns(['org_id', 'phone_number_id']).doNothing())
    .returning('id')
    .executeTakeFirst()
  if (!row) {
    throw new Problem('conflict', 'A number with this phone number ID is connected already.', {
      reason: 'number_taken',
      field: `${path}phone_number_id`,
    })
  }
}

/** What the webhook needs of an account. */
export interface AccountSecrets {
  org_id: string
  id: string
  app_secrets: string[]
  verify_token: string
}

/** The account that a webhook's address names, whatever its organization; null when there is none. */
export async function findAccountSecrets(db: Db, secretKey: Buffer, id: string): Promise<AccountSecrets | null> {
  const row = await db
    .selectFrom('whatsapp_accounts')
    .select(['org_id', 'id', 'app_secret', 'previous_app_secret', 'verify_token'])
    .where('id', '=', id)
    .executeTakeFirst()
  if (!row) return null
  const secrets = [row.app_secret, row.previous_app_secret].flatMap(
    (sealed) => (sealed && tryDecrypt(secretKey, purpose(id, 'app_secret'), sealed)) ?? [],
  )
  const verifyToken = tryDecrypt(secretKey, purpose(id, 'verify_token'), row.verify_token)
  if (secrets.length === 0 || verifyToken === null) {
    throw new Problem(
      'unavailable',
      'The secrets of this account were sealed under another SECRET_KEY. Enter them again in Settings → WhatsApp.',
      { reason: 'secrets_lost' },
    )
  }
  return { org_id: row.org_id, id: row.id, app_secrets: secrets, verify_token: verifyToken }
}

/** The token with which Meta is asked about the account's numbers; null when there is none, or it cannot be opened. */
export async function findAccessToken(db: Db, secretKey: Buffer, actor: Actor, id: string): Promise<string | null> {
  const row = await db
    .selectFrom('whatsapp_accounts')
    .select('access_token')
    .where('org_id', '=', actor.org_id)
    .where('id', '=', id)
    .executeTakeFirst()
  return row?.access_token ? tryDecrypt(secretKey, purpose(id, 'access_token'), row.access_token) : null
}

/** Adds refused deliveries to the account's count, with the last reason. */
export async function recordRefusals(db: Db, accountId: string, count: number, reason: string): Promise<void> {
  await sql`update whatsapp_accounts set refused_count = refused_count + ${count}, last_refused_at = now(), last_refused_reason = ${reason}
    where id = ${accountId}`.execute(db)
}
