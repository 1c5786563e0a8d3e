// The files that played customers have sent, kept as WhatsApp keeps them.
import { randomInt } from 'node:crypto'
import { sql } from 'kysely'
import type { Actor } from '../access/actor.ts'
import type { GraphMedia } from '../channels/whatsapp/stand-in-media.ts'
import type { Db } from '../lib/db.ts'

/** Keeps a file; answers the id by which it is asked for. What is older than WhatsApp would keep it goes. */
export async function keepFile(
  db: Db,
  actor: Actor,
  contactId: string,
  { bytes, mime_type, file_name }: { bytes: Uint8Array; mime_type: string; file_name: string },
): Promise<string> {
  const id = `1${String(randomInt(10 ** 14)).padStart(14, '0')}`
  await db.transaction().execute(async (tx) => {
    await sql`delete from test_phone_files where org_id = ${actor.org_id} and created_at < now() - interval '30 days'`.execute(
      tx,
    )
    await sql`
      insert into test_phone_files (org_id, id, contact_id, mime_type, file_name, bytes)
      values (${actor.org_id}, ${id}, ${contactId}, ${mime_type}, ${file_name}, ${Buffer.from(bytes)})`.execute(tx)
  })
  return id
}

/** Null when there is none, or none any more. */
export async function findFile(db: Db, orgId: string, id: string): Promise<GraphMedia | null> {
  const { rows } = await sql<GraphMedia>`
    select id, mime_type, file_name, bytes from test_phone_files where org_id = ${orgId} and id = ${id}`.execute(db)
  return rows[0] ?? null
}
