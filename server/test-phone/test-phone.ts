// The test phone: an account whose customers are played, so that everything can be tried without Meta.
import { randomInt } from 'node:crypto'
import { sql, type RawBuilder } from 'kysely'
import type { Actor } from '../access/actor.ts'
import { recordAct } from '../audit/recording.ts'
import { newToken } from '../lib/crypto.ts'
import type { Db, Tx } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import { lockIdentities } from '../contacts/identity-rows.ts'
import { eraseTestContacts } from '../contacts/erasing.ts'
import { forgetContacts, recordEvents } from '../events/events.ts'
import { createAccount, getAccount, updateAccount, type Vault } from '../channels/accounts.ts'
import { forgetTestDeliveries } from '../channels/deliveries.ts'
import type { WhatsAppAccount } from '../channels/schema.ts'
import { newestMessages } from '../conversations/thread.ts'
import { forgetDispatches } from '../webhooks/forgetting.ts'
import { BEHAVES, shownTo } from './behaviour.ts'
import type { Behaviour, TestMessage } from './schema.ts'

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

export interface Customer {
  id: string
  phone: string | null
  user_id: string | null
  username: string | null
  display_name: string | null
  last_seen_at: string | null
}

const customers = (orgId: string, which: RawBuilder<unknown>) => sql<Customer & { behaviour: Behaviour }>`
  select c.id, c.phone, c.username, c.display_name, c.last_seen_at, (
    select i.value from contact_identities i where i.org_id = c.org_id and i.contact_id = c.id and i.kind = 'bsuid' order by i.retired_at nulls first, i.created_at desc limit 1) as user_id,
    ${BEHAVES} as behaviour
  from contacts c left join test_phone_customers b on b.org_id = c.org_id and b.contact_id = c.id
  where c.org_id = ${orgId} and c.test ${which}`

/** Refuses a contact that is not played. */
export async function getCustomer(db: Db, actor: Actor, contactId: string): Promise<Customer> {
  const { rows } = await customers(actor.org_id, sql`and c.id = ${contactId}`).execute(db)
  if (!rows[0])
    throw new Problem('not_found', 'There is no such customer on the test phone.', { reason: 'customer_missing' })
  return rows[0]
}

/** The number that played customers write to, and the customers, most recently seen first. */
export async function getTestPhone(
  db: Db,
  actor: Actor,
): Promise<{ phone: string | null; customers: (Customer & { behaviour: Behaviour })[] }> {
  const channel = await db
    .selectFrom('channels as c')
    .innerJoin('whatsapp_accounts as a', (join) =>
      join.onRef('a.org_id', '=', 'c.org_id').onRef('a.id', '=', 'c.account_id'),
    )
    .select('c.phone')
    .where('c.org_id', '=', actor.org_id)
    .where('a.kind', '=', 'test')
    .executeTakeFirst()
  const { rows } = await customers(
    actor.org_id,
    sql`order by c.last_seen_at desc nulls last, c.id desc limit 200`,
  ).execute(db)
  return { phone: channel?.phone ?? null, customers: rows }
}

/** The newest 200 messages of a played customer, oldest first, and whether they see that somebody writes. Of their own it says whether they see that it was read. Refuses a contact that is not played. */
export async function listTestMessages(
  db: Db,
  actor: Actor,
  contactId: string,
): Promise<{ messages: TestMessage[]; writing_until: string | null }> {
  await getCustomer(db, actor, contactId)
  const messages = await newestMessages(db, actor, contactId, 200)
  const { read_to, writing_until } = await shownTo(db, actor.org_id, contactId)
  return {
    messages: messages.toReversed().map((message) => ({
      ...message,
      arrived: message.delivery === null || ARRIVED.has(message.delivery.state),
      was_read: message.direction === 'in' && read_to !== null && message.id <= read_to,
    })),
    writing_until,
  }
}

const ARRIVED: ReadonlySet<string> = new Set(['delivered', 'read', 'played'])

/** Erases every played contact of the organization with all that hangs on it; answers how many there were. */
export async function clearTestPhone(tx: Tx, actor: Actor): Promise<number> {
  await lockIdentities(tx, actor.org_id)
  const ids = await eraseTestContacts(tx, actor.org_id)
  await forgetDispatches(tx, actor.org_id, await forgetContacts(tx, actor.org_id, ids))
  if (ids.length > 0) await recordEvents(tx, actor, [{ kind: 'contacts.erased' }])
  await forgetTestDeliveries(tx, actor.org_id)
  if (ids.length > 0) await recordAct(tx, actor, { act: 'test_contacts.erased', details: { contacts: ids.length } })
  return ids.length
}
