// Contacts that a file brings and nobody here has yet: written set by set, as `Identities` would write them one by one.
import { sql, type RawBuilder } from 'kysely'
import type { Actor } from '../access/actor.ts'
import { eventsOf } from '../events/events.ts'
import { placeEvents } from '../events/sequencing.ts'
import type { Tx } from '../lib/db.ts'
import { SORTED_CHARACTERS } from './search-text.ts'

/**
 * Makes a contact of each row, with its one id and its event. The rows are a query that yields `place`, which is their order;
 * `id`; `kind`, `scope` and `value` of the id, under which nobody may be known or told to come; `display_name`, and folded for
 * the search `folded_name` and `folded_id`, with the `grams` of both; `first_seen_at` and `last_seen_at`, where they are known; and `tag_ids`, which
 * `beginBorn` puts on in the same transaction; answers how many those are. The caller holds the lock of the identities.
 */
export async function bringContacts(
  tx: Tx,
  actor: Actor,
  rows: RawBuilder<unknown>,
  { count, tagBits, at }: { count: number; tagBits: number; at: string },
): Promise<{ assignments: number }> {
  const orgId = actor.org_id
  const placed = await placeEvents(tx, orgId, count)
  const told = sql`
    select id as contact_id, null::uuid as tag_id, place as n,
      jsonb_build_object('phone', phone, 'display_name', display_name, 'username', null)
        || case kind when 'bsuid' then jsonb_build_object('bsuids', jsonb_build_array(jsonb_build_object('portfolio_id', scope, 'bsuid', value)))
          when 'external_id' then jsonb_build_object('external_ids', jsonb_build_array(jsonb_build_object('system', scope, 'id', value)))
          else '{}' end as told from brought`
  // The planner may know nothing yet of rows that were staged a moment ago, and would compare each with each.
  await sql`set local enable_nestloop = off`.execute(tx)
  const { rows: written } = await sql<{ assignments: number }>`
    with brought as materialized (
      select r.*, case kind when 'phone' then '+' || value end as phone from (${rows}) r
    ), made as (
      insert into contacts (org_id, id, phone, display_name, name_origin, first_seen_at, first_seen_provisional, last_seen_at,
        search_text, sort_name, search_grams, tag_ids, tag_sources)
      select ${orgId}, id, phone, display_name, case when display_name is not null then 'given' end,
        coalesce(first_seen_at, least(last_seen_at, ${at}::timestamptz)), first_seen_at is null, last_seen_at,
        concat_ws(E'\n', nullif(folded_name, ''), coalesce(phone, folded_id)), nullif(left(folded_name, ${SORTED_CHARACTERS}::int), ''), grams, tag_ids, case when tag_ids = '{}' then 0 else ${tagBits}::smallint end
      from brought order by place
    ), known as (
      insert into contact_identities (org_id, kind, scope, value, contact_id)
      select ${orgId}, kind, scope, value, id from brought order by place
    ), told as (${eventsOf(actor, { kind: 'contact.created', placed }, told)}
    )
    select coalesce(sum(cardinality(tag_ids)), 0)::int as assignments from brought`.execute(tx)
  await sql`set local enable_nestloop to default`.execute(tx)
  return written[0]!
}
