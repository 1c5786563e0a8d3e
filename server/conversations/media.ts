// Media: the files that messages carry; which there are to fetch, and how one is read.
import { sql } from 'kysely'
import type { Actor } from '../access/actor.ts'
import { asObject, shortText } from '../channels/whatsapp/values.ts'
import type { Db, Tx } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import { newId } from '../lib/ids.ts'
import { tell } from './outbox.ts'

const KINDS = new Set(['image', 'audio', 'video', 'document', 'sticker'])

interface Carrying {
  id: string
  type: string
  content: unknown
}

/** Notes the files of messages that WhatsApp delivered; those without an id there cannot be fetched, and are left out. */
export async function insertMedia(tx: Tx, orgId: string, messages: readonly Carrying[]): Promise<void> {
  const found = messages.flatMap(({ id, type, content }) => {
    const part = KINDS.has(type) ? asObject(asObject(content)?.[type]) : null
    const waId = part?.['id']
    if (!part || typeof waId !== 'string' || !/^[\w.-]{1,200}$/.test(waId)) return []
    return [{ id, waId, mime: shortText(part['mime_type'], 200), name: shortText(part['filename'], 300) }]
  })
  if (found.length === 0) return
  await sql`
    insert into media (org_id, id, message_id, wa_media_id, mime_type, file_name)
    select ${orgId}, * from unnest(${found.map(() => newId())}::uuid[], ${found.map((each) => each.id)}::uuid[], ${found.map((each) => each.waId)}::text[],
      ${found.map((each) => each.mime)}::text[], ${found.map((each) => each.name)}::text[])
    on conflict (org_id, message_id) do nothing`.execute(tx)
}

/** How long WhatsApp keeps what customers send. https://developers.facebook.com/docs/whatsapp/cloud-api/reference/media */
export const KEPT_THERE = sql`interval '30 days'`

/**
 * Has a file fetched that was given up; answers the message that carries it. One that is here, or being fetched, stays as it
 * is. Refuses what WhatsApp keeps no more (`media_expired`), and what is larger than is kept here (`media_too_large`).
 */
export async function fetchAgain(tx: Tx, actor: Actor, id: string): Promise<string> {
  const { rows } = await sql<{ message_id: string; state: string; is_kept: boolean }>`
    select message_id, state, created_at + ${KEPT_THERE} > now() as is_kept
    from media where org_id = ${actor.org_id} and id = ${id} for update`.execute(tx)
  const media = rows[0]
  if (!media) throw mediaMissing()
  if (media.state === 'too_large')
    throw new Problem('conflict', 'This file is larger than is kept here. Ask the customer for a smaller one.', {
      reason: 'media_too_large',
    })
  if (media.state !== 'failed') return media.message_id
  if (!media.is_kept)
    throw new Problem('conflict', 'WhatsApp keeps files for 30 days, and this one is older. Ask the customer for it.', {
      reason: 'media_expired',
    })
  await sql`update media set state = 'waiting', attempts = 0, retry_at = null, error = null where org_id = ${actor.org_id} and id = ${id}`.execute(
    tx,
  )
  await tellOf(tx, actor.org_id, [media])
  return media.message_id
}

export const mediaMissing = () =>
  new Problem('not_found', 'There is no such file in this organization. It may have been erased.', {
    reason: 'media_missing',
  })

/** Of a file that is stored all pieces have this size, but the last. */
export const CHUNK_BYTES = 256 << 10

/** A file that is being fetched; `attempts` tells this time from others. */
export interface TakenMedia {
  org_id: string
  id: string
  wa_media_id: string
  channel_id: string
  attempts: number
  created_at: string
}

/** How many are looked at: more than all servers together fetch at once. */
const LOOKED_AT = 100

/** Files to be fetched now, except for these; oldest first. */
export async function findDueMedia(db: Db, except: readonly string[]): Promise<{ org_id: string; id: string }[]> {
  const { rows } = await sql<{ org_id: string; id: string }>`
    select org_id, id from media
    where state = 'waiting' and coalesce(retry_at, created_at) <= clock_timestamp() and id <> all(${except}::uuid[])
    order by coalesce(retry_at, created_at) limit ${LOOKED_AT}`.execute(db)
  return rows
}

/**
 * Begins anew with a file, for who holds the lock on it; null when it is not due. Should this server be stopped in the
 * middle, it is tried again at once; should the file itself bring servers down, less and less often.
 */
export async function takeMedia(db: Db, orgId: string, id: string): Promise<TakenMedia | null> {
  const { rows } = await sql<TakenMedia>`
    with taken as (
      update media set attempts = attempts + 1,
        retry_at = clock_timestamp() + case when attempts < 3 then interval '0' else make_interval(secs => least(3600, 2 ^ attempts)) end
      where org_id = ${orgId} and id = ${id} and state = 'waiting' and coalesce(retry_at, created_at) <= clock_timestamp()
      returning org_id, id, message_id, wa_media_id, attempts, created_at
    ), gone as (
      delete from media_chunks c using taken t where c.org_id = t.org_id and c.media_id = t.id
    )
    select t.org_id, t.id, t.wa_media_id, t.attempts, t.created_at, m.channel_id
    from taken t join messages m on m.org_id = t.org_id and m.id = t.message_id`.execute(db)
  return rows[0] ?? null
}

/** Keeps a piece; answers false when the file is not wanted any more. */
export async function storeChunk(
  db: Db,
  { org_id, id, attempts }: Pick<TakenMedia, 'org_id' | 'id' | 'attempts'>,
  n: number,
  bytes: Buffer,
): Promise<boolean> {
  const { rows } = await sql<{ n: number }>`
    insert into media_chunks (org_id, media_id, n, bytes)
    select org_id, id, ${n}::int, ${bytes}::bytea from media
    where org_id = ${org_id} and id = ${id} and state = 'waiting' and attempts = ${attempts} for key share
    returning n`.execute(db)
  return rows.length > 0
}

/** All of it is here. */
export const noteStored = (
  db: Db,
  taken: TakenMedia,
  { mime_type, size }: { mime_type: string; size: number },
): Promise<void> =>
  db.transaction().execute(async (tx) => {
    const { rows } = await sql<{ message_id: string }>`
      update media set state = 'stored', stored_at = clock_timestamp(), mime_type = ${mime_type}, size = ${size}, retry_at = null, error = null
      where ${stillTaken(taken)} returning message_id`.execute(tx)
    await tellOf(tx, taken.org_id, rows)
  })

/** It is tried again after that time; null is never. What came of it is dropped. */
export const noteTrouble = (
  db: Db,
  taken: TakenMedia,
  { error, retryInMs }: { error: string; retryInMs: number | null },
): Promise<void> =>
  db.transaction().execute(async (tx) => {
    const state = retryInMs !== null ? 'waiting' : error === 'too_large' ? 'too_large' : 'failed'
    const { rows } = await sql<{ message_id: string }>`
      update media set state = ${state}, error = ${error === 'too_large' ? null : error},
        retry_at = clock_timestamp() + make_interval(secs => ${retryInMs === null ? null : retryInMs / 1000})
      where ${stillTaken(taken)} returning message_id`.execute(tx)
    if (rows.length > 0)
      await sql`delete from media_chunks where org_id = ${taken.org_id} and media_id = ${taken.id}`.execute(tx)
    if (retryInMs === null) await tellOf(tx, taken.org_id, rows)
  })

const stillTaken = ({ org_id, id, attempts }: TakenMedia) =>
  sql`org_id = ${org_id} and id = ${id} and state = 'waiting' and attempts = ${attempts}`

async function tellOf(tx: Tx, orgId: string, media: readonly { message_id: string }[]): Promise<void> {
  const { rows } = await sql<{ contact_id: string; conversation_id: string | null }>`
    select contact_id, conversation_id from messages where org_id = ${orgId} and id = any(${media.map((each) => each.message_id)}::uuid[])`.execute(
    tx,
  )
  await tell(tx, orgId, rows)
}
