// Reading what tags a contact carries and carried: where each came from, and every change.
import { sql } from 'kysely'
import type { Actor } from '../access/actor.ts'
import type { Db } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import type { CarriedTag } from './as-of-schema.ts'
import { isId } from '../lib/ids.ts'
import { MOST_QUOTED, notTakenBack, textNow } from './evidence.ts'
import type { Evidence } from './evidence-schema.ts'
import { mayRemove } from './rules.ts'
import type { Assignment, TagChange, TagChip, TagColor, TagSource, Why } from './schema.ts'

interface AssignmentRow {
  tag_id: string
  name: string
  color: TagColor | null
  deleted: boolean
  added_at: string
  added_source: TagSource
  added_actor_kind: string
  added_actor_id: string
  added_actor_name: string
  added_why: Why | null
}

const chipOf = (row: Pick<AssignmentRow, 'tag_id' | 'name' | 'color' | 'deleted'>): TagChip => ({
  id: row.tag_id,
  name: row.name,
  color: row.color,
  deleted: row.deleted,
})

const assignmentOf = (row: AssignmentRow): Omit<Assignment, 'removable' | 'evidence'> => ({
  tag: chipOf(row),
  source: row.added_source,
  added_at: row.added_at,
  actor: { kind: row.added_actor_kind, id: row.added_actor_id, name: row.added_actor_name },
  why: row.added_why,
})

/** The tags on a contact: active ones by name, and the historical ones, whose tag was deleted from the catalog. */
export async function assignmentsOf(
  db: Db,
  actor: Actor,
  contactId: string,
): Promise<{ active: Assignment[]; historical: Assignment[] }> {
  const { rows } = await sql<AssignmentRow>`
    select a.tag_id, t.name, t.color, t.deleted_at is not null as deleted,
      a.added_at, a.added_source, a.added_actor_kind, a.added_actor_id, a.added_actor_name, a.added_why
    from tag_assignments a join tags t on t.org_id = a.org_id and t.id = a.tag_id
    where a.org_id = ${actor.org_id} and a.contact_id = ${contactId} and a.removed_at is null
    order by t.name_key collate "C", t.id`.execute(db)
  const evidence = await evidenceFor(db, actor, rows)
  const assignments = rows.map((row): Assignment => ({
    ...assignmentOf(row),
    evidence: evidence.get(messageOf(row.added_why) ?? '') ?? null,
    removable:
      !row.deleted &&
      mayRemove(actor, { source: row.added_source, actor_kind: row.added_actor_kind, actor_id: row.added_actor_id }),
  }))
  return { active: assignments.filter((a) => !a.tag.deleted), historical: assignments.filter((a) => a.tag.deleted) }
}

const messageOf = (why: Why | null): string | null => {
  const id = why?.['message_id']
  return typeof id === 'string' && isId(id) ? id : null
}

/** What AIs went by, read from the messages, so that it is gone when these are; most contacts have none, and nothing is asked. */
async function evidenceFor(
  db: Db,
  actor: Actor,
  rows: readonly Pick<AssignmentRow, 'added_why'>[],
): Promise<Map<string, Evidence>> {
  const ids = rows.flatMap(({ added_why }) => messageOf(added_why) ?? [])
  if (ids.length === 0) return new Map()
  const { rows: found } = await sql<Evidence>`
    select m.id as message_id, m.conversation_id, left(${textNow}, ${MOST_QUOTED}) as quote, m.sent_at as at from messages m
    where m.org_id = ${actor.org_id} and m.id = any(${ids}::uuid[]) and m.conversation_id is not null and m.text <> ''
      and ${notTakenBack}`.execute(db)
  return new Map(found.map((each) => [each.message_id, each]))
}

/** The active tags on each of the contacts by name, with how they were put on; a contact without any is not in the map. */
export async function sourcesOfTags(
  db: Db,
  actor: Actor,
  contactIds: readonly string[],
): Promise<Map<string, { name: string; source: TagSource }[]>> {
  const { rows } = await sql<{ contact_id: string; name: string; source: TagSource }>`
    select a.contact_id, t.name, a.added_source as source
    from tag_assignments a join tags t on t.org_id = a.org_id and t.id = a.tag_id
    where a.org_id = ${actor.org_id} and a.contact_id = any(${contactIds}::uuid[]) and a.removed_at is null and t.deleted_at is null
    order by t.name_key collate "C", t.id`.execute(db)
  return Map.groupBy(rows, (row) => row.contact_id)
}

/**
 * The tags that a contact carried at an instant, by name, and which instant that was: now, unless one is given. Two
 * assignments of one tag may reach over it, where contacts or tags were merged: the older is told. Refuses an instant that is
 * still to come, and a contact that is not in the actor's organization.
 */
export async function listTagsAsOf(
  db: Db,
  actor: Actor,
  contactId: string,
  instant: string | undefined,
): Promise<{ as_of: string; tags: CarriedTag[] }> {
  const now = await timeOf(db, actor, contactId)
  const at = instant === undefined ? now : new Date(instant).toISOString()
  if (at > now)
    throw new Problem('invalid', 'Nobody knows yet what a contact will carry: choose a time that is past.', {
      reason: 'time_future',
      field: 'as_of',
    })
  const { rows } = await sql<AssignmentRow & { removed_at: string | null }>`
    select * from (
      select distinct on (a.tag_id) a.tag_id, t.name, t.name_key, t.color, t.deleted_at is not null as deleted,
        a.added_at, a.added_source, a.added_actor_kind, a.added_actor_id, a.added_actor_name, a.added_why, a.removed_at
      from tag_assignments a join tags t on t.org_id = a.org_id and t.id = a.tag_id
      where a.org_id = ${actor.org_id} and a.contact_id = ${contactId}
        and a.added_at <= ${at}::timestamptz and (a.removed_at is null or a.removed_at > ${at}::timestamptz)
      order by a.tag_id, a.added_at, a.id
    ) carried order by name_key collate "C", tag_id`.execute(db)
  return { as_of: at, tags: rows.map((row) => ({ ...assignmentOf(row), removed_at: row.removed_at })) }
}

/** The time as the assignments of a contact have it, by the clock of the database. Refuses a contact that is not there. */
async function timeOf(db: Db, actor: Actor, contactId: string): Promise<string> {
  const { rows } = await sql<{ now: string }>`
    select clock_timestamp() as now from contacts where org_id = ${actor.org_id} and id = ${contactId}`.execute(db)
  if (!rows[0])
    throw new Problem('not_found', 'There is no such contact in this organization.', { reason: 'contact_missing' })
  return rows[0].now
}

interface ChangeRow {
  id: number | string
  change: 'added' | 'removed'
  at: string
  tag_id: string
  name: string
  color: TagColor | null
  deleted: boolean
  source: TagSource
  actor_kind: string
  actor_id: string
  actor_name: string
  why: Why | null
}

/**
 * A page of the changes of tags on a contact, newest first; of two at the same instant the one written later comes first.
 * Refuses a contact that is not in the actor's organization.
 */
export async function listTagChanges(
  db: Db,
  actor: Actor,
  contactId: string,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Promise<{ changes: TagChange[]; next_cursor: string | null }> {
  await timeOf(db, actor, contactId)
  const before = cursor === undefined ? null : readCursor(cursor)
  // Added comes before removed in the alphabet as it does in life.
  const { rows } = await sql<ChangeRow>`
    select c.*, t.name, t.color, t.deleted_at is not null as deleted from (
      select id, 'added' as change, added_at as at, tag_id, added_source as source, added_actor_kind as actor_kind,
        added_actor_id as actor_id, added_actor_name as actor_name, added_why as why
      from tag_assignments where org_id = ${actor.org_id} and contact_id = ${contactId}
      union all
      select id, 'removed', removed_at, tag_id, removed_source, removed_actor_kind, removed_actor_id, removed_actor_name, removed_why
      from tag_assignments where org_id = ${actor.org_id} and contact_id = ${contactId} and removed_at is not null
    ) c join tags t on t.org_id = ${actor.org_id} and t.id = c.tag_id
    ${before ? sql`where (c.at, c.id, c.change) < (${before.at}::timestamptz, ${before.id}::bigint, ${before.change})` : sql``}
    order by c.at desc, c.id desc, c.change desc limit ${limit + 1}`.execute(db)
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return {
    changes: shown.map((row) => ({
      id: `${row.id}.${row.change}`,
      at: row.at,
      change: row.change,
      tag: chipOf(row),
      source: row.source,
      actor: { kind: row.actor_kind, id: row.actor_id, name: row.actor_name },
      why: row.why,
    })),
    next_cursor: rows.length > limit && last ? `${last.at}~${last.id}~${last.change}` : null,
  }
}

function readCursor(cursor: string): { at: string; id: string; change: string } {
  const [, at, id, change] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)~(\d{1,18})~(added|removed)$/.exec(cursor) ?? []
  if (at === undefined || id === undefined || change === undefined || Number.isNaN(Date.parse(at))) {
    throw new Problem('invalid', 'This cursor is not valid. Pass next_cursor of the page before, unchanged.', {
      reason: 'cursor_invalid',
      field: 'cursor',
    })
  }
  return { at, id, change }
}
