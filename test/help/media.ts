// Files for tests: as if they had been fetched, without WhatsApp.
import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import { CHUNK_BYTES, insertMedia, noteStored, storeChunk, takeMedia } from '../../server/conversations/media.ts'
import type { Person, TestServer } from './server.ts'

/** Stores a file with a message, which had none; answers its id. */
export async function storeFile(
  server: TestServer,
  person: Person,
  messageId: string,
  { bytes, mime_type, file_name }: { bytes: Buffer; mime_type: string; file_name?: string },
): Promise<string> {
  const { org_id } = person.actor
  const content = { image: { id: randomBytes(8).toString('hex'), filename: file_name } }
  await server.db.transaction().execute((tx) => insertMedia(tx, org_id, [{ id: messageId, type: 'image', content }]))
  const { rows } = await sql<{ id: string }>`select id from media where message_id = ${messageId}`.execute(server.db)
  const taken = (await takeMedia(server.db, org_id, rows[0]!.id))!
  for (let n = 0; n * CHUNK_BYTES < bytes.length; n++)
    await storeChunk(server.db, taken, n, bytes.subarray(n * CHUNK_BYTES, (n + 1) * CHUNK_BYTES))
  await noteStored(server.db, taken, { mime_type, size: bytes.length })
  return taken.id
}
