// The business portfolio to which WhatsApp's own ids of a file belong.
import { sql } from 'kysely'
import type { Db } from '../lib/db.ts'
import type { ImportSettings, RowReason } from './schema.ts'

/** Null when none is connected, or when it is not clear which: then with the reason for which new ids are refused. */
export type Portfolio = { id: string; reason: null } | { id: null; reason: RowReason }

/** The one that the settings name, or the only one of the connected accounts. */
export async function portfolioOf(
  db: Db,
  orgId: string,
  { portfolio_id: named }: Pick<ImportSettings, 'portfolio_id'>,
): Promise<Portfolio> {
  const { rows } = await sql<{ portfolio_id: string }>`
    select distinct portfolio_id from whatsapp_accounts where org_id = ${orgId} and kind = 'live'`.execute(db)
  const meant = rows.filter(({ portfolio_id: id }) => named === undefined || id === named)
  if (meant.length === 1) return { id: meant[0]!.portfolio_id, reason: null }
  return { id: null, reason: rows.length === 0 ? 'row_portfolio_missing' : 'row_portfolio_unknown' }
}
