// Reading operations: their progress, their list, and the contacts that could not be changed.
import { sql, type RawBuilder } from 'kysely'
import type { Actor } from '../access/actor.ts'
import type { Role } from '../access/schema.ts'
import { contactsByIds } from '../contacts/contacts.ts'
import type { Db } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import { isId } from '../lib/ids.ts'
import type { TagChip } from '../tags/schema.ts'
import { chipsById } from '../tags/tags.ts'
import type { EndReason, Operation, OperationFailure, OperationKind, OperationStatus } from './schema.ts'

/** What was asked, as it is kept. */
export interface OperationRequest {
  filter?: Record<string, string>
  add?: string[]
  remove?: string[]
  from?: string
  into?: string
  import_id?: string
}

export interface OperationRow {
  org_id: string
  id: string
  kind: OperationKind
  status: OperationStatus
  actor_kind: string
  actor_id: string
  actor_name: string
  actor_role: string | null
  request: OperationRequest
  tag_ids: string[]
  undoes: string | null
  matched: number
  done: number
  changed: number
  created: number
  unchanged: number
  failed: number
  error: EndReason | null
  created_at: string
  started_at: string | null
  finished_at: string | null
}

/** Why an operation can end before its work is done. */
const ENDINGS: Record<EndReason, string> = {
  tag_deleted: 'A tag of this change was deleted from the catalog. Restore it, then resume.',
  tag_unknown: 'A tag of this change is no longer in the catalog.',
  internal: 'Something went wrong on the server. It was logged; resume to try again.',
}

/** A failure as a batch keeps it. */
export interface Failure {
  contact_id: string
  tag_id?: string
  reason: string
  message: string
}

/** Who started it, as they were then. */
export function actorOfOperation(row: OperationRow): Actor {
  const named = { org_id: row.org_id, id: row.actor_id, name: row.actor_name }
  if (row.actor_kind === 'user') return { ...named, kind: 'user', role: row.actor_role as Role }
  if (row.actor_kind === 'api_key')
    return { ...named, kind: 'api_key', key_kind: row.actor_role as 'third_party' | 'ai_agent' }
  throw new Error(`An operation of a ${row.actor_kind} cannot be worked on.`)
}

/** A page of operations, newest first. */
export async function listOperations(
  db: Db,
  actor: Actor,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Promise<{ operations: Operation[]; next_cursor: string | null }> {
  if (cursor !== undefined && !isId(cursor)) throw badCursor()
  const operations = await readOperations(
    db,
    actor,
    sql`${cursor === undefined ? sql`` : sql`and o.id < ${cursor}`} order by o.id desc limit ${limit + 1}`,
  )
  const shown = operations.slice(0, limit)
  return { operations: shown, next_cursor: operations.length > limit ? shown.at(-1)!.id : null }
}

/** One operation. Refuses an id that is not in the actor's organization. */
export async function getOperation(db: Db, actor: Actor, id: string): Promise<Operation> {
  const [operation] = await readOperations(db, actor, sql`and o.id = ${id}`)
  if (!operation) throw noOperation()
  return operation
}

export const noOperation = () =>
  new Problem('not_found', 'There is no such operation in this organization.', { reason: 'operation_missing' })

const badCursor = () =>
  new Problem('invalid', 'This cursor is not valid. Pass next_cursor of the page before, unchanged.', {
    reason: 'cursor_invalid',
    field: 'cursor',
  })

async function readOperations(db: Db, actor: Actor, which: RawBuilder<unknown>): Promise<Operation[]> {
  const { rows } = await sql<ReadRow>`
    select o.*, (select u.id from operations u where u.org_id = o.org_id and u.undoes = o.id and u.status <> 'cancelled') as undone_by,
      case when i.id is not null then jsonb_build_object('id', i.id, 'file_name', i.file_name, 'tags_mode', i.settings -> 'tags_mode',
        'refused', (i.result ->> 'refused')::int + i.refused_late) end as import
    from operations o left join imports i on i.org_id = o.org_id and i.operation_id = coalesce(o.undoes, o.id)
    where o.org_id = ${actor.org_id} ${which}`.execute(db)
  if (rows.length === 0) return []
  const chips = await chipsById(db, actor.org_id)
  return rows.map((row) => toOperation(row, chips))
}

type ReadRow = OperationRow & Pick<Operation, 'undone_by' | 'import'>

function toOperation(row: ReadRow, chips: ReadonlyMap<string, TagChip>): Operation {
  const { request } = row
  const tags = (ids: readonly string[] = []) => ids.flatMap((id) => chips.get(id) ?? [])
  const [from, into] = tags([request.from, request.into].filter((id) => id !== undefined))
  return {
    id: row.id,
    kind: row.kind,
    status: row.status,
    actor: { kind: row.actor_kind, id: row.actor_id, name: row.actor_name },
    filter: request.filter ?? null,
    add: tags(request.add),
    remove: tags(request.remove),
    merge: from && into ? { from, into } : null,
    import: row.import,
    matched: row.matched,
    done: row.done,
    changed: row.changed,
    created: row.created,
    unchanged: row.unchanged,
    failed: row.failed,
    created_at: row.created_at,
    started_at: row.started_at,
    finished_at: row.finished_at,
    error: row.error === null ? null : ENDINGS[row.error],
    error_reason: row.error,
    undoes: row.undoes,
    undone_by: row.undone_by,
    can_cancel: mayCancel(row),
    can_resume: row.status === 'failed' && row.undone_by === null,
    can_undo: mayUndo(row) && row.undone_by === null,
  }
}

/** Half a merge is no state to stay in: what is marked is moved to the end. */
export const mayCancel = ({ kind, status }: Pick<OperationRow, 'kind' | 'status'>): boolean =>
  kind !== 'merge_tags' && (status === 'waiting' || status === 'running')

export const mayUndo = ({
  kind,
  changed,
  finished_at,
}: Pick<OperationRow, 'kind' | 'changed' | 'finished_at'>): boolean =>
  (kind === 'change_tags' || kind === 'import') && changed > 0 && finished_at !== null

/** A page of the contacts that could not be changed, in the order of the work. */
export async function listFailures(
  db: Db,
  actor: Actor,
  id: string,
  { limit, cursor = '0.0' }: { limit: number; cursor?: string | undefined },
): Promise<{ failures: OperationFailure[]; next_cursor: string | null }> {
  await getOperation(db, actor, id)
  const [, batch, place] = /^(\d{1,9})\.(\d{1,9})$/.exec(cursor) ?? []
  if (batch === undefined) throw badCursor()
  const { rows } = await sql<{ n: number; place: number; failure: Failure }>`
    select b.n, f.place::int as place, f.failure
    from operation_batches b cross join lateral jsonb_array_elements(b.failures) with ordinality as f (failure, place)
    where b.org_id = ${actor.org_id} and b.operation_id = ${id} and b.failures <> '[]'
      and (b.n, f.place) > (${Number(batch)}::int, ${Number(place)}::bigint)
    order by b.n, f.place limit ${limit + 1}`.execute(db)
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  const contacts = await contactsByIds(
    db,
    actor,
    shown.map((row) => row.failure.contact_id),
  )
  const chips = await chipsById(db, actor.org_id)
  return {
    failures: shown.map(({ failure }) => ({
      contact_id: failure.contact_id,
      contact: contacts.get(failure.contact_id) ?? null,
      tag: failure.tag_id === undefined ? null : (chips.get(failure.tag_id) ?? null),
      reason: failure.reason,
      message: failure.message,
    })),
    next_cursor: rows.length > limit && last ? `${last.n}.${last.place}` : null,
  }
}
