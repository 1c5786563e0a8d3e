// Reading what tags a contact carries and carried: where each came from, and every change.
import { sql } from 'kysely'
import type { Actor } from '../access/actor.ts'
import type { Db } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import type { Assignment, TagChange, TagChip, TagColor, TagSource, Why } from './schema.ts'
import { mayRemove } from './tagging.ts'

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
  removed_at: string | null
  removed_source: TagSource | null
  removed_actor_kind: string | null
  removed_actor_id: string | null
  removed_actor_name: string | null
  removed_why: Why | null
}

const selectAssignments = (orgId: string, contactId: string) => sql<AssignmentRow>`
  select a.tag_id, t.name, t.color, t.deleted_at is not null as deleted,
    a.added_at, a.added_source, a.added_actor_kind, a.added_actor_id, a.added_actor_name, a.added_why,
    a.removed_at, a.removed_source, a.removed_actor_kind, a.removed_actor_id, a.removed_actor_name, a.removed_why
  from tag_assignments a join tags t on t.org_id = a.org_id and t.id = a.tag_id
  where a.org_id = ${orgId} and a.contact_id = ${contactId}`

const chipOf = (row: AssignmentRow): TagChip => ({
  id: row.tag_id,
  name: row.name,
  color: row.color,
  deleted: row.deleted,
})

/** The tags on a contact: active ones by name, and the historical ones, whose tag was deleted from the catalog. */
export async function assignmentsOf(
  db: Db,
  actor: Actor,
  contactId: string,
): Promise<{ active: Assignment[]; historical: Assignment[] }> {
  const { rows } = await sql<AssignmentRow>`${selectAssignments(actor.org_id, contactId)} and a.removed_at is null
    order by t.name_key collate "C", t.id`.execute(db)
  const assignments = rows.map((row): Assignment => ({
    tag: chipOf(row),
    source: row.added_source,
    added_at: row.added_at,
    actor: { kind: row.added_actor_kind, id: row.added_actor_id, name: row.added_actor_name },
    why: row.added_why,
    removable:
      !row.deleted &&
      mayRemove(actor, { source: row.added_source, actor_kind: row.added_actor_kind, actor_id: row.added_actor_id }),
  }))
  return { active: assignments.filter((a) => !a.tag.deleted), historical: assignments.filter((a) => a.tag.deleted) }
}

/** Every change of tags on a contact, newest first. */
export async function tagChangesOf(db: Db, actor: Actor, contactId: string): Promise<TagChange[]> {
  const contact = await db
    .selectFrom('contacts')
    .select('id')
    .where('org_id', '=', actor.org_id)
    .where('id', '=', contactId)
    .executeTakeFirst()
  if (!contact) throw new Problem('not_found', 'There is no such contact in this organization.')
  const { rows } = await sql<AssignmentRow>`${selectAssignments(actor.org_id, contactId)} order by a.id`.execute(db)
  const changes = rows.flatMap((row): TagChange[] => {
    const added: TagChange = {
      at: row.added_at,
      change: 'added',
      tag: chipOf(row),
      source: row.added_source,
      actor: { kind: row.added_actor_kind, id: row.added_actor_id, name: row.added_actor_name },
      why: row.added_why,
    }
    if (row.removed_at === null) return [added]
    return [
      added,
      {
        at: row.removed_at,
        change: 'removed',
        tag: chipOf(row),
        source: row.removed_source!,
        actor: { kind: row.removed_actor_kind!, id: row.removed_actor_id!, name: row.removed_actor_name! },
        why: row.removed_why,
      },
    ]
  })
  // A stable sort of the reversed list: of two changes at the same instant, the later one written comes first.
  return changes.toReversed().toSorted((a, b) => (a.at === b.at ? 0 : a.at < b.at ? 1 : -1))
}
