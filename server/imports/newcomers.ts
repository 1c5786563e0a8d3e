// Rows whose contacts nobody here has yet: they become contacts and tags set by set, inside the database.
import { sql } from 'kysely'
import type { Actor } from '../access/actor.ts'
import { bringContacts } from '../contacts/bringing.ts'
import { recordActivity } from '../events/events.ts'
import type { Tx } from '../lib/db.ts'
import { newId } from '../lib/ids.ts'
import { beginBorn } from '../tags/born.ts'
import { survivorsOf } from '../tags/resolving.ts'
import { sourceOf } from '../tags/rules.ts'
import { bitOf } from '../tags/source-bits.ts'
import { scopesOf } from './matching.ts'
import type { Setting } from './setting.ts'

/**
 * The rows among these of which the check found nobody, and of which still nobody is known, or told to come, under any of
 * their ids; and all the others. Both from the last to the first.
 */
export async function findNewcomers(
  tx: Tx,
  { org_id: orgId, id: importId, portfolio }: Setting,
  range: { first: number; last: number },
): Promise<{ newcomers: number[]; others: number[] }> {
  const scopes = (await scopesOf(tx, orgId)).flatMap((scope) =>
    ['bsuid', 'parent_bsuid'].map((kind) => ({ kind, scope })),
  )
  const asked = [{ kind: 'phone', scope: '' }, { kind: 'phone', scope: 'test' }, ...scopes]
  // The limit keeps the planner at one look-up by the whole key for each, whatever statistics it has.
  const { rows } = await sql<{ n: number; is_new: boolean }>`
    with told as materialized (select unnest(keys) as key from pending_identity_changes where org_id = ${orgId})
    select r.n, r.contact_id is null and (r.folded_name is not null or r.display_name is null) and (phone or ${portfolio}::text is not null)
      and case when phone then E'phone\n\n' else E'bsuid\n' || ${portfolio}::text || E'\n' end || r.keys[1] not in (select key from told)
      and not exists (
        select from unnest(${asked.map(({ kind }) => kind)}::text[], ${asked.map(({ scope }) => scope)}::text[]) as s (kind, scope)
        cross join unnest(r.keys) as k (value)
        cross join lateral (select from contact_identities i
          where i.org_id = ${orgId} and i.kind = s.kind and i.scope = s.scope and i.value = k.value limit 1) i
        where s.kind = 'phone' or not phone) as is_new
    from import_rows r cross join lateral (select r.keys[1] ~ '^[0-9]+$' as phone) p
    where r.org_id = ${orgId} and r.import_id = ${importId} and r.n between ${range.first} and ${range.last} and r.reason is null and r.same_as is null
    order by r.n desc`.execute(tx)
  const numbers = (isNew: boolean) => rows.filter((row) => row.is_new === isNew).map((row) => row.n)
  return { newcomers: numbers(true), others: numbers(false) }
}

/** Makes the contacts of these rows of a range, and answers them with the ids of the assignments that they came with. */
export async function writeNewcomers(
  tx: Tx,
  actor: Actor,
  { org_id: orgId, id: importId, settings, ids, portfolio, why }: Setting,
  { first, last, numbers }: { first: number; last: number; numbers: readonly number[] },
): Promise<{ created: string[]; assignments: (number | string)[] }> {
  if (numbers.length === 0) return { created: [], assignments: [] }
  const created = numbers.map(() => newId())
  const inRange = sql`r.org_id = ${orgId} and r.import_id = ${importId} and r.n between ${first} and ${last}`
  const { rows: used } = await sql<{ t: number }>`
    select distinct t from import_rows r cross join unnest(r.tags) t where ${inRange} and r.n = any(${numbers}::int[])`.execute(
    tx,
  )
  const meant = used.flatMap(({ t }) => (ids[t] == null ? [] : [{ n: t, id: ids[t] }]))
  const survivors = await survivorsOf(
    tx,
    orgId,
    meant.map(({ id }) => id),
  )
  const tags = settings.tags_mode === 'remove' ? [] : meant
  await recordActivity(tx, orgId, new Set(created), { conflicts: false, conversationIds: new Set() })
  const { assignments } = await bringContacts(
    tx,
    actor,
    sql`
      with stands as materialized (
        select * from unnest(${tags.map(({ n }) => n)}::int[], ${tags.map(({ id }) => survivors.get(id)!)}::uuid[]) as s (n, tag_id)
      ), theirs as materialized (
        select c.place, c.id, r.*, r.keys[1] as value, r.keys[1] ~ '^[0-9]+$' as digits
        from unnest(${numbers}::int[], ${created}::uuid[]) with ordinality as c (n, id, place)
        join (select n, keys, display_name, folded_name, name_grams, tags, first_seen_at, last_seen_at from import_rows r where ${inRange}) r using (n)
      ), tagged as (
        select n, array_agg(tag_id order by place) as tag_ids from (
          select r.n, s.tag_id, min(t.place) as place
          from theirs r cross join unnest(r.tags) with ordinality as t (n, place) join stands s on s.n = t.n
          group by r.n, s.tag_id
        ) once group by n
      )
      select r.place, r.id, case when digits then 'phone' else 'bsuid' end as kind, case when digits then '' else ${portfolio}::text end as scope,
        value, display_name, folded_name, name_grams, first_seen_at, last_seen_at, coalesce(t.tag_ids, '{}') as tag_ids
      from theirs r left join tagged t using (n)`,
    { count: created.length, tagBits: bitOf(sourceOf(actor)), at: new Date().toISOString() },
  )
  return { created, assignments: await beginBorn(tx, actor, created, { why, count: assignments }) }
}
