// Saved replies: texts that an organization keeps, so that agents need not write them again.
import { sql } from 'kysely'
import type { z } from 'zod'
import type { Actor } from '../access/actor.ts'
import { recordEvents } from '../events/events.ts'
import type { Db, Tx } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import { nameKey } from '../lib/fold.ts'
import { newId } from '../lib/ids.ts'
import type { SavedReply, SavedReplyInput } from './schema.ts'

type Input = z.output<typeof SavedReplyInput>

const MOST = 1000

/** All of them, by name. */
export async function listSavedReplies(db: Db, actor: Actor): Promise<SavedReply[]> {
  return db
    .selectFrom('saved_replies')
    .select(['id', 'name', 'text', 'updated_at'])
    .where('org_id', '=', actor.org_id)
    .orderBy(sql`name_key collate "C"`)
    .execute()
}

/** Saves one. Refuses a name that another bears, ignoring case and spacing (`reply_name_taken`), and more than a thousand. */
export async function createSavedReply(tx: Tx, actor: Actor, { name, text }: Input): Promise<SavedReply> {
  const { rows: counted } = await sql<{ count: number }>`
    select count(*)::int as count from saved_replies where org_id = ${actor.org_id}`.execute(tx)
  if (counted[0]!.count >= MOST)
    throw new Problem('conflict', `There are ${MOST} saved replies already. Delete some of them first.`, {
      reason: 'too_many_replies',
      data: { most: MOST },
    })
  const { rows } = await sql<SavedReply>`
    insert into saved_replies (org_id, id, name, name_key, text) values (${actor.org_id}, ${newId()}, ${name}, ${nameKey(name)}, ${text})
    on conflict on constraint saved_replies_name_unique do nothing returning id, name, text, updated_at`.execute(tx)
  if (!rows[0]) throw nameTaken(name)
  await recordEvents(tx, actor, [{ kind: 'replies.changed' }])
  return rows[0]
}

/** Changes one. Refuses what `createSavedReply` refuses, and what somebody changed since `seen_at` (`changed_meanwhile`). */
export async function updateSavedReply(
  tx: Tx,
  actor: Actor,
  id: string,
  { name, text, seen_at }: Input & { seen_at?: string | undefined },
): Promise<SavedReply> {
  const { rows: before } = await sql<SavedReply>`
    select id, name, text, updated_at from saved_replies where org_id = ${actor.org_id} and id = ${id} for update`.execute(
    tx,
  )
  if (!before[0]) throw replyMissing()
  if (before[0].name === name && before[0].text === text) return before[0]
  if (seen_at !== undefined && Date.parse(seen_at) !== Date.parse(before[0].updated_at))
    throw new Problem('conflict', 'Somebody has changed this meanwhile. Look at it again, then change it.', {
      reason: 'reply_changed_meanwhile',
      data: { reply: before[0] },
    })
  const { rows: namesakes } = await sql`
    select from saved_replies where org_id = ${actor.org_id} and name_key = ${nameKey(name)} and id <> ${id}`.execute(
    tx,
  )
  if (namesakes.length > 0) throw nameTaken(name)
  const { rows } = await sql<SavedReply>`
    update saved_replies set name = ${name}, name_key = ${nameKey(name)}, text = ${text}, updated_at = clock_timestamp()
    where org_id = ${actor.org_id} and id = ${id} returning id, name, text, updated_at`.execute(tx)
  await recordEvents(tx, actor, [{ kind: 'replies.changed' }])
  return rows[0]!
}

/** Deletes one; refuses one that is not there. */
export async function deleteSavedReply(tx: Tx, actor: Actor, id: string): Promise<void> {
  const { rows } =
    await sql`delete from saved_replies where org_id = ${actor.org_id} and id = ${id} returning id`.execute(tx)
  if (rows.length === 0) throw replyMissing()
  await recordEvents(tx, actor, [{ kind: 'replies.changed' }])
}

const replyMissing = () =>
  new Problem('not_found', 'There is no such saved reply in this organization.', { reason: 'reply_missing' })

const nameTaken = (name: string) =>
  new Problem('conflict', `Another saved reply is named “${name}”. Choose another name.`, {
    reason: 'reply_name_taken',
    field: 'name',
    data: { name },
  })
