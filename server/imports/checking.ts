// The check of a file, in the background: its rows are read and staged, and what writing them would do is counted.
import { isDeepStrictEqual } from 'node:util'
import { sql } from 'kysely'
import type pg from 'pg'
import type { Server } from '../access/door.ts'
import type { Actor } from '../access/actor.ts'
import type { Db, Tx } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import { sparingMemory } from '../lib/heap.ts'
import { databaseAtFault } from '../lib/http.ts'
import { countImport } from './counting.ts'
import { findImport, getImport, lockUnstarted, type ImportRow } from './imports.ts'
import type { Import, ImportError, ImportSettings } from './schema.ts'
import { Overtaken, stageRows } from './staging.ts'
import { refuseUnknownChoices, settleNames } from './tags.ts'

/**
 * Has the file read with these settings, and counted what writing it would do; a check under way is overtaken. With nothing
 * changed but what is done with tags, it is only counted again. Refuses a file that is not complete or has started, and tags
 * that are not in the catalog.
 */
export async function checkImport(tx: Tx, actor: Actor, id: string, settings: ImportSettings): Promise<Import> {
  const before = await lockUnstarted(tx, actor.org_id, id)
  if (before.status === 'uploading')
    throw new Problem('conflict', 'The file is not complete yet. Send the parts that are missing.', {
      reason: 'import_incomplete',
    })
  await refuseUnknownChoices(tx, actor, settings.tags)
  const mustRead = before.status !== 'checked' || before.settings === null || !readTheSame(before.settings, settings)
  await sql`
    update imports set settings = ${JSON.stringify(settings)}::jsonb, status = 'checking', check_no = check_no + 1, must_read = ${mustRead}, error = null,
      result = null, touched_at = now() ${mustRead ? sql`, read_bytes = 0, read_rows = 0` : sql``}
    where org_id = ${actor.org_id} and id = ${id}`.execute(tx)
  return getImport(tx, actor, id)
}

const readTheSame = (a: ImportSettings, b: ImportSettings): boolean => {
  const read = ({ tags: _, tags_mode: __, empty_clears: ___, ...rest }: ImportSettings) => rest
  return isDeepStrictEqual(read(a), read(b))
}

const LOOK_EVERY_MS = 2000

export interface Checker {
  wake(): void
  stop(): Promise<void>
}

type Resources = Pick<Server, 'db' | 'pool' | 'log'>

/** Checks files whenever woken, and looks for them every few seconds besides. */
export function openChecker(server: Resources): Checker {
  let running: Promise<void> | null = null
  let woken = false
  const stopping = new AbortController()
  const work = async (): Promise<void> => {
    try {
      while (woken && !stopping.signal.aborted) {
        woken = false
        while (await checkOnce(server, stopping.signal));
      }
    } catch (error) {
      if (databaseAtFault(error)) server.log.warn({ err: error }, 'checking an import waits for the database')
      else server.log.error({ err: error }, 'checking an import failed; it is tried again')
    }
    running = null
  }
  const wake = () => {
    woken = true
    if (!stopping.signal.aborted) running ??= work()
  }
  const timer = setInterval(wake, LOOK_EVERY_MS).unref()
  wake()
  return {
    wake,
    async stop() {
      stopping.abort()
      clearInterval(timer)
      await running
    },
  }
}

/**
 * Checks one file that waits for it and that no other server checks; answers whether there was any. A killed server's check is
 * begun anew: what it had staged goes.
 */
export async function checkOnce(server: Resources, stopping?: AbortSignal): Promise<boolean> {
  const { rows } = await sql<{ org_id: string; id: string }>`
    select org_id, id from imports where status = 'checking' order by touched_at limit 20`.execute(server.db)
  for (const { org_id, id } of rows) {
    const client = await server.pool.connect()
    try {
      if (!(await takeLock(client, id))) continue
      try {
        const row = await findImport(server.db, org_id, id)
        // Another server has just ended it.
        if (row?.status !== 'checking') continue
        await check(server, row, stopping)
        return !stopping?.aborted
      } finally {
        await client.query('select pg_advisory_unlock(hashtextextended($1, 0))', [lockName(id)])
      }
    } finally {
      client.release()
    }
  }
  return false
}

const lockName = (id: string) => `earmark:import:${id}`

/** Held by the connection: it goes with the process. */
async function takeLock(client: pg.PoolClient, id: string): Promise<boolean> {
  const { rows } = await client.query<{ free: boolean }>(
    'select pg_try_advisory_lock(hashtextextended($1, 0)) as free',
    [lockName(id)],
  )
  return rows[0]!.free
}

async function check({ db, log }: Resources, row: ImportRow, stopping: AbortSignal | undefined): Promise<void> {
  try {
    if (row.must_read) await sparingMemory(() => stageRows(db, row, stopping))
    await db.transaction().execute((tx) => count(tx, row))
  } catch (error) {
    if (error instanceof Overtaken) return
    if (databaseAtFault(error)) throw error
    if (!(error instanceof Problem)) log.error({ err: error, import_id: row.id }, 'a check of an import failed')
    await fail(db, row, error)
  }
}

async function count(tx: Tx, row: ImportRow): Promise<void> {
  await lockCheck(tx, row)
  await settleNames(tx, row, row.settings!.tags)
  const result = await countImport(tx, row)
  await sql`
    update imports set status = 'checked', must_read = false, result = ${JSON.stringify(result)}::jsonb, touched_at = now()
    where org_id = ${row.org_id} and id = ${row.id}`.execute(tx)
}

async function lockCheck(tx: Tx, { org_id: orgId, id, check_no: checkNo }: ImportRow): Promise<void> {
  const { rows } = await sql`
    select id from imports where org_id = ${orgId} and id = ${id} and check_no = ${checkNo} and status = 'checking' for update`.execute(
    tx,
  )
  if (rows.length === 0) throw new Overtaken()
}

async function fail(db: Db, { org_id: orgId, id, check_no: checkNo }: ImportRow, error: unknown): Promise<void> {
  const row = error instanceof Problem ? error.details.data?.['row'] : undefined
  const told: ImportError =
    error instanceof Problem
      ? { reason: error.details.reason, message: error.message, ...(typeof row === 'number' ? { row } : {}) }
      : { reason: 'import_failed', message: 'Something went wrong on the server with this file. It was logged.' }
  await sql`
    update imports set status = 'failed', error = ${JSON.stringify(told)}::jsonb, touched_at = now()
    where org_id = ${orgId} and id = ${id} and check_no = ${checkNo} and status = 'checking'`.execute(db)
}
