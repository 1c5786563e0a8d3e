// WhatsApp accounts and their numbers: connecting, changing, listing; their secrets sealed.
import { sql } from 'kysely'
import type { z } from 'zod'
import type { Actor } from '../access/actor.ts'
import type { Config } from '../config.ts'
import { decrypt, encrypt, newToken } from '../lib/crypto.ts'
import type { Db, Tx } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import { newId } from '../lib/ids.ts'
import type { Channel, CreateWhatsAppAccount, UpdateWhatsAppAccount, WhatsAppAccount } from './schema.ts'

/** What opening and sealing an account's secrets, and naming its address, needs. */
export interface Vault {
  config: Config
  secretKey: Buffer
}

/** The column's and row's name are bound into each secret, so that it opens nowhere else. */
const purpose = (accountId: string, column: 'app_secret' | 'verify_token' | 'access_token') => `whatsapp_accounts.${column}:${accountId}`

export const callbackPath = (accountId: string): string => `/webhooks/whatsapp/${accountId}`

interface AccountRow extends Omit<WhatsAppAccount, 'callback_url' | 'verify_token' | 'refused_count' | 'waiting_count' | 'problem_count'> {
  verify_token: Buffer
  refused_count: number | string
  waiting_count: number | string
  problem_count: number | string
}

async function readAccounts(db: Db, { config, secretKey }: Vault, orgId: string, id?: string): Promise<WhatsAppAccount[]> {
  const { rows } = await sql<AccountRow>`
    select a.id, a.kind, a.name, a.portfolio_id, a.waba_id, a.verify_token, a.access_token is not null as has_access_token, a.created_at,
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
  return rows.map((row) => ({
    ...row,
    verify_token: decrypt(secretKey, purpose(row.id, 'verify_token'), row.verify_token),
    callback_url: config.publicUrl + callbackPath(row.id),
    channels: channels.filter((channel) => channel.account_id === row.id).map(({ account_id: _, ...channel }): Channel => channel),
    refused_count: Number(row.refused_count),
    waiting_count: Number(row.waiting_count),
    problem_count: Number(row.problem_count),
  }))
}

export const listAccounts = (db: Db, vault: Vault, actor: Actor): Promise<WhatsAppAccount[]> => readAccounts(db, vault, actor.org_id)

/** One account of the actor's organization; refuses any other id. */
export async function getAccount(db: Db, vault: Vault, actor: Actor, id: string): Promise<WhatsAppAccount> {
  const [account] = await readAccounts(db, vault, actor.org_id, id)
  if (!account) throw new Problem('not_found', 'There is no such WhatsApp account in this organization.')
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
      access_token: input.access_token === '' ? null : encrypt(secretKey, purpose(id, 'access_token'), input.access_token),
    })
    .execute()
  for (const [index, channel] of input.channels.entries()) await insertChannel(tx, actor, id, channel, `channels.${index}.`)
  return getAccount(tx, vault, actor, id)
}

/** Changes what is given. A new app secret leaves the one before accepted, until the next change. */
export async function updateAccount(
  tx: Tx,
  vault: Vault,
  actor: Actor,
  id: string,
  input: z.output<typeof UpdateWhatsAppAccount>,
): Promise<WhatsAppAccount> {
  const { app_secret: appSecret, access_token: accessToken, name, portfolio_id, waba_id } = input
  const { rows } = await sql`
    update whatsapp_accounts set
      name = coalesce(${name ?? null}, name),
      portfolio_id = coalesce(${portfolio_id ?? null}, portfolio_id),
      waba_id = coalesce(${waba_id ?? null}, waba_id),
      previous_app_secret = case when ${appSecret !== undefined} then app_secret else previous_app_secret end,
      app_secret = coalesce(${appSecret === undefined ? null : encrypt(vault.secretKey, purpose(id, 'app_secret'), appSecret)}, app_secret),
      access_token = coalesce(${accessToken === undefined ? null : encrypt(vault.secretKey, purpose(id, 'access_token'), accessToken)}, access_token)
    where org_id = ${actor.org_id} and id = ${id} returning id`.execute(tx)
  if (rows.length === 0) throw new Problem('not_found', 'There is no such WhatsApp account in this organization.')
  return getAccount(tx, vault, actor, id)
}

export async function addChannel(
  tx: Tx,
  vault: Vault,
  actor: Actor,
  accountId: string,
  channel: Omit<Channel, 'id' | 'created_at'>,
): Promise<WhatsAppAccount> {
  await getAccount(tx, vault, actor, accountId)
  await insertChannel(tx, actor, accountId, channel, '')
  // What came for this number before it was connected is taken in now; what is known already changes nothing.
  await sql`update deliveries set interpreted_at = null, left_for = null
    where org_id = ${actor.org_id} and left_for @> array[${channel.phone_number_id}]`.execute(tx)
  return getAccount(tx, vault, actor, accountId)
}

async function insertChannel(tx: Tx, actor: Actor, accountId: string, channel: Omit<Channel, 'id' | 'created_at'>, path: string): Promise<void> {
  const row = await tx
    .insertInto('channels')
    .values({ org_id: actor.org_id, id: newId(), account_id: accountId, name: channel.name, phone_number_id: channel.phone_number_id, phone: channel.phone })
    .onConflict((conflict) => conflict.columns(['org_id', 'phone_number_id']).doNothing())
    .returning('id')
    .executeTakeFirst()
  if (!row) {
    throw new Problem('conflict', 'A number with this phone number ID is connected already.', { reason: 'number_taken', field: `${path}phone_number_id` })
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
  const secrets = [row.app_secret, row.previous_app_secret].filter((sealed): sealed is Buffer => sealed !== null)
  return {
    org_id: row.org_id,
    id: row.id,
    app_secrets: secrets.map((sealed) => decrypt(secretKey, purpose(id, 'app_secret'), sealed)),
    verify_token: decrypt(secretKey, purpose(id, 'verify_token'), row.verify_token),
  }
}

/** Adds refused deliveries to the account's count, with the last reason. */
export async function recordRefusals(db: Db, accountId: string, count: number, reason: string): Promise<void> {
  await sql`update whatsapp_accounts set refused_count = refused_count + ${count}, last_refused_at = now(), last_refused_reason = ${reason}
    where id = ${accountId}`.execute(db)
}
