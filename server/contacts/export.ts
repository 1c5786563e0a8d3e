// Export: every contact that matches, streamed as CSV from one snapshot of the database.
import { Readable } from 'node:stream'
import { sql } from 'kysely'
import type { Actor } from '../access/actor.ts'
import { BYTE_ORDER_MARK, csvField, csvRow, csvText } from '../lib/csv.ts'
import type { Db } from '../lib/db.ts'
import type { TagChip } from '../tags/schema.ts'
import { chipsById } from '../tags/tags.ts'
import { chipsOf, lastSeenKey } from './contacts.ts'
import { filterCondition } from './filter.ts'
import type { ContactFilter } from './schema.ts'

const BATCH = 1000

interface ExportRow {
  phone: string | null
  display_name: string | null
  tag_ids: string[]
  first_seen_at: string
  last_seen_at: string | null
  whole_id: string | null
}

export const exportFileName = (now: Date): string =>
  `contacts-${now.toISOString().slice(0, 19).replaceAll(':', '-')}Z.csv`

/**
 * The file as a stream of text in the list's order, without a row cap and with constant memory. All rows are of one
 * snapshot. An error on the way ends the stream with that error, never as if it were complete.
 */
export function exportContacts(db: Db, actor: Actor, filter: ContactFilter): Readable {
  return Readable.from(csvChunks(db, actor, filter), { objectMode: true, highWaterMark: 2 })
}

async function* csvChunks(db: Db, actor: Actor, filter: ContactFilter): AsyncGenerator<string> {
  const connection = await db
    .startTransaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute()
  try {
    const condition = await filterCondition(connection, actor.org_id, filter)
    const chips = await chipsById(connection, actor.org_id)
    await sql`declare contacts_to_export no scroll cursor for
      select c.phone, c.display_name, c.tag_ids, c.first_seen_at, c.last_seen_at,
        case when c.phone is null then (
          select i.value from contact_identities i where i.org_id = c.org_id and i.contact_id = c.id
          order by i.retired_at nulls first, i.kind, i.created_at desc limit 1) end as whole_id
      from contacts c where ${condition}
      order by ${lastSeenKey} desc, c.id desc`.execute(connection)
    yield BYTE_ORDER_MARK + csvRow(['Phone', 'Display name', 'Tags', 'First seen', 'Last seen'])
    for (;;) {
      const { rows } = await sql<ExportRow>`fetch ${sql.raw(String(BATCH))} from contacts_to_export`.execute(connection)
      if (rows.length === 0) break
      yield rows.map((row) => csvLine(row, chips)).join('')
    }
  } finally {
    await connection.rollback().execute()
  }
}

function csvLine(row: ExportRow, chips: ReadonlyMap<string, TagChip>): string {
  const tags = chipsOf(row.tag_ids, chips)
    .filter((chip) => !chip.deleted)
    .map((chip) => chip.name.replace(/[\\|]/g, '\\$&'))
  return csvRow([
    row.phone === null ? csvText(row.whole_id ?? '') : csvField(row.phone),
    csvText(row.display_name ?? ''),
    csvText(tags.join('|')),
    row.first_seen_at,
    row.last_seen_at ?? '',
  ])
}
