// Reading the audit log: its pages, everybody who appears in it, and all of it as a file.
import { sql, type RawBuilder } from 'kysely'
import type pg from 'pg'
import type { Actor } from '../access/actor.ts'
import { copiedInstant, copiedText, openSnapshot } from '../lib/copy.ts'
import { copiedFile, csvHead, type CopiedFile } from '../lib/copied-file.ts'
import { csvField, csvText } from '../lib/csv.ts'
import type { Db } from '../lib/db.ts'
import type { AuditEntry, AuditFilter } from './schema.ts'

interface EntryRow {
  id: number | string
  at: string
  act: string
  actor_kind: string
  actor_id: string
  actor_name: string
  address: string | null
  subject_id: string | null
  subject_name: string | null
  details: Record<string, unknown> | null
}

/** A page of the organization's log, newest first. `cursor` is the `next_cursor` of the page before. */
export async function listEntries(
  db: Db,
  actor: Actor,
  filter: AuditFilter,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Promise<{ entries: AuditEntry[]; next_cursor: string | null }> {
  const { rows } = await sql<EntryRow>`
    select id, at, act, actor_kind, actor_id, actor_name, address, subject_id, subject_name, details from audit_entries
    where ${matching(actor.org_id, filter)} ${cursor === undefined ? sql`` : sql`and id < ${cursor}::bigint`}
    order by id desc limit ${limit + 1}`.execute(db)
  const entries = rows.slice(0, limit).map(toEntry)
  return { entries, next_cursor: rows.length > limit ? entries.at(-1)!.id : null }
}

const toEntry = ({ id, at, act, address, details, ...row }: EntryRow): AuditEntry => ({
  id: String(id),
  at,
  act,
  actor: { kind: row.actor_kind, id: row.actor_id, name: row.actor_name },
  address,
  subject: row.subject_id === null && row.subject_name === null ? null : { id: row.subject_id, name: row.subject_name },
  details,
})

function matching(orgId: string, { acts, actor, from, before, search }: AuditFilter): RawBuilder<boolean> {
  const conditions = [
    sql`org_id = ${orgId}`,
    ...(acts?.length ? [sql`act = any(${acts}::text[])`] : []),
    ...(actor === undefined ? [] : [sql`actor_id = ${actor}`]),
    ...(from === undefined ? [] : [sql`at >= ${from}::timestamptz`]),
    ...(before === undefined ? [] : [sql`at < ${before}::timestamptz`]),
    ...(search === undefined
      ? []
      : [
          sql`strpos(${folded(sql`concat_ws(E'\n', actor_name, subject_name, address)`)}, ${folded(sql`btrim(${search})`)}) > 0`,
        ]),
  ]
  return sql<boolean>`${sql.join(conditions, sql` and `)}`
}

/**
 * Without case, accents, width and repeated spaces. Both what is searched in and what is searched for go through it; the
 * log is small enough to be read for that.
 */
const folded = (text: RawBuilder<unknown>): RawBuilder<string> =>
  sql<string>`regexp_replace(regexp_replace(lower(normalize(${text}, NFKD)), '[\u0300-\u036f]', '', 'g'), '[[:blank:]]+', ' ', 'g')`

/** Everybody who appears in the organization's log, by name; who changed it stands under the newest one. */
export async function listActors(
  db: Db,
  actor: Actor,
): Promise<{ actors: { kind: string; id: string; name: string }[] }> {
  // Hops from one actor to the next in the index.
  const { rows } = await sql<{ kind: string; id: string; name: string }>`
    with recursive hop as (
      (select actor_id from audit_entries where org_id = ${actor.org_id} order by actor_id limit 1)
      union all
      select (select e.actor_id from audit_entries e where e.org_id = ${actor.org_id} and e.actor_id > h.actor_id order by e.actor_id limit 1)
      from hop h where h.actor_id is not null
    )
    select newest.actor_kind as kind, h.actor_id as id, newest.actor_name as name
    from hop h cross join lateral (
      select e.actor_kind, e.actor_name from audit_entries e
      where e.org_id = ${actor.org_id} and e.actor_id = h.actor_id order by e.id desc limit 1) newest
    where h.actor_id is not null
    order by lower(newest.actor_name), h.actor_id limit 500`.execute(db)
  return { actors: rows }
}

const HEADER = ['Time', 'Act', 'By', 'By id', 'Address', 'On', 'On id', 'Details']

/** All that matches, newest first, as `copiedFile` promises it. */
export async function exportEntries(pool: pg.Pool, actor: Actor, filter: AuditFilter): Promise<CopiedFile> {
  const snapshot = await openSnapshot(pool)
  try {
    const where = matching(actor.org_id, filter)
    const { rows } = await sql<{
      count: number
    }>`select count(*)::int as count from audit_entries where ${where}`.execute(snapshot.db)
    const query = sql`
      select at, act, actor_name, actor_id, address, subject_name, subject_id, details from audit_entries
      where ${where} order by id desc`.compile(snapshot.db)
    return copiedFile(snapshot, {
      head: csvHead(HEADER),
      queries: [query],
      row: ([at, act, ...texts]) =>
        `${copiedInstant(at!)},${csvField(act!)},${texts.map((text) => csvText(copiedText(text))).join(',')}\r\n`,
      rows: rows[0]!.count,
    })
  } catch (error) {
    await snapshot.close()
    throw error
  }
}
