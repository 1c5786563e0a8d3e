// What people taught, read from what they did: tags put on by hand, AI tags taken off, and suggestions rejected.
import { sql } from 'kysely'
import type { Db } from '../lib/db.ts'

/** A conversation with what people said of it. */
export interface Lesson {
  conversation_id: string
  /** Tags that it deserves, and those that it does not. */
  tags: string[]
  not: string[]
  /** Tags that its contact carries, or carried, for other reasons: it says nothing of them. */
  unsaid: string[]
}

interface Decision {
  conversation_id: string
  contact_id: string
  tag_id: string
  holds: boolean
  at: string
  /** The newest of its tag is the first. */
  place: number
}

const MOST_OF_A_TAG = 200
const MOST_CONVERSATIONS = 2000
/** Looked through for those that people took off. */
const MOST_OF_AI = 2000
/** So soon taken off again, it was put on by mistake. */
const MISTAKEN = '10 minutes'

/**
 * The lessons of an organization since then: the newest decisions of each tag of the catalog, each with its conversation, at
 * most 2,000. Where people decided on a tag more than once, the last time counts. What a merge made of a tag counts for its
 * survivor.
 */
export async function lessonsOf(db: Db, orgId: string, since: string | null): Promise<Lesson[]> {
  const decisions = await decisionsOf(db, orgId, since)
  const byConversation = Map.groupBy(decisions, (decision) => decision.conversation_id)
  const chosen = [...byConversation]
    .map(([id, made]) => ({ id, made, place: Math.min(...made.map(({ place }) => place)) }))
    .toSorted((a, b) => a.place - b.place || (a.id < b.id ? 1 : -1))
    .slice(0, MOST_CONVERSATIONS)
  const carried = await carriedBy(db, orgId, [...new Set(chosen.map(({ made }) => made[0]!.contact_id))])
  return chosen.map(({ id, made }): Lesson => {
    const last = new Map<string, boolean>()
    for (const { tag_id, holds } of made.toSorted((a, b) => (a.at < b.at ? -1 : 1))) last.set(tag_id, holds)
    const which = (holds: boolean) => [...last].filter((entry) => entry[1] === holds).map(([tag]) => tag)
    const unsaid = (carried.get(made[0]!.contact_id) ?? []).filter((tag) => !last.has(tag))
    return { conversation_id: id, tags: which(true), not: which(false), unsaid }
  })
}

/** The conversation is the one that an AI found the tag in, otherwise the contact's that was open then, or the last before. */
async function decisionsOf(db: Db, orgId: string, since: string | null): Promise<Decision[]> {
  const after = sql`coalesce(${since}::timestamptz, '-infinity')`
  const { rows } = await sql<Decision>`
    with catalog as (
      select t.id, coalesce(t.merged_into, t.id) as tag_id from tags t join tags s on s.org_id = t.org_id and s.id = coalesce(t.merged_into, t.id)
      where t.org_id = ${orgId} and s.deleted_at is null
    ), made as (
      select c.tag_id, a.contact_id, a.conversation_id, a.added_at as at, true as holds
      from catalog c cross join lateral (
        select contact_id, (added_why ->> 'conversation_id')::uuid as conversation_id, added_at from tag_assignments
        where org_id = ${orgId} and tag_id = c.id and added_source in ('manual_admin', 'manual_agent') and added_at > ${after}
          and (added_why is null or added_why ->> 'reason' = 'suggestion')
          and (removed_at is null or removed_source not in ('manual_admin', 'manual_agent') or removed_at >= added_at + ${MISTAKEN}::interval)
        order by added_at desc limit ${MOST_OF_A_TAG}) a
      union all
      select c.tag_id, a.contact_id, a.conversation_id, a.removed_at, false
      from catalog c cross join lateral (
        select contact_id, (added_why ->> 'conversation_id')::uuid as conversation_id, removed_at, removed_source, removed_why from tag_assignments
        where org_id = ${orgId} and tag_id = c.id and added_source in ('ai_tool', 'ai_auto_close')
        order by added_at desc limit ${MOST_OF_AI}) a
      where a.removed_source in ('manual_admin', 'manual_agent') and a.removed_why is null and a.removed_at > ${after}
      union all
      select c.tag_id, v.contact_id, s.conversation_id, s.decided_at, false
      from catalog c join suggestions s on s.org_id = ${orgId} and s.tag_id = c.id join conversations v on v.org_id = s.org_id and v.id = s.conversation_id
      where s.state = 'rejected' and s.decided_at > ${after}
    ), placed as (
      select m.tag_id, m.contact_id, m.at, m.holds, coalesce(m.conversation_id, (
        select v.id from conversations v where v.org_id = ${orgId} and v.contact_id = m.contact_id and v.opened_at <= m.at
        order by v.opened_at desc limit 1)) as conversation_id
      from made m
    )
    select p.*, row_number() over (partition by p.tag_id, p.holds order by p.at desc, p.conversation_id)::int as place
    from placed p join conversations v on v.org_id = ${orgId} and v.id = p.conversation_id
    order by p.at, p.conversation_id, p.tag_id`.execute(db)
  return rows.filter(({ place }) => place <= MOST_OF_A_TAG)
}

async function carriedBy(db: Db, orgId: string, contactIds: readonly string[]): Promise<Map<string, string[]>> {
  const { rows } = await sql<{ contact_id: string; tags: string[] }>`
    select contact_id, array_agg(distinct tag_id) as tags from tag_assignments
    where org_id = ${orgId} and contact_id = any(${contactIds}::uuid[]) group by contact_id`.execute(db)
  return new Map(rows.map(({ contact_id, tags }) => [contact_id, tags]))
}
