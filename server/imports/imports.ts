// Imports on their way: announced, looked at, discarded.
import { sql } from 'kysely'
import { actorColumns, type Actor } from '../access/actor.ts'
import type { Db, Tx } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import { newId } from '../lib/ids.ts'
import { sentenceOf } from './refusals.ts'
import type { Import, ImportError, ImportResult, ImportSettings, ImportStatus, RowReason } from './schema.ts'
import { tagsOfImport } from './tags.ts'

/** What was recognised of a file once all of it was here. */
export interface Guess extends Pick<ImportSettings, 'encoding' | 'separator'> {
  header: string[]
}

export interface ImportRow {
  org_id: string
  id: string
  file_name: string
  file_bytes: number
  status: ImportStatus
  guess: Guess | null
  settings: ImportSettings | null
  check_no: number
  must_read: boolean
  read_bytes: number
  read_rows: number
  result: ImportResult | null
  error: ImportError | null
  operation_id: string | null
  refused_late: number
  created_at: string
}

/** Files that one organization may have on their way at once: what was given up is forgotten after a day. */
const MOST_UNSTARTED = 20
/** Rows that are shown of those that are refused, or repeated; all of the refused ones can be had as a file. */
const MOST_SHOWN = 20

/** Announces a file; its parts follow. Refuses the twenty-first on its way. */
export async function createImport(
  tx: Tx,
  actor: Actor,
  { file_name, file_bytes }: Pick<Import, 'file_name' | 'file_bytes'>,
): Promise<Import> {
  await sql`select id from organizations where id = ${actor.org_id} for no key update`.execute(tx)
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from imports where org_id = ${actor.org_id} and status <> 'started'`.execute(tx)
  if (rows[0]!.count >= MOST_UNSTARTED)
    throw new Problem(
      'conflict',
      `${MOST_UNSTARTED} files wait to be imported already. Begin with one, or discard it.`,
      {
        reason: 'too_many_imports',
        data: { max: MOST_UNSTARTED },
      },
    )
  const id = newId()
  const by = actorColumns(actor)
  await sql`
    insert into imports (org_id, id, actor_kind, actor_id, actor_name, file_name, file_bytes)
    values (${actor.org_id}, ${id}, ${by.actor_kind}, ${by.actor_id}, ${by.actor_name}, ${file_name}, ${file_bytes})`.execute(
    tx,
  )
  return getImport(tx, actor, id)
}

/** An import with what its check found. Refuses an id that is not in the actor's organization. */
export async function getImport(db: Db, actor: Actor, id: string): Promise<Import> {
  const row = await findImport(db, actor.org_id, id)
  if (!row) throw noImport()
  const { check_no: _, must_read: __, guess: ___, refused_late, org_id: ____, ...shown } = row
  const found = row.status === 'checked' || row.status === 'started'
  const tags = found ? await tagsOfImport(db, row) : []
  return {
    ...shown,
    tags,
    undecided_tags:
      row.status === 'checked' ? tags.filter((tag) => tag.state !== 'known' && tag.choice === null).length : 0,
    refused_rows: found ? await firstRefused(db, row) : [],
    repeated_rows: row.status === 'checked' ? await firstRepeated(db, row) : [],
    refused_count: (row.result?.refused ?? 0) + refused_late,
  }
}

export async function findImport(db: Db, orgId: string, id: string): Promise<ImportRow | undefined> {
  const { rows } = await sql<ImportRow>`
    select org_id, id, file_name, file_bytes, status, guess, settings, check_no, must_read, read_bytes, read_rows, result, error,
      operation_id, refused_late, created_at
    from imports where org_id = ${orgId} and id = ${id}`.execute(db)
  return rows[0]
}

/** The same, so that nobody else changes it meanwhile. Refuses one that has started. */
export async function lockUnstarted(tx: Tx, orgId: string, id: string): Promise<ImportRow> {
  await sql`select id from imports where org_id = ${orgId} and id = ${id} for update`.execute(tx)
  const row = await findImport(tx, orgId, id)
  if (!row) throw noImport()
  if (row.status === 'started')
    throw new Problem('conflict', 'This import has started. Look at it under Operations.', { reason: 'import_started' })
  return row
}

/** Forgets a file that was not begun with. Refuses one that was. */
export async function discardImport(tx: Tx, actor: Actor, id: string): Promise<void> {
  await lockUnstarted(tx, actor.org_id, id)
  await sql`delete from imports where org_id = ${actor.org_id} and id = ${id}`.execute(tx)
}

export const noImport = () =>
  new Problem(
    'not_found',
    'There is no such import in this organization. It may have been forgotten: choose the file again.',
    {
      reason: 'import_missing',
    },
  )

export const noFile = () =>
  new Problem(
    'conflict',
    'The file is here no more: a contact was erased since, and could have been in it. Choose it again.',
    {
      reason: 'import_file_gone',
    },
  )

async function firstRefused(db: Db, { org_id: orgId, id }: ImportRow): Promise<Import['refused_rows']> {
  const { rows } = await sql<{ row: number; reason: RowReason; cells: string[] }>`
    select n as row, reason, cells from import_rows
    where org_id = ${orgId} and import_id = ${id} and reason is not null order by n limit ${MOST_SHOWN}`.execute(db)
  return rows.map((each) => ({ ...each, message: sentenceOf(each.reason) }))
}

async function firstRepeated(db: Db, { org_id: orgId, id }: ImportRow): Promise<Import['repeated_rows']> {
  const { rows } = await sql<{ row: number; same_as: number }>`
    select n as row, same_as from import_rows
    where org_id = ${orgId} and import_id = ${id} and same_as is not null order by n limit ${MOST_SHOWN}`.execute(db)
  return rows
}
