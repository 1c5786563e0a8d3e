// Sending files: what an agent attaches waits with its message; the sender uploads it before it sends.
import { sql } from 'kysely'
import type { Actor } from '../access/actor.ts'
import type { GraphApi } from '../channels/whatsapp/client.ts'
import { uploadMedia } from '../channels/whatsapp/media-client.ts'
import type { SendAnswer } from '../channels/whatsapp/send-answer.ts'
import type { OutgoingPayload } from '../channels/whatsapp/sending.ts'
import { withHeaderFile, type SentTemplatePart } from '../channels/whatsapp/template-part.ts'
import type { Db, Tx } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import { newId } from '../lib/ids.ts'
import type { SentFile } from '../lib/route.ts'
import { MOST_SENT_BYTES, SENT_AS } from './sendable-schema.ts'
import { CHUNK_BYTES } from './media.ts'
import type { Taken } from './outbox.ts'
import { plainType } from './reading-media.ts'
import { writeMessage } from './sending.ts'

interface Attached extends SentFile {
  file_name?: string | undefined
  caption?: string | undefined
  reply_to?: string | undefined
  client_key?: string | undefined
}

/** The type of a file, and the kind of message as which it goes. Refuses what WhatsApp would not take. */
export function checkFile({ bytes, mime_type }: SentFile): {
  mimeType: string
  type: 'image' | 'video' | 'audio' | 'document'
} {
  const mimeType = plainType(mime_type)
  const type = Object.hasOwn(SENT_AS, mimeType) ? SENT_AS[mimeType] : undefined
  if (type === undefined)
    throw new Problem(
      'invalid',
      'WhatsApp takes no files of this type. Send a JPEG or PNG image, an MP4 video, a recording, a PDF, an Office document or plain text.',
      {
        reason: 'file_type_not_taken',
      },
    )
  if (bytes.length === 0)
    throw new Problem('invalid', 'The file is empty. Choose another one.', { reason: 'file_empty' })
  const max = MOST_SENT_BYTES[type]
  if (bytes.length > max)
    throw new Problem(
      'invalid',
      `The file is too large: at most ${max / 1_000_000} MB. Make it smaller, or send a link to it.`,
      {
        reason: 'file_too_large',
        data: { max },
      },
    )
  return { mimeType, type }
}

/** Keeps the file of a message, for the sender to upload and for the thread to show. */
export async function keepFileOf(
  tx: Tx,
  actor: Actor,
  messageId: string,
  { bytes, mimeType, file_name }: { bytes: Uint8Array; mimeType: string; file_name?: string | undefined },
): Promise<void> {
  const id = newId()
  await sql`
    insert into media (org_id, id, message_id, mime_type, size, file_name, state, stored_at)
    values (${actor.org_id}, ${id}, ${messageId}, ${mimeType}, ${bytes.length}, ${file_name ?? null}, 'stored', clock_timestamp())`.execute(
    tx,
  )
  for (let n = 0; n * CHUNK_BYTES < bytes.length; n++)
    await sql`
      insert into media_chunks (org_id, media_id, n, bytes)
      values (${actor.org_id}, ${id}, ${n}, ${Buffer.from(bytes.subarray(n * CHUNK_BYTES, (n + 1) * CHUNK_BYTES))})`.execute(
      tx,
    )
}

/**
 * Sends a file to the customer; answers the message's id. Refuses what WhatsApp would not take, and whatever `sendMessage`
 * refuses. A repeat sends it again: the call's Idempotency-Key guards against that.
 */
export async function sendMedia(tx: Tx, actor: Actor, conversationId: string, file: Attached): Promise<string> {
  const { bytes, file_name, reply_to, client_key } = file
  const { mimeType, type } = checkFile(file)
  const caption = file.caption?.trim() || null
  if (caption !== null && type === 'audio')
    throw new Problem('invalid', 'WhatsApp shows no text under a recording. Send the text as a message of its own.', {
      reason: 'caption_not_taken',
      field: 'caption',
    })
  const part = {
    ...(caption === null ? {} : { caption }),
    ...(type === 'document' ? { filename: file_name ?? 'document' } : {}),
  }
  const messageId = await writeMessage(tx, actor, conversationId, { type, text: caption, part, reply_to, client_key })
  await keepFileOf(tx, actor, messageId, { bytes, mimeType, file_name })
  return messageId
}

const CARRYING = new Set<string>([...Object.values(SENT_AS), 'template'])

/** WhatsApp forgets uploads after 30 days. */
const UPLOAD_KEPT = sql`interval '29 days'`

/**
 * The payload of a message with the file that belongs to it, which is uploaded first; without one, as it is. Else what
 * WhatsApp or the network answered: nothing was sent by then, so it is never uncertain.
 */
export async function withUpload(
  db: Db,
  api: GraphApi,
  phoneNumberId: string,
  { org_id, message_id, payload }: Taken,
): Promise<OutgoingPayload | Exclude<SendAnswer, { outcome: 'accepted' }>> {
  if (!CARRYING.has(payload.type)) return payload
  const { rows } = await sql<{ id: string; wa_media_id: string | null; mime_type: string; file_name: string | null }>`
    select id, case when uploaded_at > clock_timestamp() - ${UPLOAD_KEPT} then wa_media_id end as wa_media_id, mime_type, file_name
    from media where org_id = ${org_id} and message_id = ${message_id}`.execute(db)
  const media = rows[0]
  if (!media) return payload
  let id = media.wa_media_id
  if (id === null) {
    const { rows: pieces } = await sql<{ bytes: Buffer }>`
      select bytes from media_chunks where org_id = ${org_id} and media_id = ${media.id} order by n`.execute(db)
    const bytes = Buffer.concat(pieces.map((piece) => piece.bytes))
    const file = { bytes, mime_type: media.mime_type, file_name: media.file_name ?? media.id }
    const answer = await uploadMedia(api, phoneNumberId, file)
    if (answer.outcome !== 'uploaded') return answer
    ;({ id } = answer)
    await sql`update media set wa_media_id = ${id}, uploaded_at = clock_timestamp() where org_id = ${org_id} and id = ${media.id}`.execute(
      db,
    )
  }
  const part = payload[payload.type] as object
  return {
    ...payload,
    [payload.type]:
      payload.type === 'template'
        ? withHeaderFile(part as SentTemplatePart, { id, file_name: media.file_name })
        : { ...part, id },
  }
}
