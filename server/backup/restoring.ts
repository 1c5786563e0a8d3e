// Restoring a backup into a database without an organization: all of it in one transaction, or nothing.
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { finished } from 'node:stream/promises'
import type pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { lockSetup } from '../access/setup.ts'
import { makeDeliveryPartition } from '../channels/deliveries.ts'
import { RESTORED } from '../conversations/uncertain-schema.ts'
import { databaseOn, openDatabase } from '../lib/db.ts'
import { checkDatabase, holdingSchema, remakeSchema, runMissing } from '../lib/migrate.ts'
import { copyOut, LEFT_OUT, PLAIN_TEXT, readCatalog, type Catalog, type Table } from './catalog.ts'
import { BackupError, explainedRestore, type Reached } from './failure.ts'
import { setAsideIndexes } from './indexes.ts'
import type { Backup } from './reading.ts'
import type { TableContents } from './schema.ts'

/** For the statements of servers that run meanwhile. */
const LOCK_WAIT_MS = 30_000

/** `loading` and `comparing` in bytes, `indexing` in indexes. */
export type Step = 'loading' | 'indexing' | 'comparing' | 'finishing'

export interface RestoreOptions {
  url: string
  backup: Backup
  /** Called once everything is loaded and compared; when it fails, nothing is restored. */
  beforeCommit?: () => void
  onProgress?: (step: Step, done: number, of: number) => void
  signal?: AbortSignal
}

/**
 * Loads a backup. Refuses a database that has an organization, and any whose tables are not ours; a server may run on
 * it meanwhile and waits. Every table is read back and compared with its checksum before anybody sees it. Killed at any
 * moment before the commit, the database is as empty as before; a signal that comes later stops nothing but the statistics.
 * Answers the migrations that ran afterwards, when the backup was of an older Earmark, and whether there are statistics.
 */
export async function restore({
  url,
  backup,
  signal,
  ...options
}: RestoreOptions): Promise<{ migrated: string[]; analyzed: boolean }> {
  const { pool } = openDatabase(url, { max: 1 })
  let reached: Reached = 'nothing'
  try {
    return await holdingSchema(pool, async (client) => {
      const cut = () => void client.end()
      signal?.addEventListener('abort', cut, { once: true })
      try {
        await checkDatabase(client)
        await client.query('begin')
        await load(client, backup, options)
        options.onProgress?.('finishing', 0, 1)
        signal?.throwIfAborted()
        // Cut off now, nobody would know what the database has done.
        signal?.removeEventListener('abort', cut)
        reached = 'the commit'
        await client.query('commit')
        reached = 'all'
        const migrated = await runMissing(client)
        return { migrated, analyzed: await analyze(client, signal) }
      } catch (error) {
        await client.query('rollback').catch(() => {})
        throw error
      } finally {
        signal?.removeEventListener('abort', cut)
      }
    })
  } catch (error) {
    if (reached === 'nothing') signal?.throwIfAborted()
    throw explainedRestore(error, reached)
  } finally {
    await pool.end()
  }
}

/** Without statistics the first hours are slow. Nothing else depends on them, and PostgreSQL makes them by itself in time. */
async function analyze(client: pg.PoolClient, signal: AbortSignal | undefined): Promise<boolean> {
  if (signal?.aborted) return false
  const cut = () => void client.end()
  signal?.addEventListener('abort', cut, { once: true })
  return client
    .query('analyze')
    .then(
      () => true,
      () => false,
    )
    .finally(() => signal?.removeEventListener('abort', cut))
}

async function load(
  client: pg.PoolClient,
  { head, contents, bytes, pieces }: Backup,
  { beforeCommit = () => {}, onProgress = () => {} }: Pick<RestoreOptions, 'beforeCommit' | 'onProgress'>,
): Promise<void> {
  await client.query(PLAIN_TEXT)
  await client.query(`set local lock_timeout = ${LOCK_WAIT_MS}`)
  // The first administrator may be about to be made, with the link that a running server has printed.
  await lockSetup(databaseOn(client))
  await refuseUsed(client)
  await remakeSchema(client, head.migrations)
  for (const day of contents.delivery_days) await makeDeliveryPartition(databaseOn(client), day)

  const catalog = await readCatalog(client)
  refuseOtherTables(catalog, contents.tables)
  const aside = await setAsideIndexes(client)
  let loaded = 0
  for (const table of contents.tables) {
    await loadTable(client, table, pieces(table.name), (more) => onProgress('loading', (loaded += more), bytes))
  }
  await setSequences(client, catalog, contents.sequences)
  for (const [done, statement] of aside.entries()) {
    onProgress('indexing', done, aside.length)
    await client.query(statement)
  }

  let compared = 0
  for (const table of contents.tables) {
    const own = catalog.tables.find((each) => each.name === table.name)!
    const found = await checksumOf(client, { ...own, columns: table.columns }, (more) =>
      onProgress('comparing', (compared += more), bytes),
    )
    if (found !== table.sha256)
      throw new BackupError(
        `${table.name} came out of the database other than it went in, so nothing was restored. Please report this.`,
      )
  }
  await holdBack(client, catalog)
  beforeCommit()
}

/**
 * What stood in the outbox may have gone out after the backup, and what AI agents had or were about to take may be answered:
 * nothing is sent or answered a second time by itself, people decide. A backup from before there was either has nothing of it.
 */
async function holdBack(client: pg.PoolClient, { tables }: Catalog): Promise<void> {
  const has = (table: string, column: string) =>
    tables.some(({ name, columns }) => name === table && columns.includes(column))
  if (has('outgoing_messages', 'error_text'))
    await client.query(
      `update outgoing_messages set state = 'uncertain', sending_at = null, retry_at = null, error_code = null, error_text = $1
       where state in ('waiting', 'sending')`,
      [RESTORED],
    )
  if (has('conversations', 'people_only') && has('ai_agent_channels', 'agent_id'))
    await client.query(`
      update conversations c set status = 'pending', agent_id = null, agent_name = null, taken_at = null, people_only = true
      where c.closed_at is null and (exists (select from ai_agents a where a.org_id = c.org_id and a.id = c.agent_id)
        or (c.agent_id is null and exists (select from ai_agent_channels n where n.org_id = c.org_id and n.channel_id = c.channel_id)))`)
}

/** Only what belongs to no organization yet may be there. */
async function refuseUsed(client: pg.PoolClient): Promise<void> {
  const { tables } = await readCatalog(client)
  const first = async (table: string, column: string): Promise<string | null> =>
    (await client.query<{ value: string }>(`select ${column} as value from public.${table} limit 1`)).rows[0]?.value ??
    null
  const refuse = (what: string) =>
    new BackupError(
      `This database is in use: it has ${what}. A backup is restored into an empty one only. Set DATA_DIR to a new folder, or DATABASE_URL to a new database.`,
    )
  if (tables.some(({ name }) => name === 'organizations')) {
    const organization = await first('organizations', 'name')
    if (organization !== null) throw refuse(`the organization “${organization}”`)
  }
  for (const { name } of tables) if ((await first(name, '1::text')) !== null) throw refuse(`rows in ${name}`)
}

/** The same migrations make the same tables; anything else was not written by Earmark. */
function refuseOtherTables({ tables }: Catalog, given: readonly TableContents[]): void {
  const known = new Map(tables.map((table) => [table.name, new Set(table.columns)]))
  const fits = given.every(({ name, columns }) => {
    const own = known.get(name)
    return !LEFT_OUT.has(name) && own?.size === columns.length && columns.every((column) => own.has(column))
  })
  if (!fits || given.length !== tables.length)
    throw new BackupError('The tables in this backup are not those of its migrations, so nothing was restored.')
}

async function loadTable(
  client: pg.PoolClient,
  { name, columns, rows, bytes, sha256 }: TableContents,
  pieces: AsyncIterable<Buffer>,
  onPiece: (bytes: number) => void,
): Promise<void> {
  const hash = createHash('sha256')
  let size = 0
  const copy = client.query(copyFrom(`copy public.${name} (${columns.join(', ')}) from stdin`))
  const ended = finished(copy)
  ended.catch(() => {})
  try {
    for await (const piece of pieces) {
      hash.update(piece)
      size += piece.length
      if (!copy.write(piece)) await Promise.race([once(copy, 'drain'), ended])
      onPiece(piece.length)
    }
    copy.end()
  } catch (error) {
    // Tells the database that the rows end here; it takes nothing else before.
    copy.destroy(error as Error)
    await ended.catch(() => {})
    throw error
  }
  await ended
  if (size !== bytes || hash.digest('hex') !== sha256 || copy.rowCount !== rows)
    throw new BackupError(`${name} in the backup is not what the backup says of it, so nothing was restored.`)
}

async function checksumOf(client: pg.PoolClient, table: Table, onChunk: (bytes: number) => void): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of copyOut(client, table) as AsyncIterable<Buffer>) {
    hash.update(chunk)
    onChunk(chunk.length)
  }
  return hash.digest('hex')
}

async function setSequences(
  client: pg.PoolClient,
  { sequences }: Catalog,
  given: Backup['contents']['sequences'],
): Promise<void> {
  for (const { name, last_value: lastValue, is_called: isCalled } of given) {
    if (!sequences.includes(name))
      throw new BackupError('The sequences in this backup are not those of its migrations, so nothing was restored.')
    await client.query('select setval($1::regclass, $2::bigint, $3)', [`public.${name}`, lastValue, isCalled])
  }
}
