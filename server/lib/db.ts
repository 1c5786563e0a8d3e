// The connection pool and Kysely over it: what each kind of column is in JavaScript.
import { createHash } from 'node:crypto'
import { Kysely, PostgresDialect, type KyselyPlugin, type RawNode, type Transaction } from 'kysely'
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
    connectionTimeoutMillis: CONNECT_MS,
    types: { getTypeParser },
    // Its promise is awaited before the connection is handed out, and the pool sets it no limit.
    onConnect: (client) => client.query(FIRST_WORDS) as unknown as void,
  })
  // A connection that dies while idle is replaced at the next use; without a listener it would end the process.
  pool.on('error', () => {})
  // The same for one that dies between two statements of a transaction: its next statement fails and says why.
  pool.on('connect', (client) => client.on('error', () => {}))
  pool.on('connect', keepStatements)
  return { pool, db: new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) }) }
}

const CONNECT_MS = 10_000
/** With a limit of its own, which the driver's types do not know: a silent connection would keep its place in the pool. */
const FIRST_WORDS: pg.QueryConfig & { query_timeout: number } = {
  text: `set timezone to 'UTC'; set datestyle to 'ISO'`,
  query_timeout: CONNECT_MS,
}

const KEPT = '/* kept */ '

/**
 * The same database or transaction, for statements that are said again and again: a connection reads and plans each of
 * them once, and not every time, which takes as long as carrying it out. Only for texts in `sql` that never differ, and
 * that are answered in the same way whatever is asked: the plan is made for any values.
 */
export const prepared = <T extends Db>(db: T): T => db.withPlugin(keeping) as T

const keeping: KyselyPlugin = {
  transformQuery: ({ node }) => (node.kind === 'RawNode' ? { ...node, sqlFragments: kept(node) } : node),
  transformResult: async ({ result }) => result,
}

function kept({ sqlFragments }: RawNode): readonly string[] {
  const [first = '', ...others] = sqlFragments
  return first.startsWith(KEPT) ? sqlFragments : [KEPT + first, ...others]
}

/** A plan is of the time when it was made, perhaps for an empty table: so old it is made anew. */
const PLANS_LAST_MS = 5000
/** More are not the same ones again and again, and each would take memory in every connection. */
const MOST_KEPT = 200
const names = new Map<string, string>()

function nameOf(text: string): string | undefined {
  const known = names.get(text)
  if (known !== undefined || names.size >= MOST_KEPT) return known
  const name = createHash('sha256').update(text).digest('base64url').slice(0, 22)
  names.set(text, name)
  return name
}

/** Has the connection prepare what is marked as kept. */
function keepStatements(client: pg.PoolClient): void {
  const ask = client.query.bind(client) as (...args: unknown[]) => unknown
  let plannedAt = performance.now()
  const query = (...args: unknown[]): unknown => {
    const [text, values] = args
    if (typeof text !== 'string' || !text.startsWith(KEPT)) return ask(...args)
    const say = () => ask({ name: nameOf(text), text, values })
    if (performance.now() - plannedAt < PLANS_LAST_MS) return say()
    plannedAt = performance.now()
    // What keeps it from going well keeps the statement behind it as well, and is told there.
    return (ask('discard plans') as Promise<unknown>).then(say, say)
  }
  client.query = query as typeof client.query
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
