// The rows of a file of CSV, read as they come: the same for the preview, the check, and whoever asks what was refused.
import { pipeline, Readable } from 'node:stream'
import { CsvError, parse } from 'csv-parse'
import { Problem } from '../lib/errors.ts'
import { guessColumns } from './columns.ts'
import { decoded } from './decoding.ts'
import type { Encoding, Separator } from './schema.ts'

/** A row longer than this is a quotation mark that is missing somewhere, not a contact. */
export const MOST_ROW_BYTES = 65_536
/** So many columns at most, which is more than any list of contacts has. */
const MOST_COLUMNS = 500

export interface FileRow {
  /** As a spreadsheet counts: the first line is 1, and empty lines count too. */
  n: number
  cells: string[]
}

/**
 * The rows of a file in their order, the first line too, empty ones left out. Refuses, naming the row, quotation marks that
 * are not as CSV wants them and rows that never end; and letters that the encoding does not have.
 */
export async function* rowsOf(
  parts: AsyncIterable<Uint8Array>,
  { encoding, separator }: { encoding: Encoding; separator: Separator },
): AsyncGenerator<FileRow> {
  const parser = parse({
    delimiter: separator,
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    max_record_size: MOST_ROW_BYTES,
  })
  pipeline(Readable.from(decoded(parts, encoding)), parser, () => {
    // Whatever it ended with is thrown by the loop.
  })
  let n = 0
  try {
    for await (const record of parser as AsyncIterable<string[]>) {
      n++
      if (n === 1 && /^sep=/i.test(record[0]!) && record.length <= 2) continue
      if (record.every((cell) => cell === '')) continue
      if (record.length > MOST_COLUMNS)
        throw new Problem('invalid', `Row ${n} has more than ${MOST_COLUMNS} columns. Is this the right separator?`, {
          reason: 'import_too_many_columns',
          data: { row: n, max: MOST_COLUMNS },
        })
      yield { n, cells: record }
    }
  } catch (error) {
    throw error instanceof CsvError ? unreadable(error) : error
  }
}

function unreadable(error: CsvError): Problem {
  const row = Number(error['records']) + 1
  if (error.code === 'CSV_MAX_RECORD_SIZE')
    return new Problem(
      'invalid',
      `Row ${row} has more than 64 KB. Is a quotation mark missing there, or is this no list of contacts?`,
      { reason: 'import_row_too_long', data: { row } },
    )
  return new Problem(
    'invalid',
    `Row ${row} has a quotation mark where CSV allows none, or one that is never closed. Mend it in the file, then choose the file again.`,
    { reason: 'import_quotes', data: { row } },
  )
}

const SEPARATORS: readonly Separator[] = [',', ';', '\t']
const LOOKED_AT = 10

/** The separator by which the first rows have the most columns, and all the same number; better still, columns that are known. */
export async function guessSeparator(start: Uint8Array, encoding: Encoding): Promise<Separator> {
  let best: { separator: Separator; score: number } = { separator: ',', score: 0 }
  for (const separator of SEPARATORS) {
    const rows = await rowsReadable(start, { encoding, separator })
    const [header] = rows
    if (!header) continue
    const known = Object.values(guessColumns(header.cells)).filter((place) => place !== null).length
    const alike = rows.every((row) => row.cells.length === header.cells.length)
    const score = header.cells.length < 2 ? 0 : known * 1000 + (alike ? 500 : 0) + header.cells.length
    if (score > best.score) best = { separator, score }
  }
  return best.separator
}

/** With a separator that is not the file's, there may be none. */
async function rowsReadable(start: Uint8Array, how: { encoding: Encoding; separator: Separator }): Promise<FileRow[]> {
  try {
    return await firstRows(start, how, LOOKED_AT)
  } catch (error) {
    if (error instanceof Problem) return []
    throw error
  }
}

/** The first rows of the beginning of a file. Refuses what `rowsOf` refuses when there is not a single row before that. */
export async function firstRows(
  start: Uint8Array,
  how: { encoding: Encoding; separator: Separator },
  most: number,
): Promise<FileRow[]> {
  const rows: FileRow[] = []
  try {
    for await (const row of rowsOf(Readable.from([start]), how)) {
      rows.push(row)
      if (rows.length === most) break
    }
  } catch (error) {
    // The check names what is wrong further down.
    if (!(error instanceof Problem) || rows.length === 0) throw error
  }
  return rows
}
