// Reading many rows the fast way: COPY, whose text is handed on as it comes, without a row ever being an object.
import type { CompiledQuery } from 'kysely'
import pg from 'pg'
import { to as copyTo } from 'pg-copy-streams'
import { arrayLiteral, databaseOn, isoInstant, type Db } from './db.ts'

/** A transaction on one snapshot, read only, on a connection of its own. */
export interface Snapshot {
  db: Db
  /**
   * The rows of a query as PostgreSQL's text format: columns between tabs, `\N` for null, a line each. Chunks end where
   * they happen to end. Leaving the loop early ends the query with the snapshot.
   */
  copy(query: CompiledQuery): AsyncIterable<Buffer>
  /** Ends it; a connection that may still be sending rows is closed, not given back. */
  close(): Promise<void>
}

export async function openSnapshot(pool: pg.Pool): Promise<Snapshot> {
  const client = await pool.connect()
  let copying = false
  try {
    await client.query('begin isolation level repeatable read read only')
  } catch (error) {
    client.release(true)
    throw error
  }
  return {
    db: databaseOn(client),
    async *copy(query) {
      copying = true
      yield* client.query(copyTo(`copy (${withLiterals(query)}) to stdout`)) as AsyncIterable<Buffer>
      copying = false
    },
    async close() {
      if (copying) return client.release(true)
      await client.query('rollback').then(
        () => client.release(),
        (error: Error) => client.release(error),
      )
    },
  }
}

/** COPY takes no parameters: they are written into the text as literals. */
export function withLiterals({ sql, parameters }: Pick<CompiledQuery, 'sql' | 'parameters'>): string {
  return sql.replaceAll(/\$(\d+)/g, (_, n: string) => literal(parameters[Number(n) - 1]))
}

function literal(value: unknown): string {
  if (value === null) return 'null'
  if (typeof value === 'number' && Number.isFinite(value)) return String(value)
  if (typeof value === 'string') return pg.escapeLiteral(value)
  if (Array.isArray(value) && value.every((each) => typeof each === 'string'))
    return pg.escapeLiteral(arrayLiteral(value)!)
  throw new Error(`A value of this kind cannot be written into SQL: ${typeof value}`)
}

/** The lines that a chunk has ended, in Latin 1, whatever is not ASCII unread. */
export async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<string[]> {
  let rest = ''
  for await (const chunk of chunks) {
    const lines = (rest + chunk.toString('latin1')).split('\n')
    rest = lines.pop()!
    if (lines.length > 0) yield lines
  }
}

const ESCAPES: Record<string, string> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' }

export const isNull = (column: string): boolean => column === '\\N'

/** A column of COPY's text as it is in the table; null as nothing. */
export function copiedText(column: string): string {
  if (!column.includes('\\')) return column
  return isNull(column) ? '' : column.replaceAll(/\\(.)/gs, (_, letter: string) => ESCAPES[letter] ?? letter)
}

export const copiedInstant = (column: string): string => (isNull(column) ? '' : isoInstant(column))
