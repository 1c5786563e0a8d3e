// The names in a file's column of tags: where each leads, and what a person says of those that the catalog does not have.
import { sql } from 'kysely'
import type { Actor } from '../access/actor.ts'
import type { Db, Tx } from '../lib/db.ts'
import { nameKey } from '../lib/fold.ts'
import { catalogTags, nearAmong, nearTo, resolveTagNames } from '../tags/resolving.ts'
import { CreateTag, type TagChip } from '../tags/schema.ts'
import { chipsById, createTag } from '../tags/tags.ts'
import { Problem } from '../lib/errors.ts'
import { MOST_COMPARED, type ImportSettings, type ImportTag, type TagChoice } from './schema.ts'

interface TagRow {
  n: number
  name: string
  name_key: string
  uses: number
  choice: TagChoice | null
  tag_id: string | null
}

interface Of {
  org_id: string
  id: string
}

/** Different names in one file; more is another column, or sentences. */
export const MOST_NAMES = 5000
/** So many tags are created by one import at most. */
export const MOST_NEW = 500

const readTags = async (db: Db, { org_id: orgId, id }: Of): Promise<TagRow[]> =>
  (
    await sql<TagRow>`
      select n, name, name_key, uses, choice, tag_id from import_tags where org_id = ${orgId} and import_id = ${id} order by n`.execute(
      db,
    )
  ).rows

/** Keeps the names of a file that was read, in place of those of an earlier reading. */
export async function saveNames(
  tx: Tx,
  { org_id: orgId, id }: Of,
  names: ReadonlyMap<string, { n: number; name: string; uses: number }>,
) {
  await sql`delete from import_tags where org_id = ${orgId} and import_id = ${id}`.execute(tx)
  const each = [...names]
  await sql`
    insert into import_tags (org_id, import_id, n, name, name_key, uses)
    select ${orgId}, ${id}, * from unnest(${each.map(([, { n }]) => n)}::int[], ${each.map(([, { name }]) => name)}::text[],
      ${each.map(([key]) => key)}::text[], ${each.map(([, { uses }]) => uses)}::int[])`.execute(tx)
}

/** Where each name leads now: to its tag, else where the person says. A choice that names a tag which is gone is none. */
export async function settleNames(tx: Tx, of: Of, choices: ImportSettings['tags']): Promise<void> {
  const rows = await readTags(tx, of)
  const known = await resolveTagNames(
    tx,
    of.org_id,
    rows.map((row) => row.name),
  )
  const chosen = new Map(choices.map((choice) => [nameKey(choice.name), choice]))
  const active = await chipsById(tx, of.org_id)
  const settled = rows.map((row) => {
    const tag = known.get(row.name)
    if (tag && !tag.deleted) return { n: row.n, choice: null, tag_id: tag.id }
    const said = chosen.get(row.name_key)
    if (said?.choice === 'use') {
      const used = said.tag_id === undefined ? undefined : active.get(said.tag_id)
      return used && !used.deleted
        ? { n: row.n, choice: 'use', tag_id: used.id }
        : { n: row.n, choice: null, tag_id: null }
    }
    return {
      n: row.n,
      choice: said && (said.choice !== 'create' || mayCreate(row.name)) ? said.choice : null,
      tag_id: null,
    }
  })
  await sql`
    update import_tags t set choice = s.choice, tag_id = s.tag_id
    from unnest(${settled.map((each) => each.n)}::int[], ${settled.map((each) => each.choice)}::text[], ${settled.map((each) => each.tag_id)}::uuid[])
      as s (n, choice, tag_id)
    where t.org_id = ${of.org_id} and t.import_id = ${of.id} and t.n = s.n`.execute(tx)
}

/** Refuses tags that somebody chose to use and that are not in the catalog. */
export async function refuseUnknownChoices(db: Db, actor: Actor, choices: ImportSettings['tags']): Promise<void> {
  const used = choices.filter(({ choice }) => choice === 'use').map(({ tag_id }) => tag_id)
  if (used.includes(undefined))
    throw new Problem('invalid', 'Say which tag of the catalog is meant.', {
      reason: 'import_tag_unsaid',
      field: 'tags',
    })
  await catalogTags(db, actor.org_id, { add: used as string[] })
}

const mayCreate = (name: string): boolean => CreateTag.safeParse({ name }).success

/** Which tag each name of a file stands for, by its number from 0; null for what is left out. */
export interface TagMap {
  ids: (string | null)[]
  /** Names of which nothing was said. */
  undecided: string[]
  /** Names for which a tag is to be created, with their numbers. */
  toCreate: { n: number; name: string }[]
}

export async function tagMapOf(db: Db, of: Of): Promise<TagMap> {
  const rows = await readTags(db, of)
  const ids: (string | null)[] = []
  for (const row of rows) ids[row.n] = row.tag_id
  return {
    ids: Array.from(ids, (id) => id ?? null),
    undecided: rows.filter((row) => row.tag_id === null && row.choice === null).map((row) => row.name),
    toCreate: rows.filter((row) => row.tag_id === null && row.choice === 'create'),
  }
}

/** Creates the tags that the person asked for, each once; one that was created meanwhile is taken. */
export async function createChosen(tx: Tx, actor: Actor, of: Of): Promise<string[]> {
  const { toCreate } = await tagMapOf(tx, of)
  const there = await resolveTagNames(
    tx,
    of.org_id,
    toCreate.map(({ name }) => name),
  )
  const made: { n: number; id: string }[] = []
  for (const { n, name } of toCreate) {
    const tag = there.get(name)
    made.push({ n, id: tag && !tag.deleted ? tag.id : (await createTag(tx, actor, CreateTag.parse({ name }))).id })
  }
  await sql`
    update import_tags t set tag_id = s.id from unnest(${made.map(({ n }) => n)}::int[], ${made.map(({ id }) => id)}::uuid[]) as s (n, id)
    where t.org_id = ${of.org_id} and t.import_id = ${of.id} and t.n = s.n`.execute(tx)
  return made.map(({ id }) => id)
}

/** The names of a file as a person decides about them: those that the catalog does not have first, then the others, the most used first. */
export async function tagsOfImport(db: Db, of: Of): Promise<ImportTag[]> {
  const rows = await readTags(db, of)
  const named = await resolveTagNames(
    db,
    of.org_id,
    rows.map((row) => row.name),
  )
  const chips = await chipsById(db, of.org_id)
  const chip = (id: string | null | undefined): TagChip | null => (id == null ? null : (chips.get(id) ?? null))
  const isKnown = (row: TagRow) => row.tag_id !== null && row.choice === null
  const sorted = rows.toSorted((a, b) => Number(isKnown(a)) - Number(isKnown(b)) || b.uses - a.uses || a.n - b.n)
  const unknown = sorted.filter((row) => !isKnown(row)).slice(0, MOST_COMPARED)
  const compared = unknown.map((row) => row.name)
  const near = new Map((await nearTo(db, of.org_id, compared)).map((each) => [each.name, each.near]))
  const nearNames = await nearAmong(db, compared)
  return sorted.map((row): ImportTag => {
    const tag = named.get(row.name)
    return {
      name: row.name,
      rows: row.uses,
      state: isKnown(row) ? 'known' : tag?.deleted ? 'deleted' : 'unknown',
      tag: chip(row.tag_id ?? tag?.id),
      near: (near.get(row.name) ?? []).flatMap(({ id }) => chip(id) ?? []),
      near_names: nearNames.get(row.name) ?? [],
      can_create: mayCreate(row.name),
      choice: row.choice,
    }
  })
}
