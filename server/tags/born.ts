// The tags with which contacts were made in the same transaction: what tagging.ts does for contacts that can carry nothing yet.
import { sql } from 'kysely'
import { actorColumns, type Actor } from '../access/actor.ts'
import { eventsOf } from '../events/events.ts'
import { placeEvents } from '../events/sequencing.ts'
import type { Tx } from '../lib/db.ts'
import { countsOf } from './counting.ts'
import { sourceOf } from './rules.ts'
import type { Why } from './schema.ts'

/**
 * Begins the assignments of contacts that this transaction has made with so many tags on them, in the order of the contacts
 * given. The caller has the tags from `survivorsOf`, which refuses those that are not in the catalog and keeps them there.
 * Answers the ids of the assignments.
 */
export async function beginBorn(
  tx: Tx,
  actor: Actor,
  contactIds: readonly string[],
  { why, count }: { why: Why; count: number },
): Promise<(number | string)[]> {
  if (count === 0) return []
  const placed = await placeEvents(tx, actor.org_id, count)
  const source = sourceOf(actor)
  const by = actorColumns(actor)
  const told = sql`
    select a.contact_id, a.tag_id, a.id as n, jsonb_build_object('tag_name', t.name) as told
    from added a join tags t on t.org_id = ${actor.org_id} and t.id = a.tag_id`
  const { rows } = await sql<{ ids: (number | string)[] }>`
    with added as (
      insert into tag_assignments (org_id, contact_id, tag_id, added_at, added_source, added_actor_kind, added_actor_id, added_actor_name, added_why)
      select ${actor.org_id}, w.contact_id, t.tag_id, statement_timestamp(), ${source}, ${by.actor_kind}, ${by.actor_id}, ${by.actor_name}, ${JSON.stringify(why)}::jsonb
      from unnest(${contactIds}::uuid[]) with ordinality as w (contact_id, n)
      -- The limit keeps the planner at one look-up for each, whatever statistics it has.
      cross join lateral (select tag_ids from contacts where org_id = ${actor.org_id} and id = w.contact_id limit 1) c
      cross join unnest(c.tag_ids) with ordinality as t (tag_id, place)
      order by w.n, t.place
      returning id, contact_id, tag_id
    ), counted as (${countsOf(actor.org_id, sql`select tag_id from added`, 1)}
    ), told as (${eventsOf(actor, { kind: 'contact.tag_added', source, after: { why }, placed }, told)}
    )
    select array_agg(id order by id) as ids from added`.execute(tx)
  return rows[0]!.ids
}
