// Export: every contact that matches, streamed as CSV or NDJSON from one snapshot of the database.
import { sql, type RawBuilder } from 'kysely'
import type pg from 'pg'
import type { Actor } from '../access/actor.ts'
import { copiedInstant, copiedText, isNull, openSnapshot } from '../lib/copy.ts'
import { copiedFile, csvHead, type CopiedFile } from '../lib/copied-file.ts'
import { csvField, csvText } from '../lib/csv.ts'
import type { Db } from '../lib/db.ts'
import { chipsById } from '../tags/tags.ts'
import { filterCondition } from './filter.ts'
import type { ContactFilter, ContactSort, ExportFormat, SortOrder } from './schema.ts'
import { countMatching, partsInOrder } from './selecting.ts'

/** With fewer rows it is quicker to find them first and sort them then. */
const MANY = 20_000

/**
 * The file as a stream in the list's order, without a row cap and with constant memory, and the number of its rows,
 * known before the first of them. All are of one snapshot. An error on the way ends the stream with that error, never
 * as if it were complete; so does a number of rows other than the one told.
 */
export async function exportContacts(
  pool: pg.Pool,
  actor: Actor,
  filter: ContactFilter,
  { format, ...order }: { format: ExportFormat; sort: ContactSort; order?: SortOrder | undefined },
): Promise<CopiedFile> {
  const snapshot = await openSnapshot(pool)
  try {
    const rows = await countMatching(snapshot.db, actor.org_id, filter)
    if (rows >= MANY) await sql`set local enable_sort = off`.execute(snapshot.db)
    const condition = await filterCondition(snapshot.db, actor.org_id, filter)
    const { head, columns, row } = format === 'csv' ? await csvLines(snapshot.db, actor.org_id) : JSON_LINES
    return copiedFile(snapshot, {
      head,
      queries: partsInOrder(condition, order).map((part) =>
        sql`select ${columns} from contacts c ${part}`.compile(snapshot.db),
      ),
      row,
      rows,
    })
  } catch (error) {
    await snapshot.close()
    throw error
  }
}

/** How the lines of a format are made. */
interface Lines {
  head: string
  columns: RawBuilder<unknown>
  row: (copied: readonly string[]) => string
}

async function csvLines(db: Db, orgId: string): Promise<Lines> {
  const cells = tagCells(await chipsById(db, orgId))
  return { head: csvHead(HEADER), columns: CSV_COLUMNS, row: (copied) => csvLine(copied, cells) }
}

const instant = (at: RawBuilder<unknown>) => sql`to_char(${at} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`

/** A contact as the list answers it, a line each. */
const JSON_LINES: Lines = {
  head: '',
  columns: sql`jsonb_build_object('id', c.id, 'phone', c.phone, 'display_name', c.display_name, 'username', c.username, 'test', c.test,
    'first_seen_at', ${instant(sql`c.first_seen_at`)}, 'last_seen_at', ${instant(sql`c.last_seen_at`)},
    'identities', (select coalesce(jsonb_agg(jsonb_build_object('kind', i.kind, 'scope', i.scope, 'value', i.value,
      'retired_at', ${instant(sql`i.retired_at`)}) order by i.retired_at nulls first, i.kind, i.created_at, i.value), '[]')
      from contact_identities i where i.org_id = c.org_id and i.contact_id = c.id),
    'tags', (select coalesce(jsonb_agg(jsonb_build_object('id', t.id, 'name', t.name, 'color', t.color, 'deleted', t.deleted_at is not null)
      order by t.deleted_at is not null, t.name_key collate "C", t.id), '[]')
      from tags t where t.org_id = c.org_id and t.id = any(c.tag_ids)))`,
  // JSON has no line breaks of its own, and COPY doubles backslashes.
  row: ([copied]) => `${copied!.replaceAll('\\\\', '\\')}\n`,
}

const HEADER = ['Phone', 'Display name', 'Tags', 'First seen', 'Last seen']

/** Of who has no phone, an id that importing reads as what it is: WhatsApp's whole, else another system's behind its name. */
const CSV_COLUMNS = sql`c.phone, c.display_name, c.tag_ids, c.first_seen_at, c.last_seen_at,
  case when c.phone is null then (
    select case when i.kind = 'external_id' then i.scope || ':' when i.kind = 'phone' and i.value ~ '^[0-9]+$' then '+' else '' end || i.value
    from contact_identities i where i.org_id = c.org_id and i.contact_id = c.id
    order by i.kind = 'external_id', i.retired_at nulls first, i.kind, i.created_at desc limit 1) end`

function csvLine(copied: readonly string[], cells: (tagIds: string) => string): string {
  const [phone, name, tagIds, firstSeen, lastSeen, wholeId] = copied as [string, string, string, string, string, string]
  const id = isNull(phone) ? csvText(copiedText(wholeId)) : csvField(phone)
  return `${id},${csvText(copiedText(name))},${cells(tagIds)},${copiedInstant(firstSeen)},${copiedInstant(lastSeen)}\r\n`
}

/** The Tags cell by the text of the ids: active tags by name; the same few sets come again and again. */
function tagCells(chips: Awaited<ReturnType<typeof chipsById>>): (tagIds: string) => string {
  const names = [...chips.values()]
    .filter((chip) => !chip.deleted)
    .map((chip, rank) => [chip.id, { rank, name: chip.name.replace(/[\\|]/g, '\\$&') }] as const)
  const active = new Map(names)
  const known = new Map<string, string>()
  return (tagIds) => {
    const cell = known.get(tagIds)
    if (cell !== undefined) return cell
    const carried = tagIds
      .slice(1, -1)
      .split(',')
      .flatMap((id) => active.get(id) ?? [])
    const joined = carried.toSorted((a, b) => a.rank - b.rank).map((tag) => tag.name)
    const made = Buffer.from(csvText(joined.join('|'))).toString('latin1')
    if (known.size < 50_000) known.set(tagIds, made)
    return made
  }
}
