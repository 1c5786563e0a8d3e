// Forgetting an erased contact in operations: their lists keep its place, under an id that is nobody's.
import { sql } from 'kysely'
import type { Tx } from '../lib/db.ts'

const NOBODY = '00000000-0000-0000-0000-000000000000'
/** In the place of a search that named the contact. */
const BLANK = '…'

/**
 * Takes the contacts out of the lists of all operations; what is still to be done with them fails as with anybody who was
 * erased meanwhile. A search that named one of them is blanked: what it found was taken when the operation began.
 */
export async function forgetInOperations(
  tx: Tx,
  orgId: string,
  contactIds: readonly string[],
  isSearched: (search: string) => boolean,
): Promise<void> {
  // A batch under way would write its failures afterwards.
  await sql`select id from operations where org_id = ${orgId} and status in ('waiting', 'running', 'cancelling') order by id for update`.execute(
    tx,
  )
  for (const id of contactIds) {
    await sql`
      update operation_batches set contact_ids = array_replace(contact_ids, ${id}::uuid, ${NOBODY}::uuid), created = array_remove(created, ${id}::uuid),
        renamed = (select coalesce(jsonb_agg(r), '[]') from jsonb_array_elements(renamed) r where r ->> 'contact_id' <> ${id}::text),
        failures = replace(failures::text, ${id}::text, ${NOBODY})::jsonb
      where org_id = ${orgId} and ${id}::uuid = any(contact_ids)`.execute(tx)
  }
  const { rows } = await sql<{ id: string; search: string }>`
    select id, request -> 'filter' ->> 'search' as search from operations
    where org_id = ${orgId} and request -> 'filter' ->> 'search' is not null`.execute(tx)
  const named = rows.filter((row) => isSearched(row.search)).map((row) => row.id)
  await sql`update operations set request = jsonb_set(request, '{filter,search}', to_jsonb(${BLANK}::text))
    where org_id = ${orgId} and id = any(${named}::uuid[])`.execute(tx)
}
