// changeTags: the only code that puts tags on contacts or takes them off, for every door and every kind of actor.
import { sql } from 'kysely'
import { actorColumns, type Actor } from '../access/actor.ts'
import { eventsOf, recordEvents } from '../events/events.ts'
import { prepared, type Tx } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import { carriedBeside, lockContacts, type Pair } from './carried.ts'
import { countChanges, countsOf } from './counting.ts'
import { refuseToAi } from './putting-back.ts'
import { catalogTags, survivorsOf } from './resolving.ts'
import { mayRemove, sourceOf, type AddedBy } from './rules.ts'
import type { TagChip, TagSource, Why } from './schema.ts'
import { bitOf, sourcesCarried } from './source-bits.ts'

export interface TagChanges {
  add?: readonly string[]
  remove?: readonly string[]
  /** Why, beyond who did it: the operation, the import, an AI's reason and evidence. Kept with the assignment. */
  why?: Why
  /** When it happened, ISO 8601, for history that is taken over; otherwise now. */
  at?: string
}

export interface TagChangeDone extends Pair {
  /** The interval that began or ended by it. */
  assignment_id: number | string
}

/** With what the tag was called then, for whoever is told. */
interface NamedChange extends TagChangeDone {
  tag_name: string
}

/**
 * Puts tags on contacts and takes tags off; a single contact is a list of one. It takes differences, and answers
 * only what really changed, and the tags that were asked for: adding what is there, or removing what is not, is no change,
 * and the first source stays. A tag that was merged into another stands for that one.
 *
 * Refuses the whole call when a contact is not in the organization (not_found), a tag is not in the catalog or
 * is deleted (invalid), the actor may not take a tag off, AIs may not put a tag on, or an AI would put back what a person
 * or a third-party system took off without a newer customer's message as evidence, `why.evidence_at` (forbidden).
 */
export async function changeTags(
  tx: Tx,
  actor: Actor,
  contactIds: readonly string[],
  changes: TagChanges,
): Promise<{ added: TagChangeDone[]; removed: TagChangeDone[]; asked: TagChip[] }> {
  const source = sourceOf(actor)
  const { add, remove, chips } = await catalogTags(tx, actor.org_id, changes)
  const { ids, merging } = await lockContacts(tx, actor, contactIds, [...add, ...remove])
  for (const tagId of merging) await moveTag(tx, actor.org_id, tagId, ids)

  const removed = await endAssignments(tx, actor, source, everyPair(ids, remove), changes)
  if (add.length > 0 && (source === 'ai_tool' || source === 'ai_auto_close'))
    await refuseToAi(tx, actor, ids, add, changes.why)
  const added = await beginAssignments(tx, actor, source, everyPair(ids, add), changes)
  return { added: added.map(done), removed: removed.map(done), asked: [...add, ...remove].map((id) => chips.get(id)!) }
}

const done = ({ contact_id, tag_id, assignment_id }: NamedChange) => ({ contact_id, tag_id, assignment_id })

/** What one contact is to carry, beside or instead of what it does, or no more. */
export interface TagWish {
  contact_id: string
  tag_ids: readonly string[]
}

/**
 * The same for many contacts with tags of their own each. To replace leaves on each the tags wished for and nothing else of
 * the catalog; what that takes is worked out here, when it is written. Tags that were deleted from the catalog stay where
 * they are. Contacts named as born were made with their tags in this very transaction. Refuses what `changeTags` refuses.
 */
export async function changeTagsOfEach(
  tx: Tx,
  actor: Actor,
  mode: 'add' | 'remove' | 'replace',
  wishes: readonly TagWish[],
  changes: Pick<TagChanges, 'why'> & { born?: ReadonlySet<string> },
): Promise<{ added: TagChangeDone[]; removed: TagChangeDone[] }> {
  const source = sourceOf(actor)
  const named = wishes.flatMap((wish) => wish.tag_ids)
  const survivors = await survivorsOf(tx, actor.org_id, named)
  const pairs = wishes.flatMap(({ contact_id, tag_ids }) =>
    [...new Set(tag_ids.map((id) => survivors.get(id)!))].map((tag_id) => ({ contact_id, tag_id })),
  )
  const contactIds = wishes.map((wish) => wish.contact_id)
  const { ids, merging } = await lockContacts(tx, actor, contactIds, [...new Set(pairs.map((pair) => pair.tag_id))])
  for (const tagId of merging) await moveTag(tx, actor.org_id, tagId, ids)
  const ended = mode === 'remove' ? pairs : mode === 'replace' ? await carriedBeside(tx, actor, ids, pairs) : []
  const removed = await endAssignments(tx, actor, source, ended, changes)
  if (mode !== 'remove' && (source === 'ai_tool' || source === 'ai_auto_close'))
    for (const [tagId, group] of Map.groupBy(pairs, (pair) => pair.tag_id))
      await refuseToAi(
        tx,
        actor,
        group.map((pair) => pair.contact_id),
        [tagId],
        changes.why,
      )
  const added = mode === 'remove' ? [] : await beginAssignments(tx, actor, source, pairs, changes)
  return { added: added.map(done), removed: removed.map(done) }
}

const everyPair = (contactIds: readonly string[], tagIds: readonly string[]): Pair[] =>
  contactIds.flatMap((contact_id) => tagIds.map((tag_id) => ({ contact_id, tag_id })))

/** The rows of pairs, for `from`. */
const rowsOf = (pairs: readonly Pair[]) =>
  sql`unnest((select ${pairs.map((pair) => pair.contact_id)}::uuid[]), (select ${pairs.map((pair) => pair.tag_id)}::uuid[]))`

async function endAssignments(
  tx: Tx,
  actor: Actor,
  source: TagSource,
  pairs: readonly Pair[],
  { why, at }: TagChanges,
): Promise<NamedChange[]> {
  if (pairs.length === 0) return []
  const by = actorColumns(actor)
  const { rows } = await sql<NamedChange & AddedBy>`
    update tag_assignments a set removed_at = coalesce(${at ?? null}::timestamptz, statement_timestamp()), removed_source = ${source},
      removed_actor_kind = ${by.actor_kind}, removed_actor_id = ${by.actor_id}, removed_actor_name = ${by.actor_name},
      removed_why = ${why ? JSON.stringify(why) : null}::jsonb
    from ${rowsOf(pairs)} as p (contact_id, tag_id) join tags t on t.org_id = ${actor.org_id} and t.id = p.tag_id
    where a.org_id = ${actor.org_id} and a.contact_id = p.contact_id and a.tag_id = p.tag_id and a.removed_at is null
    returning a.id as assignment_id, a.contact_id, a.tag_id, t.name as tag_name, a.added_source as source, a.added_actor_kind as actor_kind, a.added_actor_id as actor_id`.execute(
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
      update contacts c set tag_ids = array(select t from unnest(c.tag_ids) t where t <> all(r.tag_ids)), tag_sources = ${sourcesCarried}
      from (select contact_id, array_agg(tag_id) as tag_ids
        from unnest(${rows.map((row) => row.contact_id)}::uuid[], ${rows.map((row) => row.tag_id)}::uuid[]) as gone (contact_id, tag_id)
        group by contact_id) r
      where c.org_id = ${actor.org_id} and c.id = r.contact_id`.execute(tx)
    await countChanges(
      tx,
      actor.org_id,
      rows.map((row) => row.tag_id),
      -1,
    )
    await recordEvents(
      tx,
      actor,
      rows.map(({ contact_id, tag_id, tag_name }) => ({
        kind: 'contact.tag_removed',
        contact_id,
        tag_id,
        source,
        before: { tag_name },
        ...(why ? { after: { why } } : {}),
        ...(at ? { at } : {}),
      })),
    )
  }
  return rows
}

async function beginAssignments(
  tx: Tx,
  actor: Actor,
  source: TagSource,
  pairs: readonly Pair[],
  { why, at, born = new Set() }: TagChanges & { born?: ReadonlySet<string> },
): Promise<NamedChange[]> {
  if (pairs.length === 0) return []
  const by = actorColumns(actor)
  const event = {
    kind: 'contact.tag_added',
    source,
    ...(why ? { after: { why } } : {}),
    ...(at ? { at } : {}),
  } as const
  const { rows } = await sql<NamedChange>`
    with added as (
      insert into tag_assignments (org_id, contact_id, tag_id, added_at, added_source, added_actor_kind, added_actor_id, added_actor_name, added_why)
      select ${actor.org_id}, p.contact_id, p.tag_id, coalesce(${at ?? null}::timestamptz, statement_timestamp()), ${source}, ${by.actor_kind}, ${by.actor_id}, ${by.actor_name},
        ${why ? JSON.stringify(why) : null}::jsonb
      from ${rowsOf(pairs)} with ordinality as p (contact_id, tag_id, n) order by p.n
      on conflict (org_id, contact_id, tag_id) where removed_at is null do nothing
      returning id, contact_id, tag_id
    ), named as (
      select a.*, t.name as tag_name from added a join tags t on t.org_id = ${actor.org_id} and t.id = a.tag_id
    ), carried as (
      update contacts c set tag_ids = c.tag_ids || a.tag_ids, tag_sources = c.tag_sources | ${bitOf(source)}::smallint
      from (select contact_id, array_agg(tag_id) as tag_ids from added group by contact_id) a
      where c.org_id = ${actor.org_id} and c.id = a.contact_id and c.id <> all((select ${[...born]}::uuid[])::uuid[])
    ), counted as (${countsOf(actor.org_id, sql`select tag_id from added`, 1)}
    ), told as (${eventsOf(actor, event, sql`select contact_id, tag_id, jsonb_build_object('tag_name', tag_name) as told, id as n from named`)}
    )
    select id as assignment_id, contact_id, tag_id, tag_name from named order by id`.execute(prepared(tx))
  return rows
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
  const { rows: ended } = await sql<{ tag_id: string }>`
    update tag_assignments a set removed_at = statement_timestamp(), removed_source = ${sourceOf(actor)}, removed_actor_kind = ${by.actor_kind},
      removed_actor_id = ${by.actor_id}, removed_actor_name = ${by.actor_name}, removed_why = ${JSON.stringify({ reason: 'merged', merge_id: mergeId })}::jsonb
    from tag_assignments b
    where a.org_id = ${actor.org_id} and b.org_id = ${actor.org_id} and a.tag_id = b.tag_id and a.removed_at is null and b.removed_at is null
      and (a.contact_id, b.contact_id) in ((${from}::uuid, ${to}::uuid), (${to}::uuid, ${from}::uuid)) and (a.added_at, a.id) > (b.added_at, b.id)
    returning a.tag_id`.execute(tx)
  await countChanges(
    tx,
    actor.org_id,
    ended.map((row) => row.tag_id),
    -1,
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
  const { rows: resumed } = await sql<{ tag_id: string }>`
    update tag_assignments a set removed_at = null, removed_source = null, removed_actor_kind = null, removed_actor_id = null, removed_actor_name = null, removed_why = null
    where a.org_id = ${actor.org_id} and a.contact_id in (${from}, ${to}) and a.removed_why ->> 'merge_id' = ${mergeId}
      and not exists (select 1 from tag_assignments b where b.org_id = a.org_id and b.contact_id = a.contact_id and b.tag_id = a.tag_id and b.removed_at is null)
    returning a.tag_id`.execute(tx)
  await countChanges(
    tx,
    actor.org_id,
    resumed.map((row) => row.tag_id),
    1,
  )
  await writeCarried(tx, actor, [from, to])
}

async function writeCarried(tx: Tx, actor: Actor, contactIds: string[]): Promise<void> {
  await sql`
    update contacts c set tag_ids = array(select a.tag_id from tag_assignments a
      where a.org_id = c.org_id and a.contact_id = c.id and a.removed_at is null order by a.id), tag_sources = ${sourcesCarried}
    where c.org_id = ${actor.org_id} and c.id = any(${contactIds}::uuid[])`.execute(tx)
}

/**
 * Gives the contacts' assignments of a tag that was merged, ended ones too, to its survivor, keeping source, actor and
 * date. Where both are carried, the older assignment stays and the other ends with the reason merged. Answers the
 * contacts that had one.
 */
export async function moveTag(tx: Tx, orgId: string, fromId: string, contactIds: readonly string[]): Promise<string[]> {
  // Shared: the survivor cannot be merged into another before this transaction ends, or what moves to it would be left there.
  await sql`select 1 from tags where org_id = ${orgId} and id = ${fromId} for share`.execute(tx)
  const { rows: contacts } = await sql<{ id: string }>`
    select id from contacts where org_id = ${orgId} and id = any(${contactIds}::uuid[]) order by id for no key update`.execute(
    tx,
  )
  const ids = contacts.map((row) => row.id)
  const { rows: ended } = await sql<{ tag_id: string }>`
    update tag_assignments a set removed_at = statement_timestamp(), removed_source = t.merging ->> 'source', removed_actor_kind = t.merging ->> 'actor_kind',
      removed_actor_id = t.merging ->> 'actor_id', removed_actor_name = t.merging ->> 'actor_name',
      removed_why = jsonb_build_object('reason', 'merged', 'merged_tag', t.name)
    from tags t, tag_assignments b
    where t.org_id = ${orgId} and t.id = ${fromId} and a.org_id = t.org_id and b.org_id = t.org_id
      and a.contact_id = any(${ids}::uuid[]) and b.contact_id = a.contact_id and a.removed_at is null and b.removed_at is null
      and (a.tag_id, b.tag_id) in ((t.id, t.merged_into), (t.merged_into, t.id)) and (a.added_at, a.id) > (b.added_at, b.id)
    returning a.tag_id`.execute(tx)
  await countChanges(
    tx,
    orgId,
    ended.map((row) => row.tag_id),
    -1,
  )
  const { rows } = await sql<{ contact_id: string; tag_id: string; active: boolean }>`
    with moved as (
      update tag_assignments a set tag_id = t.merged_into from tags t
      where t.org_id = ${orgId} and t.id = ${fromId} and a.org_id = t.org_id and a.tag_id = t.id and a.contact_id = any(${ids}::uuid[])
      returning a.contact_id, a.tag_id, a.removed_at is null as active
    ), carried as (
      update contacts c set tag_ids = case when t.merged_into = any(c.tag_ids) then array_remove(c.tag_ids, t.id) else array_replace(c.tag_ids, t.id, t.merged_into) end,
        tag_sources = ${sourcesCarried}
      from tags t
      where t.org_id = ${orgId} and t.id = ${fromId} and c.org_id = t.org_id and c.id = any(${ids}::uuid[]) and t.id = any(c.tag_ids)
    )
    select contact_id, tag_id, active from moved`.execute(tx)
  const active = rows.filter((row) => row.active)
  await countChanges(
    tx,
    orgId,
    active.map(() => fromId),
    -1,
  )
  await countChanges(
    tx,
    orgId,
    active.map((row) => row.tag_id),
    1,
  )
  return [...new Set(rows.map((row) => row.contact_id))]
}
