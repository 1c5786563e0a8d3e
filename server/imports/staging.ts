// Staging the rows of a file: each is read, matched with the contacts that are here, and kept until it is written.
import { sql } from 'kysely'
import { arrayLiteral, type Db, type Tx } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import { foldForSearch, nameKey } from '../lib/fold.ts'
import { throwAway } from '../lib/heap.ts'
import { searchGrams } from '../contacts/search-text.ts'
import { isCreatable, isDigits, isExternal, readRow, type ReadRow } from './cells.ts'
import type { ImportRow } from './imports.ts'
import { matchKeys, matchOf } from './matching.ts'
import { rowsOf } from './parsing.ts'
import { portfolioOf, type Portfolio } from './portfolio.ts'
import { MOST_IMPORT_ROWS, type ImportSettings, type RowReason } from './schema.ts'
import { MOST_NAMES, saveNames } from './tags.ts'
import { bytesOf, noRows } from './uploading.ts'

/** Rows a statement, and bytes of them at most. */
const BATCH_ROWS = 1000
const BATCH_BYTES = 1_000_000
const CACHED_CELLS = 2_000
/** What goes to the database, and through its protocol's buffers, for a byte of the file. */
const KEPT_FOR_A_BYTE = 3

/** Another check has been asked for, or the import was discarded: nothing more is written by this one. */
export class Overtaken extends Error {}

interface StagedRow {
  n: number
  cells: string[]
  read: ReadRow | RowReason
  tags: number[] | null
}

/** Reads the whole file and keeps its rows in place of those of an earlier reading. Rows that speak of one contact are put together. */
export async function stageRows(db: Db, file: ImportRow, stopping?: AbortSignal): Promise<void> {
  const settings = file.settings!
  const names = new Map<string, { n: number; name: string; uses: number }>()
  const numbersIn = numbering(names)
  const now = Date.now()
  let width: number | null = null
  let header: string[] = []
  let [rows, bytes, readBytes, readRows] = [[] as StagedRow[], 0, 0, 0]
  await forgetStaged(db, file)
  const save = async () => {
    if (stopping?.aborted) throw new Overtaken()
    readRows += rows.length
    await db.transaction().execute((tx) => saveRows(tx, file, settings, rows, { readBytes, readRows }))
    ;[rows, bytes] = [[], 0]
  }
  const onRead = (size: number) => {
    readBytes += size
    throwAway(size * KEPT_FOR_A_BYTE)
  }
  for await (const { n, cells } of rowsOf(counted(bytesOf(db, file), onRead), settings)) {
    if (width === null) {
      width = cells.length
      header = cells
      refuseColumns(settings, width)
      continue
    }
    if (readRows + rows.length === MOST_IMPORT_ROWS)
      throw new Problem('invalid', 'The file has more than 1,000,000 rows. Cut it into several.', {
        reason: 'import_too_many_rows',
        data: { max: MOST_IMPORT_ROWS },
      })
    const read = readRow(cells, { ...settings, width, now })
    rows.push({ n, cells, read, tags: typeof read === 'string' ? null : numbersIn(read.tags) })
    bytes += cells.reduce((sum, cell) => sum + cell.length, 0)
    if (rows.length === BATCH_ROWS || bytes > BATCH_BYTES) await save()
  }
  if (readRows + rows.length === 0) throw noRows()
  await save()
  await db.transaction().execute(async (tx) => {
    await tellProgress(tx, file, { readBytes, readRows })
    await sql`
      update imports set guess = jsonb_set(guess, '{header}', ${JSON.stringify(header.map(storable))}::jsonb) where org_id = ${file.org_id} and id = ${file.id}`.execute(
      tx,
    )
    await saveNames(tx, file, names)
    await putTogether(tx, file)
  })
}

async function* counted(parts: AsyncIterable<Buffer>, onSize: (size: number) => void): AsyncGenerator<Buffer> {
  for await (const part of parts) {
    yield part
    onSize(part.length)
  }
}

function refuseColumns({ columns }: ImportSettings, width: number): void {
  if (Object.values(columns).every((place) => place === null || place < width)) return
  throw new Problem('invalid', `The file has ${width} columns. Choose among them.`, {
    reason: 'import_columns_missing',
    data: { columns: width },
  })
}

/** Numbers the names of tags as they come; the same few cells come again and again. */
function numbering(names: Map<string, { n: number; name: string; uses: number }>) {
  const known = new Map<string, { numbers: number[]; used: { uses: number }[] }>()
  return (tags: readonly string[] | null): number[] | null => {
    if (tags === null) return null
    const cell = tags.join('\n')
    let found = known.get(cell)
    if (!found) {
      const used = tags.map((name) => {
        const key = nameKey(name)
        const one = names.get(key) ?? { n: names.size, name, uses: 0 }
        if (key !== '') names.set(key, one)
        return { key, one }
      })
      if (names.size > MOST_NAMES)
        throw new Problem(
          'invalid',
          `The column of tags has more than ${MOST_NAMES} different names. Is it another column?`,
          {
            reason: 'import_too_many_tags',
            data: { max: MOST_NAMES },
          },
        )
      const distinct = [...new Set(used.filter(({ key }) => key !== '').map(({ one }) => one))]
      found = { numbers: distinct.map((one) => one.n), used: distinct }
      if (known.size < CACHED_CELLS) known.set(cell, found)
    }
    for (const one of found.used) one.uses++
    return found.numbers
  }
}

async function forgetStaged(db: Db, { org_id: orgId, id }: ImportRow): Promise<void> {
  await sql`delete from import_rows where org_id = ${orgId} and import_id = ${id}`.execute(db)
}

/** Says how far reading has come. Throws when another check was asked for. */
async function tellProgress(
  tx: Tx,
  { org_id: orgId, id, check_no: checkNo }: ImportRow,
  { readBytes, readRows }: { readBytes: number; readRows: number },
): Promise<void> {
  const { rows } = await sql`
    update imports set read_bytes = ${readBytes}, read_rows = ${readRows}, touched_at = now()
    where org_id = ${orgId} and id = ${id} and check_no = ${checkNo} and status = 'checking' returning id`.execute(tx)
  if (rows.length === 0) throw new Overtaken()
}

async function saveRows(
  tx: Tx,
  file: ImportRow,
  settings: ImportSettings,
  rows: readonly StagedRow[],
  progress: { readBytes: number; readRows: number },
): Promise<void> {
  const { org_id: orgId, id } = file
  await tellProgress(tx, file, progress)
  const keys = rows.flatMap(({ read }) => (typeof read === 'string' ? [] : read.keys))
  const known = await matchKeys(tx, orgId, [...new Set(keys)])
  const portfolio = await portfolioOf(tx, orgId, settings)
  const staged = rows.map((row) => {
    const { read } = row
    if (typeof read === 'string') return { ...row, reason: read, read: null, contact_id: null }
    const match = matchOf(read.keys, known)
    const reason = typeof match === 'string' ? match : match ? null : reasonAgainst(read.keys[0]!, settings, portfolio)
    return { ...row, read, reason, contact_id: match !== null && typeof match === 'object' ? match.contact_id : null }
  })
  const column = <T>(pick: (row: (typeof staged)[number]) => T) => staged.map(pick)
  const folded = staged.map(({ read }) => (read?.display_name == null ? null : foldForSearch(read.display_name)))
  await sql`
    insert into import_rows (org_id, import_id, n, cells, reason, keys, person, contact_id, display_name, folded_name, name_grams, tags, first_seen_at, last_seen_at)
    select ${orgId}, ${id}, r.n, r.cells::text[], r.reason, r.keys::text[], r.person, r.contact_id, r.display_name, r.folded_name, r.name_grams::text[], r.tags::int[],
      r.first_seen_at, r.last_seen_at
    from unnest(${column((r) => r.n)}::int[], ${column((r) => arrayLiteral(r.cells.map(storable)))}::text[], ${column((r) => r.reason)}::text[],
      ${column((r) => arrayLiteral(r.read?.keys ?? []))}::text[], ${column((r) => r.contact_id ?? r.read?.keys.toSorted()[0] ?? null)}::text[],
      ${column((r) => r.contact_id)}::uuid[], ${column((r) => r.read?.display_name ?? null)}::text[], ${folded}::text[],
      ${folded.map((name) => arrayLiteral(name === null ? null : searchGrams(name)))}::text[],
      ${column((r) => (r.tags === null ? null : `{${r.tags.join(',')}}`))}::text[], ${column((r) => r.read?.first_seen_at ?? null)}::timestamptz[],
      ${column((r) => r.read?.last_seen_at ?? null)}::timestamptz[])
      as r (n, cells, reason, keys, person, contact_id, display_name, folded_name, name_grams, tags, first_seen_at, last_seen_at)`.execute(
    tx,
  )
}

const storable = (cell: string): string => cell.replaceAll('\0', '')

/** Why nobody can be created under an id that is not known here; null when somebody can. */
export function reasonAgainst(
  key: string,
  { create_contacts }: Pick<ImportSettings, 'create_contacts'>,
  portfolio: Portfolio,
): RowReason | null {
  if (!isCreatable(key)) return 'row_phone_invalid'
  if (!create_contacts) return 'row_not_here'
  return isDigits(key) || isExternal(key) ? null : portfolio.reason
}

/**
 * Rows that speak of one contact are taken together: the first of them gets the last name, the tags of all, the earliest time
 * of being first seen and the latest of being last seen.
 */
async function putTogether(tx: Tx, { org_id: orgId, id }: ImportRow): Promise<void> {
  // The planner knows nothing yet of rows that were written a moment ago, and would compare each with each.
  await sql`set local enable_nestloop = off`.execute(tx)
  const { rows } = await sql<{ n: number }>`
    with repeated as materialized (
      select n, lead from (
        select n, min(n) over (partition by person) as lead from import_rows
        where org_id = ${orgId} and import_id = ${id} and reason is null
      ) led where lead <> n
    )
    update import_rows r set same_as = repeated.lead from repeated
    where r.org_id = ${orgId} and r.import_id = ${id} and r.n = repeated.n
    returning r.n`.execute(tx)
  if (rows.length === 0) return
  await sql`
    with follower as materialized (
      select same_as as lead, n, display_name, folded_name, name_grams, tags, first_seen_at, last_seen_at from import_rows
      where org_id = ${orgId} and import_id = ${id} and same_as is not null
    ), member as materialized (
      select * from follower union all
      select r.n, r.n, r.display_name, r.folded_name, r.name_grams, r.tags, r.first_seen_at, r.last_seen_at
      from (select distinct lead from follower) l join import_rows r on r.org_id = ${orgId} and r.import_id = ${id} and r.n = l.lead
    ), named as (
      select distinct on (lead) lead, display_name, folded_name, name_grams from member where display_name is not null order by lead, n desc
    ), together as (
      select lead, min(first_seen_at) as first_seen_at, max(last_seen_at) as last_seen_at from member group by lead
    ), tagged as (
      select lead, array_agg(distinct t order by t) as tags from member cross join lateral unnest(tags) t group by lead
    )
    update import_rows r set display_name = o.display_name, folded_name = o.folded_name, name_grams = o.name_grams,
      first_seen_at = g.first_seen_at, last_seen_at = g.last_seen_at, tags = coalesce(t.tags, r.tags)
    from together g left join named o using (lead) left join tagged t using (lead)
    where r.org_id = ${orgId} and r.import_id = ${id} and r.n = g.lead`.execute(tx)
}
