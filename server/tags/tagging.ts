// changeTags: the only code that puts tags on contacts or takes them off, for every door and every kind of actor.
import { sql } from 'kysely'
import { actorColumns, type Actor } from '../access/actor.ts'
import { recordEvents, type NewEvent } from '../events/events.ts'
import type { Tx } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import type { TagSource, Why } from './schema.ts'

export interface TagChanges {
  add?: readonly string[]
  remove?: readonly string[]
  /** Why, beyond who did it: the operation, the import, an AI's reason and evidence. Kept with the assignment. */
  why?: Why
  /** When it happened, ISO 8601, for history that is taken over; otherwise now. */
  at?: string
}

export interface TagChangeDone {
  contact_id: string
  tag_id: string
}

/** The source that a tag put on by this actor has: it follows from the actor, so that nobody can forget or fake it. */
export function sourceOf(actor: Actor): TagSource {
  switch (actor.kind) {
    case 'user':
      return actor.role === 'admin' ? 'manual_admin' : 'manual_agent'
    case 'api_key':
      return actor.key_kind === 'ai_agent' ? 'ai_tool' : 'api'
    case 'ai_agent':
      return 'ai_tool'
    case 'ai_auto_close':
      return 'ai_auto_close'
    case 'system':
      throw new Error('The system itself never tags: name the person, key or AI that does.')
  }
}

/** Who put a tag on, as the rules of removal need it. */
export interface AddedBy {
  source: TagSource
  actor_kind: string
  actor_id: string
}

/**
 * Whether the actor may take off a tag that was put on so: administrators and third-party systems any,
 * agents what any agent or AI put on, an AI only what it put on itself.
 */
export function mayRemove(actor: Actor, added: AddedBy): boolean {
  switch (sourceOf(actor)) {
    case 'manual_admin':
    case 'api':
      return true
    case 'manual_agent':
      return added.source !== 'manual_admin' && added.source !== 'api'
    case 'ai_tool':
    case 'ai_auto_close':
      return added.actor_kind === actor.kind && added.actor_id === actor.id
  }
}

/**
 * Puts tags on contacts and takes tags off; a single contact is a list of one. It takes differences, and answers
 * only what really changed: adding what is there, or removing what is not, is no change, and the first source stays.
 *
 * Refuses the whole call when a contact is not in the organization (not_found), a tag is not in the catalog or
 * is deleted (invalid), the actor may not take a tag off, or an AI would put back what a person or a third-party
 * system took off without a newer customer's message as evidence, `why.evidence_at` (forbidden).
 */
export async function changeTags(
  tx: Tx,
  actor: Actor,
  contactIds: readonly string[],
  changes: TagChanges,
): Promise<{ added: TagChangeDone[]; removed: TagChangeDone[] }> {
  const add = [...new Set(changes.add)]
  const remove = [...new Set(changes.remove)]
  const source = sourceOf(actor)
  await refuseUnknownTags(tx, actor, [...add, ...remove])
  const ids = await lockContacts(tx, actor, contactIds)

  const removed = await endAssignments(tx, actor, source, ids, remove, changes)
  if (add.length > 0 && (source === 'ai_tool' || source === 'ai_auto_close'))
    await refusePuttingBack(tx, actor, ids, add, changes.why)
  const added = await beginAssignments(tx, actor, source, ids, add, changes)

  const event =
    (kind: NewEvent['kind']) =>
    (done: TagChangeDone): NewEvent => ({
      kind,
      ...done,
      source,
      ...(changes.why ? { after: { why: changes.why } } : {}),
      ...(changes.at ? { at: changes.at } : {}),
    })
  await recordEvents(tx, actor, [
    ...removed.map(event('contact.tag_removed')),
    ...added.map(event('contact.tag_added')),
  ])
  return { added, removed }
}

async function refuseUnknownTags(tx: Tx, actor: Actor, tagIds: string[]): Promise<void> {
  if (tagIds.length === 0) return
  // Shared: the tags cannot be deleted before this transaction ends.
  const { rows } = await sql<{ id: string; name: string; deleted: boolean }>`
    select id, name, deleted_at is not null as deleted from tags
    where org_id = ${actor.org_id} and id = any(${tagIds}::uuid[]) order by id for share`.execute(tx)
  const deleted = rows.find((row) => row.deleted)
  if (deleted) {
    throw new Problem(
      'invalid',
      `The tag “${deleted.name}” was deleted from the catalog. Restore it first, or choose another.`,
      {
        reason: 'tag_deleted',
        data: { tag_id: deleted.id },
      },
    )
  }
  const known = new Set(rows.map((row) => row.id))
  const unknown = tagIds.filter((id) => !known.has(id))
  if (unknown.length > 0) {
    throw new Problem('invalid', 'A tag is not in the catalog of this organization. Choose one that is.', {
      reason: 'tag_unknown',
      data: { tag_ids: unknown },
    })
  }
}

/** Locks the contacts in the order of their ids, so that changes of many at once cannot deadlock. */
async function lockContacts(tx: Tx, actor: Actor, contactIds: readonly string[]): Promise<string[]> {
  const wanted = [...new Set(contactIds)]
  const { rows } = await sql<{ id: string }>`
    select id from contacts where org_id = ${actor.org_id} and id = any(${wanted}::uuid[]) order by id for no key update`.execute(
    tx,
  )
  if (rows.length < wanted.length) throw new Problem('not_found', 'There is no such contact in this organization.')
  return rows.map((row) => row.id)
}

async function endAssignments(
  tx: Tx,
  actor: Actor,
  source: TagSource,
  contactIds: string[],
  tagIds: string[],
  { why, at }: TagChanges,
): Promise<TagChangeDone[]> {
  if (tagIds.length === 0) return []
  const by = actorColumns(actor)
  const { rows } = await sql<TagChangeDone & AddedBy>`
    update tag_assignments set removed_at = coalesce(${at ?? null}::timestamptz, statement_timestamp()), removed_source = ${source},
      removed_actor_kind = ${by.actor_kind}, removed_actor_id = ${by.actor_id}, removed_actor_name = ${by.actor_name},
      removed_why = ${why ? JSON.stringify(why) : null}::jsonb
    where org_id = ${actor.org_id} and contact_id = any(${contactIds}::uuid[]) and tag_id = any(${tagIds}::uuid[]) and removed_at is null
    returning contact_id, tag_id, added_source as source, added_actor_kind as actor_kind, added_actor_id as actor_id`.execute(
    tx,
  )
  if (rows.some((row) => !mayRemove(actor, row))) {
    throw new Problem(
      'forbidden',
      source === 'manual_agent'
        ? 'An agent can take off what agents and AIs put on. Ask an administrator to remove this tag.'
        : 'An AI can take off only the tags that it put on itself.',
      { reason: 'removal_not_allowed' },
    )
  }
  if (rows.length > 0) {
    await sql`
      update contacts c set tag_ids = array(select t from unnest(c.tag_ids) t where t <> all(r.tag_ids))
      from (select contact_id, array_agg(tag_id) as tag_ids
        from unnest(${rows.map((row) => row.contact_id)}::uuid[], ${rows.map((row) => row.tag_id)}::uuid[]) as gone (contact_id, tag_id)
        group by contact_id) r
      where c.org_id = ${actor.org_id} and c.id = r.contact_id`.execute(tx)
  }
  return rows.map(({ contact_id, tag_id }) => ({ contact_id, tag_id }))
}

async function beginAssignments(
  tx: Tx,
  actor: Actor,
  source: TagSource,
  contactIds: string[],
  tagIds: string[],
  { why, at }: TagChanges,
): Promise<TagChangeDone[]> {
  if (tagIds.length === 0) return []
  const by = actorColumns(actor)
  const { rows } = await sql<TagChangeDone>`
    with added as (
      insert into tag_assignments (org_id, contact_id, tag_id, added_at, added_source, added_actor_kind, added_actor_id, added_actor_name, added_why)
      select ${actor.org_id}, c.id, t.id, coalesce(${at ?? null}::timestamptz, statement_timestamp()), ${source}, ${by.actor_kind}, ${by.actor_id}, ${by.actor_name},
        ${why ? JSON.stringify(why) : null}::jsonb
      from unnest(${contactIds}::uuid[]) with ordinality as c (id, n) cross join unnest(${tagIds}::uuid[]) with ordinality as t (id, n)
      order by c.n, t.n
      on conflict (org_id, contact_id, tag_id) where removed_at is null do nothing
      returning contact_id, tag_id
    ), carried as (
      update contacts c set tag_ids = c.tag_ids || a.tag_ids
      from (select contact_id, array_agg(tag_id) as tag_ids from added group by contact_id) a
      where c.org_id = ${actor.org_id} and c.id = a.contact_id
    )
    select contact_id, tag_id from added`.execute(tx)
  return rows
}

/** What a person or a third-party system took off, an AI puts back only on a customer's newer message. */
async function refusePuttingBack(
  tx: Tx,
  actor: Actor,
  contactIds: string[],
  tagIds: string[],
  why: Why | undefined,
): Promise<void> {
  const evidenceAt = typeof why?.['evidence_at'] === 'string' ? why['evidence_at'] : null
  const { rows } = await sql<{ contact_id: string; tag_id: string; name: string }>`
    select a.contact_id, a.tag_id, t.name
    from tag_assignments a join tags t on t.org_id = a.org_id and t.id = a.tag_id
    where a.org_id = ${actor.org_id} and a.contact_id = any(${contactIds}::uuid[]) and a.tag_id = any(${tagIds}::uuid[])
      and a.removed_source in ('manual_admin', 'manual_agent', 'api')
      and (${evidenceAt}::timestamptz is null or a.removed_at >= ${evidenceAt}::timestamptz)
      and not exists (select 1 from tag_assignments held where held.org_id = a.org_id and held.contact_id = a.contact_id
        and held.tag_id = a.tag_id and held.removed_at is null)
    limit 1`.execute(tx)
  if (rows[0]) {
    throw new Problem(
      'forbidden',
      `A person took the tag “${rows[0].name}” off. An AI can put it back only when the customer has written something newer that supports it.`,
      {
        reason: 'removed_by_person',
        data: { tag_id: rows[0].tag_id, contact_id: rows[0].contact_id },
      },
    )
  }
}

/**
 * Gives one contact's assignments, ended ones too, to another, keeping source, actor and date. Where both carry a tag,
 * the older assignment stays and the other ends with the reason merged. Answers the ids of the assignments moved.
 */
export async function moveAssignments(
  tx: Tx,
  actor: Actor,
  from: string,
  to: string,
  mergeId: string,
): Promise<(number | string)[]> {
  await lockContacts(tx, actor, [from, to])
  const by = actorColumns(actor)
  await sql`
    update tag_assignments a set removed_at = statement_timestamp(), removed_source = ${sourceOf(actor)}, removed_actor_kind = ${by.actor_kind},
      removed_actor_id = ${by.actor_id}, removed_actor_name = ${by.actor_name}, removed_why = ${JSON.stringify({ reason: 'merged', merge_id: mergeId })}::jsonb
    from tag_assignments b
    where a.org_id = ${actor.org_id} and b.org_id = ${actor.org_id} and a.tag_id = b.tag_id and a.removed_at is null and b.removed_at is null
      and (a.contact_id, b.contact_id) in ((${from}::uuid, ${to}::uuid), (${to}::uuid, ${from}::uuid)) and (a.added_at, a.id) > (b.added_at, b.id)`.execute(
    tx,
  )
  const { rows } = await sql<{ id: number | string }>`
    update tag_assignments set contact_id = ${to} where org_id = ${actor.org_id} and contact_id = ${from} returning id`.execute(
    tx,
  )
  await writeCarried(tx, actor, [from, to])
  return rows.map((row) => row.id)
}

/** Takes `moveAssignments` back: the assignments return, and those that the merge ended go on, unless the tag was put on anew. */
export async function returnAssignments(
  tx: Tx,
  actor: Actor,
  from: string,
  to: string,
  ids: readonly (number | string)[],
  mergeId: string,
): Promise<void> {
  await lockContacts(tx, actor, [from, to])
  await sql`update tag_assignments set contact_id = ${to} where org_id = ${actor.org_id} and contact_id = ${from} and id = any(${ids}::bigint[])`.execute(
    tx,
  )
  await sql`
    update tag_assignments a set removed_at = null, removed_source = null, removed_actor_kind = null, removed_actor_id = null, removed_actor_name = null, removed_why = null
    where a.org_id = ${actor.org_id} and a.contact_id in (${from}, ${to}) and a.removed_why ->> 'merge_id' = ${mergeId}
      and not exists (select 1 from tag_assignments b where b.org_id = a.org_id and b.contact_id = a.contact_id and b.tag_id = a.tag_id and b.removed_at is null)`.execute(
    tx,
  )
  await writeCarried(tx, actor, [from, to])
}

async function writeCarried(tx: Tx, actor: Actor, contactIds: string[]): Promise<void> {
  await sql`
    update contacts c set tag_ids = array(select a.tag_id from tag_assignments a
      where a.org_id = c.org_id and a.contact_id = c.id and a.removed_at is null order by a.id)
    where c.org_id = ${actor.org_id} and c.id = any(${contactIds}::uuid[])`.execute(tx)
}
