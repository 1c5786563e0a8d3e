// Taking a backup: one snapshot of every table, while servers run, into one file, with the same memory for any size.
import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type pg from 'pg'
import { listDeliveryDays } from '../channels/deliveries.ts'
import { databaseOn, openDatabase } from '../lib/db.ts'
import { copyOut, PLAIN_TEXT, readCatalog, type Catalog, type Table } from './catalog.ts'
import { BackupError, explained } from './failure.ts'
import { createBackupFile, type NewBackupFile } from './file.ts'
import { FORMAT_VERSION, type Contents, type Head, type TableContents } from './schema.ts'

/** Uncompressed; a table is as many pieces of this size as it needs, the last one shorter. */
export const PIECE_BYTES = 4 << 20
export const pieceName = (table: string, n: number): string => `tables/${table}/${String(n).padStart(6, '0')}.gz`

/** Of 1 to 9: twice as fast as the usual 6, for a file some 7 % larger. */
const COMPRESSION = 3
/** Compressed beside each other while the next piece is gathered. */
const PIECES_AT_ONCE = 2
/** For a migration or the upkeep of partitions that is just under way. */
const LOCK_WAIT_MS = 30_000

const compress = promisify<Buffer, { level: number }, Buffer>(gzip)

export interface Progress {
  rows: number
  /** About how many there will be. */
  of: number
  bytes: number
}

export interface BackupOptions {
  url: string
  file: string
  /** Replace the file if there is one. */
  force: boolean
  secretKey: Head['secret_key']
  onProgress?: (progress: Progress) => void
  signal?: AbortSignal
}

export interface BackupSummary {
  tables: number
  rows: number
  bytes: number
  /** As `sha256sum` tells it of the file. */
  sha256: string
}

/**
 * Writes all that the database holds at one moment into a new file. Servers may go on: it only reads, and blocks nothing
 * but changes of the schema. Whatever goes wrong, there is no file of that name, or still the one from before.
 */
export async function backUp(options: BackupOptions): Promise<BackupSummary> {
  const { url, file, force, signal } = options
  const at = new Date(Math.floor(Date.now() / 1000) * 1000)
  const written = await createBackupFile(file, { at, force })
  const { pool } = openDatabase(url, { max: 1 })
  try {
    signal?.throwIfAborted()
    const client = await pool.connect()
    let released = false
    // Ends the connection, whatever it is doing.
    const release = () => {
      if (!released) client.release(true)
      released = true
    }
    signal?.addEventListener('abort', release, { once: true })
    try {
      return await writeSnapshot(client, written, at, options)
    } finally {
      signal?.removeEventListener('abort', release)
      release()
    }
  } catch (error) {
    await written.abandon()
    signal?.throwIfAborted()
    throw explained(error, { doing: 'the backup', kept: 'Nothing of the backup was kept.' })
  } finally {
    await pool.end()
  }
}

async function writeSnapshot(
  client: pg.PoolClient,
  file: NewBackupFile,
  at: Date,
  { secretKey, onProgress = () => {}, signal }: BackupOptions,
): Promise<BackupSummary> {
  const catalog = await lockedCatalog(client)
  const head: Head = {
    format: 'earmark-backup',
    version: FORMAT_VERSION,
    created_at: at.toISOString(),
    postgres: (await client.query<{ v: string }>(`select current_setting('server_version') as v`)).rows[0]!.v,
    migrations: await readMigrationsRun(client),
    secret_key: secretKey,
  }
  await file.add('backup.json', json(head))

  const progress: Progress = { rows: 0, of: catalog.tables.reduce((sum, table) => sum + table.estimate, 0), bytes: 0 }
  const tables: TableContents[] = []
  for (const table of catalog.tables) {
    const before = progress.rows
    const contents = await writeTable(client, file, table, {
      signal,
      onPiece(rows, bytes) {
        progress.rows += rows
        progress.bytes += bytes
        onProgress(progress)
      },
    })
    if (contents.rows !== progress.rows - before)
      throw new Error(`${table.name}: ${contents.rows} rows were told, ${progress.rows - before} came.`)
    tables.push(contents)
  }

  const contents: Contents = {
    tables,
    // After the rows: a sequence goes on while the snapshot stands still, and may never be behind it.
    sequences: await readSequences(client, catalog.sequences),
    delivery_days: await listDeliveryDays(databaseOn(client)),
  }
  await file.add('contents.json', json(contents))
  await client.query('rollback')
  signal?.throwIfAborted()
  return { tables: tables.length, rows: progress.rows, ...(await file.finish()) }
}

const json = (value: unknown) => Buffer.from(`${JSON.stringify(value, null, 2)}\n`)

/** The tables are locked before the snapshot is taken: what one of them held cannot be dropped or moved meanwhile. */
async function lockedCatalog(client: pg.PoolClient): Promise<Catalog> {
  const { rows } = await client.query<{ known: boolean }>(
    `select to_regclass('public.schema_migrations') is not null as known`,
  )
  if (!rows[0]?.known)
    throw new BackupError('There is nothing to back up: no Earmark was ever started on this database.')
  const { tables } = await readCatalog(client)
  await client.query('begin isolation level repeatable read read only')
  await client.query(PLAIN_TEXT)
  await client.query(`set local lock_timeout = ${LOCK_WAIT_MS}`)
  await client.query(`lock table ${tables.map((table) => `public.${table.name}`).join(', ')} in access share mode`)
  const catalog = await readCatalog(client)
  if (catalog.tables.some(({ name }) => !tables.some((each) => each.name === name)))
    throw new BackupError('The database was migrated just now. Nothing of the backup was kept; begin again.')
  return catalog
}

async function readMigrationsRun(client: pg.PoolClient): Promise<Head['migrations']> {
  const { rows } = await client.query<Head['migrations'][number]>(
    'select name, sha256 from schema_migrations order by name collate "C"',
  )
  return rows
}

async function readSequences(client: pg.PoolClient, names: readonly string[]): Promise<Contents['sequences']> {
  const sequences: Contents['sequences'] = []
  for (const name of names) {
    const { rows } = await client.query<{ last_value: string; is_called: boolean }>(
      `select last_value::text, is_called from public.${name}`,
    )
    sequences.push({ name, ...rows[0]! })
  }
  return sequences
}

async function writeTable(
  client: pg.PoolClient,
  file: NewBackupFile,
  table: Table,
  { signal, onPiece }: { signal: AbortSignal | undefined; onPiece(rows: number, bytes: number): void },
): Promise<TableContents> {
  const hash = createHash('sha256')
  const compressing: Promise<Buffer>[] = []
  let pieces = 0
  let bytes = 0
  const store = async () => {
    const compressed = await compressing.shift()!
    await file.add(pieceName(table.name, ++pieces), compressed)
  }
  const copy = copyOut(client, table)
  for await (const piece of inPieces(copy)) {
    signal?.throwIfAborted()
    hash.update(piece)
    bytes += piece.length
    const compressed = compress(piece, { level: COMPRESSION })
    // Awaited later; until then a failure is not one that nobody caught.
    compressed.catch(() => {})
    compressing.push(compressed)
    if (compressing.length >= PIECES_AT_ONCE) await store()
    onPiece(linesIn(piece), piece.length)
  }
  while (compressing.length > 0) await store()
  return { name: table.name, columns: table.columns, rows: copy.rowCount, bytes, sha256: hash.digest('hex') }
}

async function* inPieces(chunks: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  let gathered: Buffer[] = []
  let size = 0
  for await (let chunk of chunks) {
    while (size + chunk.length >= PIECE_BYTES) {
      const fits = chunk.subarray(0, PIECE_BYTES - size)
      yield Buffer.concat([...gathered, fits])
      chunk = chunk.subarray(fits.length)
      gathered = []
      size = 0
    }
    if (chunk.length > 0) gathered.push(chunk)
    size += chunk.length
  }
  if (size > 0) yield Buffer.concat(gathered)
}

/** A row is a line: line ends within values are written as `\n`. */
export function linesIn(piece: Buffer): number {
  let lines = 0
  for (let at = piece.indexOf(10); at !== -1; at = piece.indexOf(10, at + 1)) lines++
  return lines
}
