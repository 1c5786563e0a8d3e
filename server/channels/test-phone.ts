// The test phone: an account whose customers are played, so that everything can be tried without Meta.
import { randomInt } from 'node:crypto'
import { sql } from 'kysely'
import type { Actor } from '../access/actor.ts'
import { newToken } from '../lib/crypto.ts'
import type { Db, Tx } from '../lib/db.ts'
import { createAccount, getAccount, type Vault } from './accounts.ts'
import type { WhatsAppAccount } from './schema.ts'

/** The organization's test account, made on first use; two first uses at once make one. */
export async function testAccount(tx: Tx, vault: Vault, actor: Actor): Promise<WhatsAppAccount> {
  await sql`select pg_advisory_xact_lock(hashtextextended('earmark:test-account:' || ${actor.org_id}::text, 0))`.execute(tx)
  const existing = await findTestAccountId(tx, actor.org_id)
  if (existing) return getAccount(tx, vault, actor, existing)
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
  const row = await db.selectFrom('whatsapp_accounts').select('id').where('org_id', '=', orgId).where('kind', '=', 'test').executeTakeFirst()
  return row?.id ?? null
}
