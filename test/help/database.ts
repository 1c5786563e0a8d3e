// Databases for tests: one server for a run, a migrated template, and a clone of it for each test file.
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { accessSync, chmodSync, constants, mkdtempSync, rmSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { openDatabase, type Database } from '../../server/lib/db.ts'
import { migrate } from '../../server/lib/migrate.ts'
import { startEmbeddedPostgres } from '../../server/lib/postgres.ts'

/** Where a run's server is told to the test files, which run in other processes. */
const SERVER = 'EARMARK_TEST_SERVER'

export interface TestServer {
  /** Of a database in which others can be made. */
  url: string
  /** The name of the migrated database that is cloned. */
  template: string
  stop(): Promise<void>
}

export interface TestDatabase extends Database {
  url: string
  /** Ends the connections and drops the database, whatever still uses it. */
  close(): Promise<void>
}

/**
 * Starts an embedded PostgreSQL in a temporary folder, or takes the server of TEST_DATABASE_URL (its role must be able to
 * make databases), and builds the template. It is stopped and its folder removed even when this process is killed.
 */
export async function startTestServer(): Promise<TestServer> {
  const { url, stop } = process.env.TEST_DATABASE_URL
    ? { url: process.env.TEST_DATABASE_URL, stop: async () => {} }
    : await startTemporaryPostgres()
  const template = `earmark_template_${randomBytes(4).toString('hex')}`
  try {
    // A UTF-8 locale whatever the server's own is.
    await administer(
      url,
      `create database ${template} template template0 encoding 'UTF8' lc_collate 'C' lc_ctype 'C.UTF-8'`,
    )
    const { pool } = openDatabase(named(url, template), { max: 1 })
    try {
      await migrate(pool)
    } finally {
      await pool.end()
    }
    // A connection to the template would forbid cloning it.
    await administer(url, `alter database ${template} allow_connections false`)
  } catch (error) {
    await stop()
    throw error
  }
  process.env[SERVER] = JSON.stringify({ url, template })
  return {
    url,
    template,
    async stop() {
      delete process.env[SERVER]
      await administer(url, `drop database if exists ${template} with (force)`)
      await stop()
    },
  }
}

/** A migrated, empty database of one's own, cloned in about 40 ms. To be closed when the file's tests are done. */
export async function openTestDatabase(): Promise<TestDatabase> {
  const told = process.env[SERVER]
  if (told === undefined)
    throw new Error('No test server: run vitest with test/help/global-setup.ts as its globalSetup.')
  const server = JSON.parse(told) as { url: string; template: string }
  const name = `earmark_test_${randomBytes(6).toString('hex')}`
  // One clone at a time: two at once find each other on the template and give up after five seconds.
  await administer(server.url, `create database ${name} template ${server.template} strategy wal_log`, { alone: true })
  const url = named(server.url, name)
  const { pool, db } = openDatabase(url, { max: 10 })
  return {
    url,
    pool,
    db,
    async close() {
      if (!pool.ended) await pool.end()
      await administer(server.url, `drop database if exists ${name} with (force)`)
    },
  }
}

async function startTemporaryPostgres(): Promise<{ url: string; stop(): Promise<void> }> {
  const dataDir = mkdtempSync(join(fastFolder(), 'earmark-test-'))
  chmodSync(dataDir, 0o711)
  const release = removeWhenThisProcessEnds(dataDir)
  try {
    const postgres = await startEmbeddedPostgres({
      dataDir,
      sync: false,
      log: { info() {}, warn: console.warn },
      settings: {
        fsync: 'off',
        full_page_writes: 'off',
        synchronous_commit: 'off',
        shared_buffers: '128MB',
        max_connections: '200',
      },
    })
    return {
      url: postgres.url,
      async stop() {
        await postgres.stop()
        rmSync(dataDir, { recursive: true, force: true })
        release()
      },
    }
  } catch (error) {
    rmSync(dataDir, { recursive: true, force: true })
    release()
    throw error
  }
}

/** A folder for what a test leaves behind nowhere. Memory, where there is enough: a clone of a database is some 300 files, 30 ms there and up to 500 on a slow disk. */
export function fastFolder(): string {
  const memory = '/dev/shm'
  const enough = 2 * 1024 ** 3
  try {
    accessSync(memory, constants.W_OK)
    const { bavail, bsize } = statfsSync(memory)
    if (bavail * bsize >= enough) return memory
  } catch {
    // Not on this system.
  }
  // Not the folder of TMPDIR, which may be too long for a socket's path.
  return '/tmp'
}

/** A shell that reads from us until we end, however we end; then it stops the PostgreSQL of the folder and removes it. */
function removeWhenThisProcessEnds(dataDir: string): () => void {
  const script = `cat >/dev/null
    pid=$(head -n 1 "$1/pg/postmaster.pid" 2>/dev/null) && ps -o args= -p "$pid" 2>/dev/null | grep -qF "$1/pg" && kill -QUIT "$pid"
    for i in 1 2 3 4 5 6 7 8 9 10; do test -e "$1/pg/postmaster.pid" || break; sleep 0.5; done
    rm -rf "$1"`
  const child = spawn('/bin/sh', ['-c', script, 'sh', dataDir], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] })
  child.unref()
  if ('unref' in child.stdin && typeof child.stdin.unref === 'function') child.stdin.unref()
  return () => child.stdin.end()
}

async function administer(url: string, statement: string, { alone = false } = {}): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    if (alone) await client.query('select pg_advisory_lock(727275)')
    await client.query(statement)
  } finally {
    await client.end()
  }
}

/** The address of another database of the same server. */
function named(url: string, database: string): string {
  return url.replace(/^([a-z]+:\/\/[^/]*\/)[^?]*/, `$1${database}`)
}
