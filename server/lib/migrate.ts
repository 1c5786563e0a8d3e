// Brings the database to the code's schema: numbered files of plain SQL, each run once, in order, by one server at a time.
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import type pg from 'pg'
import { errorCode, StartError } from './start-error.ts'

/** Where the migrations are; schema.sql beside them is generated and not one. */
export const MIGRATIONS = new URL('../../migrations/', import.meta.url)

const LOCK = 7272741162170701n.toString()
const OLDEST_SERVER = 150_000
/** Files that begin so run outside of a transaction, statement by statement: for `create index concurrently`. */
const NO_TRANSACTION = '-- no transaction'

/**
 * Checks that the database can hold our data, then runs what has not run. Answers the names of the files it ran.
 * Servers that start together wait for each other. Refuses, with a sentence and before changing anything, a server that is
 * too old, a database that cannot search other scripts, one that a newer Earmark has migrated, and edited migrations.
 */
export async function migrate(pool: pg.Pool, folder: URL = MIGRATIONS): Promise<string[]> {
  return holdingSchema(pool, (client) => runMissing(client, folder))
}

/** Does something while nobody else migrates: servers that start meanwhile wait until it is done. */
export async function holdingSchema<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect().catch((error: unknown) => {
    throw new StartError(
      `The database cannot be reached: ${error instanceof Error ? error.message || errorCode(error) : String(error)}. Check DATABASE_URL.`,
    )
  })
  let lost: Error | undefined
  try {
    await client.query(`select pg_advisory_lock(${LOCK})`)
    return await work(client)
  } finally {
    await client.query(`select pg_advisory_unlock(${LOCK})`).catch((error: Error) => {
      lost = error
    })
    client.release(lost)
  }
}

/** What `migrate` does, for who is holding the schema. */
export async function runMissing(client: pg.PoolClient, folder: URL = MIGRATIONS): Promise<string[]> {
  const files = await readMigrations(folder)
  await checkDatabase(client)
  await client.query(RECORD_TABLE)
  const { rows } = await client.query<RanMigration>('select name, sha256 from schema_migrations order by name')
  refuseUnknown(files, rows)
  const ran = new Set(rows.map((row) => row.name))
  const missing = files.filter((file) => !ran.has(file.name))
  for (const file of missing) await run(client, file)
  return missing.map((file) => file.name)
}

/**
 * Takes a database without any rows of ours back to what just these migrations make of it: for loading a backup of that
 * time. In the caller's transaction, so that nobody sees it before all is loaded. Refuses migrations that are not known
 * here, and a database with tables of somebody else, of which it touches none.
 */
export async function remakeSchema(
  client: pg.PoolClient,
  wanted: readonly RanMigration[],
  folder: URL = MIGRATIONS,
): Promise<void> {
  const files = await readMigrations(folder)
  refuseUnknown(files, wanted)
  await dropOurs(client, files)
  await client.query(RECORD_TABLE)
  for (const file of files.filter(({ name }) => wanted.some((each) => each.name === name))) {
    // In a transaction no index can be built beside other work, and on empty tables nobody waits for it.
    await client.query(file.text.replaceAll(/\bconcurrently\b/gi, ''))
    await record(client, file)
  }
}

/** Refuses migrations that are not known here: they are of a newer Earmark, or of a changed one. */
export async function refuseUnknownMigrations(
  wanted: readonly RanMigration[],
  what: string,
  folder: URL = MIGRATIONS,
): Promise<void> {
  refuseUnknown(await readMigrations(folder), wanted, what)
}

const NOT_OF_EXTENSIONS = `not exists (select from pg_depend d where d.objid = x.oid and d.deptype = 'e')`

async function dropOurs(client: pg.PoolClient, files: readonly Migration[]): Promise<void> {
  const made = new Set(
    files.flatMap(({ text }) =>
      [...text.matchAll(/\bcreate\s+(?:unlogged\s+)?(?:table|sequence)\s+(?:if\s+not\s+exists\s+)?"?(\w+)/gi)].map(
        (match) => match[1]!.toLowerCase(),
      ),
    ),
  )
  made.add('schema_migrations')
  const { rows } = await client.query<{ name: string; kind: string }>(`
    select x.relname::text as name, x.relkind::text as kind from pg_class x
    where x.relnamespace = 'public'::regnamespace and x.relkind in ('r', 'p', 'v', 'm', 'f', 'S') and not x.relispartition
      and ${NOT_OF_EXTENSIONS} and (x.relkind <> 'S' or not exists (select from pg_depend d where d.objid = x.oid and d.deptype in ('i', 'a')))`)
  const foreign = rows.filter((row) => !made.has(row.name)).map((row) => row.name)
  if (foreign.length > 0) {
    throw new StartError(
      `The database holds what is not Earmark's (${foreign.slice(0, 3).join(', ')}${foreign.length > 3 ? ' …' : ''}). Make a database of its own for it, and set DATABASE_URL to that.`,
    )
  }
  const tables = rows.filter((row) => row.kind !== 'S').map((row) => `public.${row.name}`)
  if (tables.length > 0) await client.query(`drop table ${tables.join(', ')} cascade`)
  const sequences = rows.filter((row) => row.kind === 'S').map((row) => `public.${row.name}`)
  if (sequences.length > 0) await client.query(`drop sequence if exists ${sequences.join(', ')}`)
  const functions = await client.query<{ name: string }>(`
    select x.oid::regprocedure::text as name from pg_proc x where x.pronamespace = 'public'::regnamespace and ${NOT_OF_EXTENSIONS}`)
  for (const { name } of functions.rows) await client.query(`drop routine ${name} cascade`)
}

/** Refuses, with a sentence, a database on which Earmark would work wrongly. */
export async function checkDatabase(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<{ version: string; number: string; encoding: string; lc_ctype: string }>(
    `select current_setting('server_version') as version, current_setting('server_version_num') as number,
      pg_encoding_to_char(encoding) as encoding, datctype as lc_ctype from pg_database where datname = current_database()`,
  )
  const { version, number, encoding, lc_ctype } = rows[0]!
  if (Number(number) < OLDEST_SERVER) {
    throw new StartError(`The database is PostgreSQL ${version}; Earmark needs 15 or newer.`)
  }
  if (encoding !== 'UTF8') {
    throw new StartError(
      `The database's encoding is ${encoding}; it must be UTF8: create database earmark encoding 'UTF8' template template0.`,
    )
  }
  await client.query('create extension if not exists pg_trgm').catch((error: unknown) => {
    throw new StartError(
      `The database lacks the extension pg_trgm, which the search needs (${error instanceof Error ? error.message : String(error)}). Install PostgreSQL's contrib package, or let an administrator run "create extension pg_trgm" in this database.`,
    )
  })
  const trigrams = await client.query<{ count: number }>(`select cardinality(show_trgm('é中'))::int as count`)
  if (trigrams.rows[0]?.count === 0) {
    throw new StartError(
      `The database was made with lc_ctype "${lc_ctype}", in which only ASCII can be searched: names such as 李 or Zoë would not be found. Make one with a UTF-8 locale: create database earmark encoding 'UTF8' lc_ctype 'C.UTF-8' template template0.`,
    )
  }
}

/** As the table schema_migrations records it. */
export interface RanMigration {
  name: string
  sha256: string
}

interface Migration extends RanMigration {
  text: string
}

const RECORD_TABLE = `create table if not exists schema_migrations (
  name text primary key, sha256 text not null, at timestamptz(3) not null default now())`

const record = (client: pg.PoolClient, { name, sha256 }: RanMigration) =>
  client.query('insert into schema_migrations (name, sha256) values ($1, $2)', [name, sha256])

async function readMigrations(folder: URL): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => /^\d{4}_.*\.sql$/.test(name)).toSorted()
  return Promise.all(
    names.map(async (name) => {
      const text = (await readFile(new URL(name, folder), 'utf8')).replaceAll('\r\n', '\n')
      return { name, text, sha256: createHash('sha256').update(text).digest('hex') }
    }),
  )
}

function refuseUnknown(files: Migration[], ran: readonly RanMigration[], what = 'The database'): void {
  const known = new Map(files.map((file) => [file.name, file.sha256]))
  for (const { name, sha256 } of ran) {
    const expected = known.get(name)
    if (expected === undefined) {
      throw new StartError(
        `${what} was migrated by a newer Earmark (${name} is not known here). Start that version or a newer one.`,
      )
    }
    if (expected !== sha256) {
      throw new StartError(
        `The migration ${name} was changed after ${what.toLowerCase()} ran it. Put the file back, and write the change as a new migration.`,
      )
    }
  }
}

async function run(client: pg.PoolClient, migration: Migration): Promise<void> {
  const { name, text } = migration
  try {
    if (text.startsWith(NO_TRANSACTION)) {
      for (const statement of text.split(/;[ \t]*\n/)) await client.query(statement)
      await record(client, migration)
      return
    }
    await client.query('begin')
    await client.query(text)
    await record(client, migration)
    await client.query('commit')
  } catch (error) {
    await client.query('rollback').catch(() => {})
    throw new Error(`The migration ${name} failed: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    })
  }
}
