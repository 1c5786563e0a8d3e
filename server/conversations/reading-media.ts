// Reads the file of a message, piece by piece, whatever size it has.
import { sql } from 'kysely'
import type { Actor } from '../access/actor.ts'
import type { RangedFile } from '../lib/byte-range.ts'
import type { Db } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import { CHUNK_BYTES, mediaMissing } from './media.ts'

/** What browsers show or play without running anything in it; all else is saved. Images as vectors are programs. */
const SHOWN: Readonly<Record<string, string>> = {
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/webp': 'webp',
  'image/gif': 'gif',
  'audio/aac': 'aac',
  'audio/amr': 'amr',
  'audio/mp4': 'm4a',
  'audio/mpeg': 'mp3',
  'audio/ogg': 'ogg',
  'audio/webm': 'webm',
  'video/3gpp': '3gp',
  'video/mp4': 'mp4',
  'video/webm': 'webm',
}

/** Refuses an id that is not in the actor's organization, and a file that is not here, or not yet. */
export async function openMedia(db: Db, actor: Actor, id: string): Promise<RangedFile> {
  const { rows } = await sql<{ state: string; mime_type: string | null; size: number; file_name: string | null }>`
    select state, mime_type, size, file_name from media where org_id = ${actor.org_id} and id = ${id}`.execute(db)
  const media = rows[0]
  if (!media) throw mediaMissing()
  if (media.state !== 'stored')
    throw new Problem('conflict', 'This file has not come from WhatsApp. The message says what became of it.', {
      reason: 'media_not_here',
    })
  const type = plainType(media.mime_type)
  const ending = SHOWN[type]
  return {
    type,
    inline: ending !== undefined,
    name: media.file_name ?? (ending === undefined ? id : `${id}.${ending}`),
    size: media.size,
    tag: id,
    read: (from, to) => read(db, actor.org_id, id, from, to),
  }
}

/** Without parameters such as codecs. */
export const plainType = (mimeType: string | null): string => (mimeType ?? '').split(';')[0]!.trim().toLowerCase()

async function* read(db: Db, orgId: string, id: string, from: number, to: number): AsyncGenerator<Buffer> {
  for (let at = from; at < to;) {
    const n = Math.floor(at / CHUNK_BYTES)
    const { rows } = await sql<{ bytes: Buffer }>`
      select bytes from media_chunks where org_id = ${orgId} and media_id = ${id} and n = ${n}`.execute(db)
    // Erased in the middle: the connection breaks, and nobody takes a part for the whole.
    if (!rows[0]) throw new Error('A piece of the file is not there any more.')
    const begin = n * CHUNK_BYTES
    yield rows[0].bytes.subarray(at - begin, to - begin)
    at = begin + CHUNK_BYTES
  }
}
