// The connection pool and Kysely over it: what each kind of column is in JavaScript.
import { Kysely, PostgresDialect, sql, type RawBuilder, type Transaction } from 'kysely'
import pg from 'pg'
import { errorCode } from './start-error.ts'
import type { Tables } from './tables.ts'

/** For verbs that read. */
export type Db = Kysely<Tables>
/** For verbs that write: only inside a transaction is there one, so a forgotten transaction does not compile. */
export type Tx = Transaction<Tables>

export interface Database {
  pool: pg.Pool
  db: Db
}

/**
 * Opens a pool on the database. Times are strings in UTC with three decimals (`2026-05-30T10:00:00.100Z`), dates are
 * strings, bigints are numbers while a number holds them exactly and strings beyond. `pool.end()` closes
 * both (`db.destroy()` would leave a pool open that Kysely has not used yet).
 */
export function openDatabase(url: string, { max = 20 }: { max?: number } = {}): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max,
    application_name: 'earmark',
    connectionTimeoutMillis: 10_000,
    types: { getTypeParser },
    // Its promise is awaited before the connection is handed out.
    onConnect: (client) => client.query(`set timezone to 'UTC'; set datestyle to 'ISO'`) as unknown as void,
  })
  // A connection that dies while idle is replaced at the next use; without a listener it would end the process.
  pool.on('error', () => {})
  // The same for one that dies between two statements of a transaction: its next statement fails and says why.
  pool.on('connect', (client) => client.on('error', () => {}))
  pool.on('connect', planOnce)
  return { pool, db: new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) }) }
}

const PLANNED_ONCE = '/* planned once */'
/**
 * Begins a statement that is read and planned once for each connection, not at every call: for short ones that are asked all
 * the time, whose text is always the same and whose plan does not hang on what it is given. A list is given as `(select list)`:
 * PostgreSQL would look how long it is, find the plan for a list of usual length dearer, and plan anew each time.
 */
export const plannedOnce: RawBuilder<unknown> = sql.raw(PLANNED_ONCE)

const plannedNames = new Map<string, string>()

function nameOfPlanned(text: string): string {
  const known = plannedNames.get(text)
  if (known !== undefined) return known
  const name = `planned_${plannedNames.size}`
  plannedNames.set(text, name)
  return name
}

/** Has the driver tell PostgreSQL the name of a statement that is to be planned once. */
function planOnce(client: pg.PoolClient): void {
  // The driver declares a dozen ways to call it, all of which go on as they came.
  const query = client.query.bind(client) as (...args: unknown[]) => unknown
  client.query = ((text: unknown, ...others: unknown[]) =>
    query(
      typeof text === 'string' && text.startsWith(PLANNED_ONCE) ? { name: nameOfPlanned(text), text } : text,
      ...others,
    )) as typeof client.query
}

/** Kysely over one connection that somebody else has borrowed and gives back: it stays in the transaction that is open there. */
export function databaseOn(client: pg.PoolClient): Db {
  const lent = { query: client.query.bind(client), release: () => {} }
  return new Kysely<Tables>({
    dialect: new PostgresDialect({
      pool: { connect: async () => lent, end: async () => {} } as unknown as pg.Pool,
    }),
  })
}

const TIMESTAMPTZ = /^(\d{4,6})-(\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?\+00$/

/** PostgreSQL's text of a time in UTC as ISO 8601 with three decimals; `infinity` and years before Christ as they come. */
export function isoInstant(text: string): string {
  const match = TIMESTAMPTZ.exec(text)
  if (!match) return text
  const [, year = '', day, time, fraction = ''] = match
  const isoYear = year.length > 4 ? `+${year.padStart(6, '0')}` : year
  return `${isoYear}-${day}T${time}.${fraction.slice(0, 3).padEnd(3, '0')}Z`
}

const int8 = (text: string): number | string => {
  const value = Number(text)
  return Number.isSafeInteger(value) ? value : text
}
const text = (value: string) => value

/** PostgreSQL's text of a list of texts without null; null stays null. */
export const arrayLiteral = (list: readonly string[] | null): string | null =>
  list === null ? null : `{${list.map((each) => `"${each.replace(/["\\]/g, '\\$&')}"`).join(',')}}`

const INT8 = 20
const textArray = pg.types.getTypeParser(1009 as number, 'text')
/** One-dimensional arrays, read as text and then piece by piece. */
const arrayOf = (parse: (value: string) => unknown) => (value: string) =>
  (textArray(value) as (string | null)[]).map((piece) => (piece === null ? null : parse(piece)))

const parsers = new Map<number, (value: string) => unknown>([
  [INT8, int8],
  [1016, arrayOf(int8)],
  [1082, text], // date
  [1182, arrayOf(text)],
  [1184, isoInstant], // timestamptz
  [1185, arrayOf(isoInstant)],
])

const getTypeParser: typeof pg.types.getTypeParser = (oid, format) => {
  const own = format === 'binary' ? undefined : parsers.get(oid)
  return own ?? pg.types.getTypeParser(oid, format)
}

const DEADLOCK = '40P01'
const MOST_TIMES = 3

/** Of transactions that wait for each other PostgreSQL ends one, with all that it did: that one begins anew. */
export async function outlivingDeadlocks<T>(transaction: () => Promise<T>): Promise<T> {
  for (let n = 1; ; n++) {
    try {
      return await transaction()
    } catch (error) {
      if (errorCode(error) !== DEADLOCK || n === MOST_TIMES) throw error
    }
  }
}
