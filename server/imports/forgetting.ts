// Forgetting what was uploaded: of contacts that are erased at once, of files that nobody began with after a day, refused rows after some weeks.
import { sql } from 'kysely'
import type { Db, Tx } from '../lib/db.ts'
import { noFile } from './imports.ts'
import { KEEP_REFUSED_DAYS, KEEP_UNSTARTED_HOURS } from './schema.ts'

/**
 * Takes erased contacts out of all staged and refused rows, so that no import brings them back. A file that was not begun with
 * is forgotten as a whole, as it cannot be searched: when it was checked, what was staged of it can still be imported. The
 * caller holds the lock of identities, under which rows are written.
 */
export async function forgetInImports(
  tx: Tx,
  orgId: string,
  contactIds: readonly string[],
  keys: readonly string[],
): Promise<void> {
  const gone = noFile()
  const error = JSON.stringify({ reason: gone.details.reason, message: gone.message })
  // A check under way ends by it, once its page is staged.
  await sql`
    update imports set status = 'failed', error = ${error}::jsonb, check_no = check_no + 1
    where org_id = ${orgId} and status in ('uploading', 'uploaded', 'checking')`.execute(tx)
  await sql`delete from import_parts where org_id = ${orgId}`.execute(tx)
  await sql`
    delete from import_rows where org_id = ${orgId} and (keys && ${keys}::text[] or contact_id = any(${contactIds}::uuid[]))`.execute(
    tx,
  )
}

/** Deletes files that were not begun with, and refused rows that were kept long enough; any number of servers may do so at once. */
export async function forgetOldImports(db: Db): Promise<void> {
  await sql`delete from imports where status <> 'started' and touched_at < now() - make_interval(hours => ${KEEP_UNSTARTED_HOURS})`.execute(
    db,
  )
  await sql`
    delete from import_rows r using imports i join operations o on o.org_id = i.org_id and o.id = i.operation_id
    where r.org_id = i.org_id and r.import_id = i.id and o.finished_at < now() - make_interval(days => ${KEEP_REFUSED_DAYS})`.execute(
    db,
  )
}
