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

/** The conversation that took this one in, however many merges ago; null when none did. Both ids begin with the time: a merge has the later one. */
async function findJoinedBy(db: Db, orgId: string, id: string): Promise<string | null> {
  const { rows } = await sql<{ id: string }>`
    with recursive chain as (
      select m.id as merge_id, e."into" from ${joined}
      where m.org_id = ${orgId} and m.id > ${id} and m.undone_at is null and e.id = ${id} and e."into" is not null
      union all
      select m.id, e."into" from chain c cross join ${joined}
      where m.org_id = ${orgId} and m.id > c.merge_id and m.undone_at is null and e.id = c."into" and e."into" is not null
    ) select v.id from chain c join conversations v on v.org_id = ${orgId} and v.id = c."into" order by c.merge_id desc limit 1`.execute(
    db,
  )
  return rows[0]?.id ?? null
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
