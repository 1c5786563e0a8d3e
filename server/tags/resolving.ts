// Where a tag that somebody names leads: by id or by name, through merges, to what can be put on a contact.
import { sql, type RawBuilder } from 'kysely'
import { prepared, type Db, type Tx } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import { nameKey } from '../lib/fold.ts'
import { isId } from '../lib/ids.ts'
import type { TagChip, TagColor } from './schema.ts'

/** A tag as it is named: the tag itself, or the one that it was merged into. */
export interface ResolvedTag extends TagChip {
  /** The name of the tag that was asked for and has become part of this one. */
  merged_from: string | null
}

interface ResolvedRow {
  asked: string
  id: string
  name: string
  color: string | null
  deleted: boolean
  merged_from: string | null
}

const toResolved = ({ asked: _, color, ...row }: ResolvedRow): ResolvedTag => ({
  ...row,
  color: color as TagColor | null,
})

/** Where the tag of a row leads, by the row's alias: to the survivor of its merge, otherwise to itself. */
export const leadsTo = (row: string): RawBuilder<string> =>
  sql<string>`(select coalesce(led.merged_into, led.id) from tags led where led.org_id = ${sql.ref(`${row}.org_id`)} and led.id = ${sql.ref(`${row}.tag_id`)})`

/** Where each id leads: to its tag, or to the survivor of its merge. An id that is not in the organization is not in the map. */
export async function resolveTags(db: Db, orgId: string, ids: readonly string[]): Promise<Map<string, ResolvedTag>> {
  if (ids.length === 0) return new Map()
  const { rows } = await sql<ResolvedRow>`
    select asked.id as asked, t.id, t.name, t.color, t.deleted_at is not null as deleted,
      case when asked.merged_into is not null then asked.name end as merged_from
    from tags asked join tags t on t.org_id = asked.org_id and t.id = coalesce(asked.merged_into, asked.id)
    where asked.org_id = ${orgId} and asked.id = any(${ids}::uuid[])`.execute(db)
  return new Map(rows.map((row) => [row.asked, toResolved(row)]))
}

/**
 * Where each name leads, ignoring case and spacing: to the active tag that bears it, else to the survivor of the tag last
 * merged under it, else to the tag last deleted under it (`deleted`). A name that nothing bore is not in the map.
 */
export async function resolveTagNames(
  db: Db,
  orgId: string,
  names: readonly string[],
): Promise<Map<string, ResolvedTag>> {
  if (names.length === 0) return new Map()
  const { rows } = await sql<ResolvedRow>`
    select distinct on (asked.name_key) asked.name_key as asked, t.id, t.name, t.color, t.deleted_at is not null as deleted,
      case when asked.merged_into is not null then asked.name end as merged_from
    from tags asked join tags t on t.org_id = asked.org_id and t.id = coalesce(asked.merged_into, asked.id)
    where asked.org_id = ${orgId} and asked.name_key = any((select ${names.map(nameKey)}::text[])::text[])
    order by asked.name_key, asked.deleted_at is not null, asked.merged_into is null, asked.deleted_at desc, asked.id desc`.execute(
    prepared(db),
  )
  const byKey = new Map(rows.map((row) => [row.asked, toResolved(row)]))
  return new Map(
    names.flatMap((name) => {
      const tag = byKey.get(nameKey(name))
      return tag ? [[name, tag]] : []
    }),
  )
}

/** Tags whose names are like one that nobody bears; spelling mistakes and plurals, not meanings. */
const MOST_NEAR = 3
const NEAR = 0.3
/** Names that nobody bears are many and alike; only those that are nearly the same say something. */
const NEARLY = 0.5

/**
 * The ids of tags that are named by id or by name, list by list. Refuses names that the catalog does not have
 * (`tag_names_unknown`), all of them at once, with active tags whose names are like them. Ids are handed on as they are.
 */
export async function idsOfNamed<L extends string>(
  db: Db,
  orgId: string,
  lists: Readonly<Record<L, readonly string[]>>,
): Promise<Record<L, string[]>> {
  const named = Object.entries<readonly string[]>(lists)
  const names = [...new Set(named.flatMap(([, list]) => list))].filter((each) => !isId(each))
  const known = await resolveTagNames(db, orgId, names)
  const unknown = names.filter((name) => !known.has(name))
  if (unknown.length > 0) throw namesUnknown(await nearTo(db, orgId, unknown))
  const idsOf = (list: readonly string[]) => list.map((each) => known.get(each)?.id ?? each)
  return Object.fromEntries(named.map(([key, list]) => [key, idsOf(list)])) as Record<L, string[]>
}

interface UnknownName {
  name: string
  near: { id: string; name: string }[]
}

/** Each name with the active tags whose names are like it, the likest first. */
export async function nearTo(db: Db, orgId: string, names: readonly string[]): Promise<UnknownName[]> {
  const { rows } = await sql<UnknownName>`
    select n.name, coalesce(jsonb_agg(jsonb_build_object('id', t.id, 'name', t.name) order by t.likeness desc, t.name) filter (where t.id is not null), '[]') as near
    from unnest(${names}::text[], ${names.map(nameKey)}::text[]) with ordinality as n (name, key, place)
    left join lateral (
      select t.id, t.name, similarity(t.name_key, n.key) as likeness from tags t
      where t.org_id = ${orgId} and t.deleted_at is null and similarity(t.name_key, n.key) >= ${NEAR}
      order by likeness desc, t.name_key limit ${MOST_NEAR}
    ) t on true
    group by n.name, n.place order by n.place`.execute(db)
  return rows
}

/** Each of some names with the others among them that are nearly the same, the likest first. */
export async function nearAmong(db: Db, names: readonly string[]): Promise<Map<string, string[]>> {
  const { rows } = await sql<{ name: string; near: string[] }>`
    with names as materialized (select * from unnest(${names}::text[], ${names.map(nameKey)}::text[]) as n (name, key))
    select name, array_agg(other order by likeness desc, other) as near from (
      select a.name, b.name as other, l.likeness, row_number() over (partition by a.name order by l.likeness desc, b.name) as place
      from names a join names b on b.key <> a.key cross join lateral (select similarity(a.key, b.key) as likeness) l
      where l.likeness >= ${NEARLY}
    ) pairs where place <= ${MOST_NEAR} group by name`.execute(db)
  return new Map(rows.map(({ name, near }) => [name, near]))
}

function namesUnknown(unknown: readonly UnknownName[]): Problem {
  const quoted = unknown.map(({ name, near }) =>
    near.length === 0 ? `“${name}”` : `“${name}” (there is ${near.map((tag) => `“${tag.name}”`).join(', ')})`,
  )
  return new Problem(
    'invalid',
    `Not in the catalog: ${quoted.join('; ')}. Nothing was done. Use the names of the catalog, or create the tag first.`,
    { reason: 'tag_names_unknown', data: { unknown } },
  )
}

/** The ids of the tags that were deleted from the catalog and that some contact still carries. */
export async function historicalTagIds(db: Db, orgId: string): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select t.id from tags t where t.org_id = ${orgId} and t.deleted_at is not null and exists (
      select 1 from tag_assignments a where a.org_id = t.org_id and a.tag_id = t.id and a.removed_at is null)`.execute(
    db,
  )
  return rows.map((row) => row.id)
}

interface LockedTag extends TagChip {
  merged_into: string | null
}

/**
 * The tags to add and to remove themselves, merged ones followed, and their chips. Inside a transaction they cannot be
 * changed, deleted or merged before its end. Refuses those that are not in the catalog.
 */
export async function catalogTags(
  db: Db,
  orgId: string,
  { add = [], remove = [] }: { add?: readonly string[]; remove?: readonly string[] },
): Promise<{ add: string[]; remove: string[]; chips: Map<string, TagChip> }> {
  const locked = new Map<string, LockedTag>()
  let ids = [...new Set([...add, ...remove])]
  while (ids.length > 0) {
    const { rows } = await sql<LockedTag>`
      select id, name, color, deleted_at is not null as deleted, merged_into from tags
      where org_id = ${orgId} and id = any((select ${ids}::uuid[])::uuid[]) order by id for share`.execute(prepared(db))
    for (const row of rows) locked.set(row.id, row)
    ids = rows.flatMap(({ merged_into: into }) => (into === null || locked.has(into) ? [] : [into]))
  }
  const follow = (id: string): LockedTag | undefined => {
    const tag = locked.get(id)
    return tag?.merged_into ? follow(tag.merged_into) : tag
  }
  const unknown = [...add, ...remove].filter((id) => !locked.has(id))
  if (unknown.length > 0) {
    throw new Problem('invalid', 'A tag is not in the catalog of this organization. Choose one that is.', {
      reason: 'tag_unknown',
      data: { tag_ids: unknown },
    })
  }
  const followed = (each: readonly string[]) => [...new Map(each.map((id) => [follow(id)!.id, follow(id)!])).values()]
  const deleted = [...followed(add), ...followed(remove)].find((tag) => tag.deleted)
  if (deleted) {
    throw new Problem(
      'invalid',
      `The tag “${deleted.name}” was deleted from the catalog. Restore it first, or choose another.`,
      {
        reason: 'tag_deleted',
        data: { tag_id: deleted.id, name: deleted.name },
      },
    )
  }
  const [added, removed] = [add, remove].map((each) => followed(each).map((tag) => tag.id))
  if (added!.some((id) => removed!.includes(id)))
    throw new Problem('invalid', 'A tag can be added or removed, not both.', { reason: 'tag_both' })
  const chips = new Map([...locked].map(([id, { merged_into: _, ...chip }]) => [id, chip]))
  return { add: added!, remove: removed!, chips }
}

/** What each of the tags leads to, merged ones followed, by its id; as `catalogTags`, it keeps them from being deleted or merged. */
export async function survivorsOf(tx: Tx, orgId: string, ids: readonly string[]): Promise<Map<string, string>> {
  const asked = [...new Set(ids)]
  await catalogTags(tx, orgId, { add: asked })
  return new Map([...(await resolveTags(tx, orgId, asked))].map(([id, tag]) => [id, tag.id]))
}
