// Rows whose contacts nobody here has yet: they become contacts and tags set by set, inside the database.
import { sql } from 'kysely'
import type { Actor } from '../access/actor.ts'
import { bringContacts } from '../contacts/bringing.ts'
import { searchGrams, searchText } from '../contacts/search-text.ts'
import { recordActivity } from '../events/events.ts'
import { arrayLiteral, type Tx } from '../lib/db.ts'
import { foldForSearch } from '../lib/fold.ts'
import { newId } from '../lib/ids.ts'
import { beginBorn } from '../tags/born.ts'
import { survivorsOf } from '../tags/resolving.ts'
import { sourceOf } from '../tags/rules.ts'
import { bitOf } from '../tags/source-bits.ts'
import { scopesOf } from './matching.ts'
import type { Setting } from './setting.ts'

/** What the first key of a row `r` is, as `externalOf` and `isDigits` tell it. */
const identityOf = (portfolio: string | null) => sql`
  select case when digits then 'phone' when colon > 0 then 'external_id' else 'bsuid' end as kind,
    case when digits then '' when colon > 0 then left(r.keys[1], colon - 1) else ${portfolio}::text end as scope,
    substr(r.keys[1], colon + 1) as value
  from (select r.keys[1] ~ '^[0-9]+$' as digits, strpos(r.keys[1], ':') as colon) told`

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
    select r.n, r.contact_id is null and (r.folded_name is not null or r.display_name is null) and i.scope is not null
      and i.kind || E'\n' || i.scope || E'\n' || i.value not in (select key from told)
      and not (i.kind = 'external_id' and exists (
        select from contact_identities k where k.org_id = ${orgId} and k.kind = i.kind and k.scope = i.scope and k.value = i.value))
      and not exists (
        select from unnest(${asked.map(({ kind }) => kind)}::text[], ${asked.map(({ scope }) => scope)}::text[]) as s (kind, scope)
        cross join unnest(r.keys) as k (value)
        cross join lateral (select from contact_identities i
          where i.org_id = ${orgId} and i.kind = s.kind and i.scope = s.scope and i.value = k.value limit 1) i
        where s.kind = 'phone' or not phone) as is_new
    from import_rows r cross join lateral (select r.keys[1] ~ '^[0-9]+$' as phone) p cross join lateral (${identityOf(portfolio.id)}) i
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
  const { rows: external } = await sql<{ n: number; display_name: string | null; id: string }>`
    select r.n, r.display_name, i.value as id from import_rows r cross join lateral (${identityOf(portfolio.id)}) i
    where ${inRange} and r.n = any(${numbers}::int[]) and i.kind = 'external_id'`.execute(tx)
  const texts = external.map(({ display_name, id }) => searchText({ display_name, username: null, ids: [id] }))
  await recordActivity(tx, orgId, new Set(created), { conflicts: false, conversationIds: new Set() })
  const { assignments } = await bringContacts(
    tx,
    actor,
    sql`
      with stands as materialized (
        select * from unnest(${tags.map(({ n }) => n)}::int[], ${tags.map(({ id }) => survivors.get(id)!)}::uuid[]) as s (n, tag_id)
      ), theirs as materialized (
        select c.place, c.id, i.kind, i.scope, i.value, r.*
        from unnest(${numbers}::int[], ${created}::uuid[]) with ordinality as c (n, id, place)
        join (select n, keys, display_name, folded_name, name_grams, tags, first_seen_at, last_seen_at from import_rows r where ${inRange}) r using (n)
        cross join lateral (${identityOf(portfolio.id)}) i
      ), folded as (
        select * from unnest(${external.map(({ n }) => n)}::int[], ${external.map(({ id }) => foldForSearch(id) || null)}::text[],
          ${texts.map((text) => arrayLiteral(searchGrams(text)))}::text[]) as f (n, folded_id, grams)
      ), tagged as (
        select n, array_agg(tag_id order by place) as tag_ids from (
          select r.n, s.tag_id, min(t.place) as place
          from theirs r cross join unnest(r.tags) with ordinality as t (n, place) join stands s on s.n = t.n
          group by r.n, s.tag_id
        ) once group by n
      )
      select r.place, r.id, kind, scope, value, display_name, folded_name,
        case when f.n is null then lower(value collate "C") else f.folded_id end as folded_id,
        case when f.n is null then name_grams else f.grams::text[] end as grams,
        first_seen_at, last_seen_at, coalesce(t.tag_ids, '{}') as tag_ids
      from theirs r left join tagged t using (n) left join folded f using (n)`,
    { count: created.length, tagBits: bitOf(sourceOf(actor)), at: new Date().toISOString() },
  )
  return { created, assignments: await beginBorn(tx, actor, created, { why, count: assignments }) }
}
