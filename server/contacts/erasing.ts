// Erasing contacts for good, with everything that hangs on them.
import { sql } from 'kysely'
import type { Tx } from '../lib/db.ts'

/** Erases the organization's played contacts, their messages, identities, tags and conflicts; answers their ids. */
export async function eraseTestContacts(tx: Tx, orgId: string): Promise<string[]> {
  // Identities, messages and assignments go with the contact by their foreign keys.
  const { rows } = await sql<{
    id: string
  }>`delete from contacts where org_id = ${orgId} and test returning id`.execute(tx)
  const ids = rows.map((row) => row.id)
  await sql`delete from contact_conflicts where org_id = ${orgId} and (contact_id = any(${ids}::uuid[]) or other_contact_id = any(${ids}::uuid[]))`.execute(
    tx,
  )
  await sql`delete from contact_merges where org_id = ${orgId} and (kept_id = any(${ids}::uuid[]) or merged_id = any(${ids}::uuid[]))`.execute(
    tx,
  )
  await sql`delete from pending_identity_changes where org_id = ${orgId} and (change ->> 'test')::boolean`.execute(tx)
  return ids
}
