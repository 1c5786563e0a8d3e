// The test phone: an account whose customers are played, so that everything can be tried without Meta.
import { randomInt } from 'node:crypto'
import { sql } from 'kysely'
import type { z } from 'zod'
import type { Actor } from '../access/actor.ts'
import { recordAct } from '../audit/recording.ts'
import { newToken } from '../lib/crypto.ts'
import type { Db, Tx } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import { lockIdentities } from '../contacts/identity-rows.ts'
import { eraseTestContacts } from '../contacts/erasing.ts'
import { forgetContacts, recordEvents } from '../events/events.ts'
import { createAccount, findAccountSecrets, getAccount, updateAccount, type Vault } from './accounts.ts'
import type { PlayedMessage, TestMessage, WhatsAppAccount } from './schema.ts'
import { composeTextMessage } from './whatsapp/compose.ts'
import { signBody } from './whatsapp/signature.ts'

/** The organization's test account, made on first use and there for everybody at once; two first uses at once make one. */
export const openTestAccount = (db: Db, vault: Vault, actor: Actor): Promise<WhatsAppAccount> =>
  db.transaction().execute((tx) => testAccount(tx, vault, actor))

async function testAccount(tx: Tx, vault: Vault, actor: Actor): Promise<WhatsAppAccount> {
  await sql`select pg_advisory_xact_lock(hashtextextended('earmark:test-account:' || ${actor.org_id}::text, 0))`.execute(
    tx,
  )
  const existing = await findTestAccountId(tx, actor.org_id)
  if (existing) {
    const account = await getAccount(tx, vault, actor, existing)
    // Nobody else knows its secrets: under another SECRET_KEY it simply gets new ones.
    return account.secrets_lost ? updateAccount(tx, vault, actor, existing, { app_secret: newToken() }) : account
  }
  const number = String(randomInt(1_000_000, 9_999_999))
  return createAccount(
    tx,
    vault,
    actor,
    {
      name: 'Test phone',
      portfolio_id: '0',
      waba_id: '0',
      app_secret: newToken(),
      access_token: '',
      // 1 555 01x xxxx is set aside for fiction; the id only has to be unlike any of Meta's.
      channels: [{ name: 'Test phone', phone_number_id: `100000000${number}`, phone: '+15550100000' }],
    },
    'test',
  )
}

async function findTestAccountId(db: Db, orgId: string): Promise<string | null> {
  const row = await db
    .selectFrom('whatsapp_accounts')
    .select('id')
    .where('org_id', '=', orgId)
    .where('kind', '=', 'test')
    .executeTakeFirst()
  return row?.id ?? null
}

/** A signed delivery of one text message of a played customer, in Meta's shape, for the webhook of the test account. */
export async function composePlayed(
  db: Db,
  vault: Vault,
  account: WhatsAppAccount,
  played: Omit<z.output<typeof PlayedMessage>, 'from'> & { from?: string | undefined },
): Promise<{ body: string; signature: string }> {
  const [channel] = account.channels
  const secrets = await findAccountSecrets(db, vault.secretKey, account.id)
  if (!channel || !secrets) throw new Error('The test account has no number or no secret.')
  const body = composeTextMessage({
    phoneNumberId: channel.phone_number_id,
    displayPhone: channel.phone,
    wabaId: account.waba_id,
    from: played.from,
    userId: played.user_id,
    username: played.username?.replace(/^@/, ''),
    name: played.name === '' ? undefined : played.name,
    text: played.text,
    at: new Date(),
  })
  return { body, signature: signBody(body, secrets.app_secrets[0]!) }
}

interface Customer {
  id: string
  phone: string | null
  user_id: string | null
  username: string | null
  display_name: string | null
  last_seen_at: string | null
}

/** The number that played customers write to, and the customers, most recently seen first. */
export async function getTestPhone(db: Db, actor: Actor): Promise<{ phone: string | null; customers: Customer[] }> {
  const channel = await db
    .selectFrom('channels as c')
    .innerJoin('whatsapp_accounts as a', (join) =>
      join.onRef('a.org_id', '=', 'c.org_id').onRef('a.id', '=', 'c.account_id'),
    )
    .select('c.phone')
    .where('c.org_id', '=', actor.org_id)
    .where('a.kind', '=', 'test')
    .executeTakeFirst()
  const { rows } = await sql<Customer>`
    select c.id, c.phone, c.username, c.display_name, c.last_seen_at, (
      select i.value from contact_identities i where i.org_id = c.org_id and i.contact_id = c.id and i.kind = 'bsuid' order by i.retired_at nulls first, i.created_at desc limit 1) as user_id
    from contacts c where c.org_id = ${actor.org_id} and c.test order by c.last_seen_at desc nulls last, c.id desc limit 200`.execute(
    db,
  )
  return { phone: channel?.phone ?? null, customers: rows }
}

/** The newest 200 messages of a played customer, oldest first. Refuses a contact that is not played. */
export async function listTestMessages(db: Db, actor: Actor, contactId: string): Promise<TestMessage[]> {
  const { rows } = await sql<{
    test: boolean
  }>`select test from contacts where org_id = ${actor.org_id} and id = ${contactId}`.execute(db)
  if (!rows[0]?.test)
    throw new Problem('not_found', 'There is no such customer on the test phone.', { reason: 'customer_missing' })
  const messages = await db
    .selectFrom('messages')
    .select(['id', 'direction', 'type', 'text', 'sent_at'])
    .where('org_id', '=', actor.org_id)
    .where('contact_id', '=', contactId)
    .orderBy('sent_at', 'desc')
    .orderBy('id', 'desc')
    .limit(200)
    .execute()
  return messages.toReversed()
}

/** Erases every played contact of the organization with all that hangs on it; answers how many there were. */
export async function clearTestPhone(tx: Tx, actor: Actor): Promise<number> {
  await lockIdentities(tx, actor.org_id)
  const ids = await eraseTestContacts(tx, actor.org_id)
  await forgetContacts(tx, actor.org_id, ids)
  if (ids.length > 0) await recordEvents(tx, actor, [{ kind: 'contacts.erased' }])
  await sql`delete from deliveries d using whatsapp_accounts a
    where d.org_id = ${actor.org_id} and a.org_id = d.org_id and a.id = d.account_id and a.kind = 'test'`.execute(tx)
  if (ids.length > 0) await recordAct(tx, actor, { act: 'test_contacts.erased', details: { contacts: ids.length } })
  return ids.length
}
