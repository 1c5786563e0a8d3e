// The business portfolio to which WhatsApp's own ids of a file belong.
import { sql } from 'kysely'
import type { Db } from '../lib/db.ts'

/** The one portfolio of the connected accounts; null when there is none, or when it is not clear which. */
export async function portfolioOf(db: Db, orgId: string): Promise<string | null> {
  const { rows } = await sql<{ portfolio_id: string }>`
    select distinct portfolio_id from whatsapp_accounts where org_id = ${orgId} and kind = 'live' limit 2`.execute(db)
  return rows.length === 1 ? rows[0]!.portfolio_id : null
}
