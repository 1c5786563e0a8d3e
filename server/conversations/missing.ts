// What whoever asks for a conversation that is not there is told: into which one it went, when its contact was merged.
import { sql } from 'kysely'
import type { Db } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'

export async function conversationMissing(db: Db, orgId: string, id: string): Promise<Problem> {
  const into = await findJoinedBy(db, orgId, id)
  return into === null
    ? new Problem('not_found', 'There is no such conversation in this organization.', {
        reason: 'conversation_missing',
      })
    : new Problem('not_found', 'This conversation is part of another one now, because two contacts were merged.', {
        reason: 'conversation_merged',
        data: { merged_into: into },
      })
}

/** What went into another conversation, of a merge `m` that stands. */
const joined = sql`contact_merges m cross join lateral jsonb_to_recordset(m.conversations) as e (id uuid, "into" uuid)`

/** The conversation that took this one in, however many merges ago; null when none did. */
async function findJoinedBy(db: Db, orgId: string, id: string): Promise<string | null> {
  let into: string | null = null
  // All these ids begin with the time: of the merges only the later ones are looked at.
  for (let after = id; ;) {
    // oxlint-disable-next-line no-await-in-loop -- each leads to the next
    const { rows } = await sql<{ merge_id: string; into: string }>`
      select m.id as merge_id, e."into" from ${joined}
      where m.org_id = ${orgId} and m.id > ${after} and m.undone_at is null and e.id = ${into ?? id} and e."into" is not null limit 1`.execute(
      db,
    )
    if (!rows[0]) break
    after = rows[0].merge_id
    into = rows[0].into
  }
  if (into === null) return null
  const { rows } = await sql`select from conversations where org_id = ${orgId} and id = ${into}`.execute(db)
  return rows.length > 0 ? into : null
}

/** The conversations that went into one of a contact, by way of others too: their ids lead to it. */
export async function joinedInto(db: Db, orgId: string, contactId: string, id: string): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    with recursive contact as (
      select ${contactId}::uuid as id
      union select m.merged_id from contact k join contact_merges m on m.org_id = ${orgId} and m.kept_id = k.id and m.undone_at is null
    ), went as materialized (
      select e.id, e."into" from contact k join ${joined} on m.org_id = ${orgId} and m.kept_id = k.id
      where m.undone_at is null and e."into" is not null
    ), chain as (
      select id from went where "into" = ${id}
      union select w.id from chain c join went w on w."into" = c.id
    ) select id from chain order by id`.execute(db)
  return rows.map((row) => row.id)
}
