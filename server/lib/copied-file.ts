// A file made from what COPY sends, line by line as it comes, with the number of its rows promised beforehand.
import { Readable } from 'node:stream'
import type { CompiledQuery } from 'kysely'
import { linesOf, type Snapshot } from './copy.ts'
import { BYTE_ORDER_MARK, csvRow } from './csv.ts'

/** What a CSV file with these columns begins with. */
export const csvHead = (columns: readonly string[]): string => BYTE_ORDER_MARK + csvRow(columns)

export interface CopiedFile {
  rows: number
  content: Readable
}

interface FileCopy {
  /** What the file begins with. */
  head: string
  /** After one another; all with the same columns. */
  queries: readonly CompiledQuery[]
  /** The row of the file for the columns of a line: COPY's text in Latin 1, whatever is not ASCII unread. */
  row: (columns: readonly string[]) => string
  /** How many rows there are, counted in the same snapshot. */
  rows: number
}

/**
 * The file as a stream, with constant memory. It ends the snapshot; an error on the way ends the stream with that error,
 * never as if it were complete, and so does a number of rows other than the one promised.
 */
export function copiedFile(snapshot: Snapshot, copied: FileCopy): CopiedFile {
  const content = Readable.from(chunks(snapshot, copied), { objectMode: true, highWaterMark: 2 })
  // A generator that nobody began to read has nothing to clean up by itself.
  content.once('close', () => void snapshot.close())
  return { rows: copied.rows, content }
}

async function* chunks({ copy }: Snapshot, { head, queries, row, rows: promised }: FileCopy): AsyncGenerator<Buffer> {
  if (head !== '') yield Buffer.from(head)
  let rows = 0
  for (const query of queries) {
    for await (const lines of linesOf(copy(query))) {
      rows += lines.length
      yield Buffer.from(lines.map((line) => row(line.split('\t'))).join(''), 'latin1')
    }
  }
  if (rows !== promised) throw new Error(`The export promised ${promised} rows and found ${rows}.`)
}
