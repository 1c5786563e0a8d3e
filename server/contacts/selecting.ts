// Which contacts match, and in what order: pages, counts, and the one order of list and export.
import { sql, type RawBuilder } from 'kysely'
import type { Db } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import { isId } from '../lib/ids.ts'
import { quickCount } from './counting.ts'
import { readFilter, type Condition } from './filter.ts'
import type { ContactFilter, ContactSort, SortOrder } from './schema.ts'

/** With so few matches in a source they are read and sorted: 6 µs each, where walking the list to a page takes as long. */
const FEW = 2_000
/** With more, a walk that looks up the assignments of each contact it passes ends here. */
const PROBED = 3_000
/** So many assignments are kept in a hash to walk by; within `work_mem` as PostgreSQL has it by default. */
const HASHED = 200_000
/** A walk by the hash passes so many contacts for each assignment in it; beyond, reading and sorting takes less. */
const PASSED = 10

interface Order {
  sort: ContactSort
  order?: SortOrder | undefined
}

interface Key {
  /** Null for a contact without the time or name that the list is sorted by. */
  key: string | null
  id: string
}

const COLUMNS = { last_seen: 'last_seen_at', first_seen: 'first_seen_at', name: 'sort_name' } as const
const TYPES = { last_seen: 'timestamptz', first_seen: 'timestamptz', name: 'text' } as const

/**
 * The whole list as two queries after one another, each in the order of an index: `where … order by …` of `contacts c`,
 * first the contacts with a time or name to sort by, then those without.
 */
export function partsInOrder(
  where: RawBuilder<boolean>,
  { sort, order = naturalOrder(sort) }: Order,
): RawBuilder<unknown>[] {
  const { column, direction } = scanOf(sort, order, null)
  return ['is not null', 'is null'].map(
    (part) => sql`where ${where} and ${column} ${sql.raw(part)} order by ${column} ${direction}, c.id ${direction}`,
  )
}

/** Newest first for times, A to Z for names. */
const naturalOrder = (sort: ContactSort): SortOrder => (sort === 'name' ? 'asc' : 'desc')

/** The ids of a page in its order, and the cursor of the next one. Refuses a cursor of another order. */
export async function selectPage(
  db: Db,
  orgId: string,
  filter: ContactFilter,
  { sort, order = naturalOrder(sort) }: Order,
  page: { limit: number; cursor?: string | undefined },
): Promise<{ ids: string[]; next_cursor: string | null }> {
  const after = page.cursor === undefined ? null : readCursor(page.cursor, sort, order)
  const condition = await readFilter(db, orgId, filter)
  const scan = scanOf(sort, order, after)
  const wanted = page.limit + 1
  const rows = await findPage(db, orgId, condition, scan, wanted)
  const last = rows.length > page.limit ? rows[page.limit - 1] : undefined
  return {
    ids: rows.slice(0, page.limit).map((row) => row.id),
    next_cursor: last ? writeCursor(last, sort, order) : null,
  }
}

/** How many contacts match, exactly. */
export async function countMatching(db: Db, orgId: string, filter: ContactFilter): Promise<number> {
  const condition = await readFilter(db, orgId, filter)
  const { where, ofTags } = condition
  const count = ofTags && (await quickCount(db, orgId, ofTags))
  const few = count ? null : await smallestSource(db, condition, FEW)
  const { rows } = await (
    count
      ? sql<{ count: number }>`select ${count} as count`
      : few
        ? sql<{ count: number }>`
            with found as materialized (select distinct a.contact_id as id ${few.from})
            select count(*) as count from found cross join lateral (
              select 1 from contacts c where c.org_id = ${orgId} and c.id = found.id and ${where} limit 1) c`
        : sql<{ count: number }>`select count(*) as count from contacts c where ${where}`
  ).execute(db)
  return rows[0]!.count
}

interface Scan {
  sort: ContactSort
  column: RawBuilder<unknown>
  direction: RawBuilder<unknown>
  /** The contacts with a key that come after the cursor; null when it is past them. */
  keyed: RawBuilder<unknown> | null
  /** Those without, which come last. */
  keyless: RawBuilder<unknown>
}

function scanOf(sort: ContactSort, order: SortOrder, after: Key | null): Scan {
  const column = sql.raw(`c.${COLUMNS[sort]}`)
  const type = sql.raw(TYPES[sort])
  const beyond = sql.raw(order === 'asc' ? '>' : '<')
  return {
    sort,
    column,
    direction: sql.raw(order),
    keyed:
      after === null
        ? sql`${column} is not null`
        : after.key === null
          ? null
          : sql`(${column}, c.id) ${beyond} (${after.key}::${type}, ${after.id}::uuid)`,
    keyless:
      after !== null && after.key === null
        ? sql`${column} is null and c.id ${beyond} ${after.id}::uuid`
        : sql`${column} is null`,
  }
}

/** The way to a page that promises to be the shortest, by how many assignments the filter's sources have. */
async function findPage(db: Db, orgId: string, condition: Condition, scan: Scan, limit: number): Promise<Key[]> {
  const few = await smallestSource(db, condition, FEW)
  if (few) return gather(db, orgId, condition, few.from, scan, limit)
  const { where, probing } = condition
  if (!probing) return walk(scan, limit, (part, rest) => walkFreely(db, where, scan, part, rest))
  const bounded = (most: number, check: RawBuilder<boolean>) =>
    walk(scan, limit, (part, rest) => walkBounded(db, orgId, scan, { part, most, check }, rest))
  // With matches everywhere the first contacts of the list hold a page of them.
  const some = await smallestSource(db, condition, FEW * 5)
  const probed = some ? null : await bounded(PROBED, probing)
  if (probed) return probed
  // Tags of a time long past are on contacts far down the list: who carries them is known beforehand.
  const many = some ?? (await smallestSource(db, condition, HASHED))
  if (!many) return walk(scan, limit, (part, rest) => walkFreely(db, where, scan, part, rest))
  // A subquery that is asked whether it is true becomes a hash, never a join; the limit tells the planner that it is small.
  const hashed = sql<boolean>`(c.id in (select a.contact_id ${many.from} limit ${HASHED + 5_000})) is true and ${probing}`
  return (await bounded(many.size * PASSED, hashed)) ?? gather(db, orgId, condition, many.from, scan, limit)
}

/** The source with the fewest assignments and their number, when they are no more than `most`; each is counted no further. */
async function smallestSource(
  db: Db,
  { sources }: Condition,
  most: number,
): Promise<{ from: RawBuilder<unknown>; size: number } | null> {
  if (sources.length === 0) return null
  const counts = sources
    .slice(0, 20)
    .map((source) => sql`(select count(*) from (select 1 ${source} limit ${most + 1}) counted)`)
  const { rows } = await sql<{ counts: number[] }>`select array[${sql.join(counts)}]::int[] as counts`.execute(db)
  const { counts: found } = rows[0]!
  const size = Math.min(...found)
  return size <= most ? { from: sources[found.indexOf(size)]!, size } : null
}

/** Reads all contacts of a source and sorts them. */
async function gather(
  db: Db,
  orgId: string,
  { where }: Condition,
  source: RawBuilder<unknown>,
  { column, direction, keyed, keyless }: Scan,
  limit: number,
): Promise<Key[]> {
  // The limit within keeps the planner at one look-up by the key for each, whatever statistics it has.
  const { rows } = await sql<Key>`
    with found as materialized (select distinct a.contact_id as id ${source})
    select c.id, c.key from found cross join lateral (
      select c.id, ${column} as key from contacts c
      where c.org_id = ${orgId} and c.id = found.id and ${where} and (${keyed ? sql`${keyed} or` : sql``} ${keyless}) limit 1) c
    order by c.key ${direction} nulls last, c.id ${direction} limit ${limit}`.execute(db)
  return rows
}

/** Up to `limit` contacts of one part of the list; null when they could not all be found within bounds. */
type WalkPart = (part: RawBuilder<unknown>, limit: number) => Promise<Key[] | null>

/** Walks the list from where the page begins until it is full: first the contacts with a key, then those without. */
async function walk<W extends WalkPart>(scan: Scan, limit: number, walkPart: W): Promise<Awaited<ReturnType<W>>> {
  const keyed = scan.keyed === null ? [] : await walkPart(scan.keyed, limit)
  if (keyed === null || keyed.length === limit) return keyed as Awaited<ReturnType<W>>
  const keyless = await walkPart(scan.keyless, limit - keyed.length)
  return (keyless && [...keyed, ...keyless]) as Awaited<ReturnType<W>>
}

const inOrder = ({ column, direction }: Scan) => sql`order by ${column} ${direction}, c.id ${direction}`

/** As the planner sees fit. */
async function walkFreely(
  db: Db,
  where: RawBuilder<boolean>,
  scan: Scan,
  part: RawBuilder<unknown>,
  limit: number,
): Promise<Key[]> {
  const { rows } = await sql<Key>`
    select c.id, ${scan.column} as key from contacts c where ${where} and ${part} ${inOrder(scan)} limit ${limit}`.execute(
    db,
  )
  return rows
}

/** Passes so many contacts at most, and checks each. */
async function walkBounded(
  db: Db,
  orgId: string,
  scan: Scan,
  { part, most, check }: { part: RawBuilder<unknown>; most: number; check: RawBuilder<boolean> },
  limit: number,
): Promise<Key[] | null> {
  const passed = (number: number) =>
    sql`select c.* from contacts c where c.org_id = ${orgId} and ${part} ${inOrder(scan)} limit ${number}`
  const { rows } = await sql<Key>`
    select c.id, ${scan.column} as key from (${passed(most)}) c where ${check} ${inOrder(scan)} limit ${limit}`.execute(
    db,
  )
  if (rows.length === limit) return rows
  const { rows: beyond } = await sql`select 1 from (${passed(most + 1)}) c offset ${most}`.execute(db)
  return beyond.length === 0 ? rows : null
}

const writeCursor = ({ key, id }: Key, sort: ContactSort, order: SortOrder): string =>
  Buffer.from(JSON.stringify([sort, order, key, id])).toString('base64url')

function readCursor(text: string, sort: ContactSort, order: SortOrder): Key {
  try {
    const [ofSort, ofOrder, key, id] = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as unknown[]
    const validKey =
      key === null ||
      (typeof key === 'string' &&
        (sort === 'name'
          ? !key.includes('\0')
          : /^[+\d]\d{3,6}-[0-9T:.-]+Z$/.test(key) && !Number.isNaN(Date.parse(key))))
    if (ofSort === sort && ofOrder === order && validKey && typeof id === 'string' && isId(id)) return { key, id }
  } catch {
    // Falls through to the one answer for every malformed cursor.
  }
  throw new Problem(
    'invalid',
    'This cursor is not valid here. Pass next_cursor of the page before, unchanged and with the same sort and order, or start without a cursor.',
    { reason: 'cursor_invalid', field: 'cursor' },
  )
}
