// Contacts: the list, the count, and one contact with its tags.
import { sql, type RawBuilder } from 'kysely'
import type { Actor } from '../access/actor.ts'
import type { Db } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import { assignmentsOf } from '../tags/history.ts'
import type { TagChip } from '../tags/schema.ts'
import { chipsById } from '../tags/tags.ts'
import { filterCondition } from './filter.ts'
import { findMergedInto } from './merging.ts'
import type { Contact, ContactDetail, ContactFilter, Identity } from './schema.ts'

interface ContactRow {
  id: string
  phone: string | null
  display_name: string | null
  username: string | null
  test: boolean
  tag_ids: string[]
  first_seen_at: string
  last_seen_at: string | null
  identities: Identity[]
}

/** The list's default sort key; a contact that never wrote comes last. */
export const lastSeenKey = sql`coalesce(c.last_seen_at, '-infinity'::timestamptz)`

const columns: RawBuilder<unknown> = sql`c.id, c.phone, c.display_name, c.username, c.test, c.tag_ids, c.first_seen_at, c.last_seen_at,
  coalesce((
    select jsonb_agg(jsonb_build_object('kind', i.kind, 'scope', i.scope, 'value', i.value,
      'retired_at', to_char(i.retired_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) order by i.retired_at nulls first, i.kind, i.created_at, i.value)
    from contact_identities i where i.org_id = c.org_id and i.contact_id = c.id), '[]') as identities`

/** A page of the contacts that match, most recently seen first. `cursor` is the `next_cursor` of the page before. */
export async function listContacts(
  db: Db,
  actor: Actor,
  filter: ContactFilter,
  page: { limit: number; cursor?: string | undefined },
): Promise<{ contacts: Contact[]; next_cursor: string | null }> {
  const condition = await filterCondition(db, actor.org_id, filter)
  const after = page.cursor === undefined ? null : readCursor(page.cursor)
  // The page first, its identities after: one more row than asked tells whether there is a next page.
  const { rows } = await sql<ContactRow>`
    with c as materialized (
      select * from contacts c
      where ${condition} ${after ? sql`and (${lastSeenKey}, c.id) < (${after.key}::timestamptz, ${after.id}::uuid)` : sql``}
      order by ${lastSeenKey} desc, c.id desc
      limit ${page.limit + 1}
    )
    select ${columns} from c order by ${lastSeenKey} desc, c.id desc`.execute(db)
  const chips = await chipsById(db, actor.org_id)
  const shown = rows.slice(0, page.limit)
  const last = shown.at(-1)
  return {
    contacts: shown.map((row) => toContact(row, chips)),
    next_cursor:
      rows.length > page.limit && last ? writeCursor({ key: last.last_seen_at ?? '-infinity', id: last.id }) : null,
  }
}

/** Those of the contacts that are there, by id. */
export async function contactsByIds(db: Db, actor: Actor, ids: readonly string[]): Promise<Map<string, Contact>> {
  const { rows } =
    await sql<ContactRow>`select ${columns} from contacts c where c.org_id = ${actor.org_id} and c.id = any(${ids}::uuid[])`.execute(
      db,
    )
  const chips = await chipsById(db, actor.org_id)
  return new Map(rows.map((row) => [row.id, toContact(row, chips)]))
}

/** How many contacts match, exactly. */
export async function countContacts(db: Db, actor: Actor, filter: ContactFilter): Promise<number> {
  const condition = await filterCondition(db, actor.org_id, filter)
  const { rows } = await sql<{
    count: string | number
  }>`select count(*) as count from contacts c where ${condition}`.execute(db)
  return Number(rows[0]!.count)
}

/** One contact with its tags. Refuses an id that is not in the actor's organization. */
export async function getContact(db: Db, actor: Actor, id: string): Promise<ContactDetail> {
  const { rows } =
    await sql<ContactRow>`select ${columns} from contacts c where c.org_id = ${actor.org_id} and c.id = ${id}`.execute(
      db,
    )
  const row = rows[0]
  if (!row) {
    const into = await findMergedInto(db, actor.org_id, id)
    if (into)
      throw new Problem('not_found', 'This contact was merged into another.', {
        reason: 'merged',
        data: { merged_into: into },
      })
    throw new Problem('not_found', 'There is no such contact in this organization.')
  }
  const { tag_ids: _, ...contact } = row
  const { active, historical } = await assignmentsOf(db, actor, id)
  return { ...contact, active_tags: active, historical_tags: historical }
}

/** The chips of a contact's tags in the order they are shown: active by name, then deleted ones. */
export function chipsOf(tagIds: readonly string[], chips: ReadonlyMap<string, TagChip>): TagChip[] {
  if (tagIds.length === 0) return []
  const carried = new Set(tagIds)
  if (carried.size === 1) return [chips.get(tagIds[0]!)!]
  return [...chips.values()].filter((chip) => carried.has(chip.id))
}

function toContact(row: ContactRow, chips: ReadonlyMap<string, TagChip>): Contact {
  const { tag_ids, ...contact } = row
  return { ...contact, tags: chipsOf(tag_ids, chips) }
}

interface Cursor {
  key: string
  id: string
}

const writeCursor = ({ key, id }: Cursor): string => Buffer.from(JSON.stringify([key, id])).toString('base64url')

function readCursor(text: string): Cursor {
  try {
    const [key, id] = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as unknown[]
    if (
      typeof key === 'string' &&
      typeof id === 'string' &&
      /^(-infinity|\d{4,6}-[0-9T:.+-]+Z?)$/.test(key) &&
      /^[0-9a-f-]{36}$/.test(id)
    )
      return { key, id }
  } catch {
    // Falls through to the one answer for every malformed cursor.
  }
  throw new Problem(
    'invalid',
    'This cursor is not valid. Pass next_cursor of the page before, unchanged, or start without a cursor.',
    { field: 'cursor' },
  )
}
