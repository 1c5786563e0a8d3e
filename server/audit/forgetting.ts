// Forgetting an erased contact in the audit log: who did what and when stays, a search that named the contact does not.
import { sql } from 'kysely'
import type { Tx } from '../lib/db.ts'

/** Blanks the searches by which contacts were exported, where they named the contact. */
export async function forgetSearches(tx: Tx, orgId: string, isSearched: (search: string) => boolean): Promise<void> {
  const { rows } = await sql<{ id: number | string; search: string }>`
    select id, details -> 'filter' ->> 'search' as search from audit_entries
    where org_id = ${orgId} and act = 'contacts.exported' and details -> 'filter' ->> 'search' is not null`.execute(tx)
  const named = rows.filter((row) => isSearched(row.search)).map((row) => row.id)
  await sql`update audit_entries set details = jsonb_set(details, '{filter,search}', '"…"')
    where org_id = ${orgId} and id = any(${named}::bigint[])`.execute(tx)
}
