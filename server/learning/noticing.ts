// Noticing that people decided on tags, by the events, so that tagging itself costs nothing more.
import { sql } from 'kysely'
import type { Db } from '../lib/db.ts'

/** So many decisions are worth learning anew. */
const WORTH = 5
const MOST_ORGANIZATIONS = 200

/**
 * Looks through the events that came since it was done last, on whichever server, and has an organization learn anew after
 * five decisions of its people. An organization that is new here learns from its history.
 */
export async function noticeLessons(db: Db): Promise<void> {
  await sql`
    insert into learnings (org_id, seen_position, due_at)
    select p.org_id, p.position, now() from event_positions p where not exists (select from learnings l where l.org_id = p.org_id)
    on conflict do nothing`.execute(db)
  const { rows } = await sql<{ org_id: string; from: number; to: number }>`
    select l.org_id, l.seen_position as from, p.position as to from learnings l join event_positions p using (org_id)
    where l.seen_position <> p.position order by l.org_id limit ${MOST_ORGANIZATIONS}`.execute(db)
  for (const { org_id, from, to } of rows) {
    await sql`
      with decided as (
        select kind, contact_id, at from events
        where org_id = ${org_id} and seq > ${from} and seq <= ${to} and actor_kind = 'user' and (
          (kind = 'contact.tag_added' and (after is null or after -> 'why' is null or after -> 'why' ->> 'reason' = 'suggestion'))
          or (kind = 'contact.tag_removed' and source in ('ai_tool', 'ai_auto_close') and (after is null or after -> 'why' is null))
          or kind = 'suggestions.changed')
      ), counted as (
        -- Accepting a suggestion puts a tag on in the same transaction, and is one decision.
        select count(*)::int as n from decided d
        where d.kind <> 'suggestions.changed' or not exists (
          select from decided o where o.kind = 'contact.tag_added' and o.contact_id = d.contact_id and o.at = d.at)
      )
      update learnings l set seen_position = ${to}, new_lessons = l.new_lessons + c.n,
        due_at = case when l.new_lessons + c.n >= ${WORTH} then coalesce(l.due_at, now()) else l.due_at end
      from counted c where l.org_id = ${org_id} and l.seen_position = ${from}`.execute(db)
  }
}

/** Has those learn anew whose lessons, tags or messages are others than when they learned; nightly. */
export async function learnNightly(db: Db): Promise<void> {
  await sql`
    update learnings l set due_at = now()
    where due_at is null and (new_lessons > 0 or (learned_at is not null and (
      exists (select from tags t where t.org_id = l.org_id and t.updated_at > l.learned_at)
      or exists (select from retention r where r.org_id = l.org_id and r.message_days is not null))))`.execute(db)
}
