// What there is to back up, read from the catalog of the database: tables in the order of their foreign keys, columns, sequences.
import type pg from 'pg'
import { to as copyTo, type CopyToStreamQuery } from 'pg-copy-streams'

/** The only tables whose rows are not part of a backup, each with the reason. Every other table of the schema `public` is. */
export const LEFT_OUT: ReadonlyMap<string, string> = new Map([
  ['schema_migrations', 'the restore runs the migrations itself, and they record themselves'],
  ['sessions', 'whoever had signed out since would be signed in again: everybody signs in anew'],
  ['setup_links', 'the link of an installation without people, of which there is none any more'],
  ['reset_links', 'a link that has been used since would let somebody in again'],
  ['api_key_minutes', 'how often keys were used within the last minute'],
  ['sign_in_failures', 'slows down who guesses passwords, for minutes'],
  ['lesson_vectors', 'worked out anew from the conversations when something is learned'],
  ['presences', 'who had which screen open at that moment'],
  [
    'idempotency_keys',
    'answers kept for repeated calls: after a restore they would tell of changes that are not there',
  ],
])

export interface Table {
  name: string
  columns: string[]
  /** The primary key, as an `order by` that does not depend on the database's collation. */
  order: string
  /** About how many rows it has. */
  estimate: number
}

export interface Catalog {
  /** What others refer to comes first. */
  tables: Table[]
  sequences: string[]
}

const OURS = `c.relnamespace = 'public'::regnamespace
  and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')`

/** Reads it; the names of tables that need no quotes are all that Earmark has. */
export async function readCatalog(client: pg.ClientBase): Promise<Catalog> {
  const rows = async <T>(text: string): Promise<T[]> => (await client.query(text)).rows as T[]
  const names = await rows<{ name: string }>(`
    select c.relname::text as name from pg_class c where ${OURS} and c.relkind in ('r', 'p') and not c.relispartition
    order by c.relname collate "C"`)
  const columns = await rows<{ table: string; name: string }>(`
    select c.relname::text as table, a.attname::text as name from pg_attribute a join pg_class c on c.oid = a.attrelid
    where ${OURS} and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' order by a.attnum`)
  const keys = await rows<{ table: string; column: string; collated: boolean }>(`
    select c.relname::text as table, a.attname::text as column, a.attcollation <> 0 as collated
    from pg_index i join pg_class c on c.oid = i.indrelid
    cross join unnest(i.indkey::int2[]) with ordinality as k (attnum, n)
    join pg_attribute a on a.attrelid = c.oid and a.attnum = k.attnum
    where ${OURS} and i.indisprimary order by k.n`)
  const references = await rows<{ from: string; to: string }>(`
    select distinct c.relname::text as from, r.relname::text as to from pg_constraint o
    join pg_class c on c.oid = o.conrelid join pg_class r on r.oid = o.confrelid
    where ${OURS} and o.contype = 'f' and o.conparentid = 0 and c.oid <> r.oid`)
  const estimates = await rows<{ table: string; estimate: number }>(`
    select c.relname::text as table, sum(greatest(l.reltuples, 0))::float8 as estimate
    from pg_class c cross join pg_partition_tree(c.oid) t join pg_class l on l.oid = t.relid
    where ${OURS} and c.relkind in ('r', 'p') and l.relkind = 'r' group by 1`)
  const sequences = await rows<{ name: string }>(
    `select c.relname::text as name from pg_class c where ${OURS} and c.relkind = 'S' order by c.relname collate "C"`,
  )
  const tables = names.map(({ name }): Table => ({
    name,
    columns: columns.filter((each) => each.table === name).map((each) => each.name),
    order: keys
      .filter((each) => each.table === name)
      .map((each) => each.column + (each.collated ? ' collate "C"' : ''))
      .join(', '),
    estimate: estimates.find((each) => each.table === name)?.estimate ?? 0,
  }))
  return {
    tables: inOrderOfReferences(tables, references).filter((table) => !LEFT_OUT.has(table.name)),
    sequences: sequences.map((each) => each.name),
  }
}

/** A table comes after those that it refers to; otherwise by name. */
function inOrderOfReferences(tables: readonly Table[], references: readonly { from: string; to: string }[]): Table[] {
  const ordered: Table[] = []
  let left = [...tables]
  while (left.length > 0) {
    const isFree = (table: Table) =>
      !references.some(({ from, to }) => from === table.name && left.some((each) => each.name === to))
    const free = left.filter(isFree)
    if (free.length === 0)
      throw new Error(`Tables refer to each other in a circle: ${left.map((each) => each.name).join(', ')}.`)
    ordered.push(...free)
    left = left.filter((table) => !free.includes(table))
  }
  return ordered
}

/** Makes text out of values, and values out of text, in the one way that does not depend on settings. */
export const PLAIN_TEXT = `set local timezone = 'UTC'; set local datestyle = 'ISO, YMD'; set local intervalstyle = 'postgres';
  set local extra_float_digits = 1; set local bytea_output = 'hex'; set local client_encoding = 'UTF8'`

/**
 * All rows of a table in COPY's text format, by primary key: the same rows are the same bytes, on any server and however
 * they lie on its disk. Chunks end where they happen to end.
 */
export function copyOut(client: pg.ClientBase, { name, columns, order }: Table): CopyToStreamQuery {
  const query = `select ${columns.join(', ')} from public.${name} ${order === '' ? '' : `order by ${order}`}`
  return client.query(copyTo(`copy (${query}) to stdout`))
}
