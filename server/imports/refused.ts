// The rows that were refused as a file that can be mended and imported again.
import { sql } from 'kysely'
import type pg from 'pg'
import type { Actor } from '../access/actor.ts'
import { copiedText, openSnapshot } from '../lib/copy.ts'
import { copiedFile, csvHead, type CopiedFile } from '../lib/copied-file.ts'
import { csvField, csvText } from '../lib/csv.ts'
import { unescaped } from './cells.ts'
import { findImport, noImport } from './imports.ts'
import { sentenceOf } from './refusals.ts'
import type { RowReason } from './schema.ts'

/** The names of the columns that are added; whoever imports the file again leaves them alone. */
const ADDED = ['Row', 'Refused because']

/**
 * The refused rows with the cells that the file had, and after them the row's number and the reason. A stream with constant
 * memory, and the number of its rows.
 */
export async function exportRefused(pool: pg.Pool, actor: Actor, id: string): Promise<CopiedFile> {
  const snapshot = await openSnapshot(pool)
  try {
    const file = await findImport(snapshot.db, actor.org_id, id)
    if (!file) throw noImport()
    const header = file.guess?.header ?? []
    const refused = sql`from import_rows where org_id = ${actor.org_id} and import_id = ${id} and reason is not null`
    const { rows } = await sql<{ count: number }>`select count(*)::int as count ${refused}`.execute(snapshot.db)
    return copiedFile(snapshot, {
      head: csvHead([...header, ...ADDED].map(csvField)),
      queries: [sql`select n, reason, array_to_json(cells) ${refused} order by n`.compile(snapshot.db)],
      row: ([n, reason, cells]) => rowText(cellsIn(cells!), n!, reason as RowReason),
      rows: rows[0]!.count,
    })
  } catch (error) {
    await snapshot.close()
    throw error
  }
}

const cellsIn = (copied: string) => JSON.parse(Buffer.from(copiedText(copied), 'latin1').toString()) as string[]

/**
 * In Latin 1, as the bytes of UTF-8: that is how copied rows are handed on. A row with too few or too many cells keeps them, so
 * that it is refused again until somebody has mended it.
 */
function rowText(cells: readonly string[], n: string, reason: RowReason): string {
  const fields = [...cells.map(harmless), n, csvField(sentenceOf(reason))]
  return `${Buffer.from(fields.join(',')).toString('latin1')}\r\n`
}

/** What a spreadsheet could take for a formula is escaped, as in the export, if the file did not do so itself. */
const harmless = (cell: string): string => (/^\+[\d\s().-]*$/.test(cell) ? csvField(cell) : csvText(unescaped(cell)))
