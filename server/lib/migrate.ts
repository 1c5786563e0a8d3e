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
  const files = await readMigrations(folder)
  const client = await pool.connect().catch((error: unknown) => {
    throw new StartError(
      `The database cannot be reached: ${error instanceof Error ? error.message || errorCode(error) : String(error)}. Check DATABASE_URL.`,
    )
  })
  try {
    await client.query(`select pg_advisory_lock(${LOCK})`)
    await checkDatabase(client)
    await client.query(`create table if not exists schema_migrations (
      name text primary key, sha256 text not null, at timestamptz(3) not null default now())`)
    const { rows } = await client.query<{ name: string; sha256: string }>(
      'select name, sha256 from schema_migrations order by name',
    )
    refuseUnknown(files, rows)
    const ran = new Set(rows.map((row) => row.name))
    const missing = files.filter((file) => !ran.has(file.name))
    for (const file of missing) await run(client, file)
    return missing.map((file) => file.name)
  } finally {
    await client.query(`select pg_advisory_unlock(${LOCK})`).catch(() => {})
    client.release()
  }
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

interface Migration {
  name: string
  text: string
  sha256: string
}

async function readMigrations(folder: URL): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => /^\d{4}_.*\.sql$/.test(name)).toSorted()
  return Promise.all(
    names.map(async (name) => {
      const text = (await readFile(new URL(name, folder), 'utf8')).replaceAll('\r\n', '\n')
      return { name, text, sha256: createHash('sha256').update(text).digest('hex') }
    }),
  )
}

function refuseUnknown(files: Migration[], ran: { name: string; sha256: string }[]): void {
  const known = new Map(files.map((file) => [file.name, file.sha256]))
  for (const { name, sha256 } of ran) {
    const expected = known.get(name)
    if (expected === undefined) {
      throw new StartError(
        `The database was migrated by a newer Earmark (${name} is not known here). Start that version or a newer one.`,
      )
    }
    if (expected !== sha256) {
      throw new StartError(
        `The migration ${name} was changed after this database ran it. Put the file back, and write the change as a new migration.`,
      )
    }
  }
}

async function run(client: pg.PoolClient, { name, text, sha256 }: Migration): Promise<void> {
  const record = () => client.query('insert into schema_migrations (name, sha256) values ($1, $2)', [name, sha256])
  try {
    if (text.startsWith(NO_TRANSACTION)) {
      for (const statement of text.split(/;[ \t]*\n/)) await client.query(statement)
      await record()
      return
    }
    await client.query('begin')
    await client.query(text)
    await record()
    await client.query('commit')
  } catch (error) {
    await client.query('rollback').catch(() => {})
    throw new Error(`The migration ${name} failed: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    })
  }
}
