// Contacts: the list, the count, and one contact with its tags.
import { sql, type RawBuilder } from 'kysely'
import type { Actor } from '../access/actor.ts'
import { prepared, type Db } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import { assignmentsOf } from '../tags/history.ts'
import type { TagChip } from '../tags/schema.ts'
import { chipsById } from '../tags/tags.ts'
import { findMergedInto } from './merged-into.ts'
import type { Contact, ContactDetail, ContactFilter, ContactSort, Identity, SortOrder } from './schema.ts'
import { countMatching, selectPage } from './selecting.ts'

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

const described: RawBuilder<unknown> = sql`c.id, c.phone, c.display_name, c.username, c.test, c.first_seen_at, c.last_seen_at,
  coalesce((
    select jsonb_agg(jsonb_build_object('kind', i.kind, 'scope', i.scope, 'value', i.value,
      'retired_at', to_char(i.retired_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) order by i.retired_at nulls first, i.kind, i.created_at, i.value)
    from contact_identities i where i.org_id = c.org_id and i.contact_id = c.id), '[]') as identities`
const columns: RawBuilder<unknown> = sql`${described}, c.tag_ids`
/** In the order of `chipsOf`. */
const chipsOfRow: RawBuilder<unknown> = sql`coalesce((
  select jsonb_agg(jsonb_build_object('id', t.id, 'name', t.name, 'color', t.color, 'deleted', t.deleted_at is not null)
    order by t.deleted_at is not null, t.name_key collate "C", t.id)
  from tags t where t.org_id = c.org_id and t.id = any(c.tag_ids)), '[]')`

/** A page of the contacts that match, in the order asked. `cursor` is the `next_cursor` of the page before. */
export async function listContacts(
  db: Db,
  actor: Actor,
  filter: ContactFilter,
  page: { sort: ContactSort; order?: SortOrder | undefined; limit: number; cursor?: string | undefined },
): Promise<{ contacts: Contact[]; next_cursor: string | null }> {
  const { ids, next_cursor } = await selectPage(db, actor.org_id, filter, page, page)
  const found = await contactsByIds(db, actor, ids)
  return { contacts: ids.flatMap((id) => found.get(id) ?? []), next_cursor }
}

/** Those of the contacts that are there, by id. */
export async function contactsByIds(db: Db, actor: Actor, ids: readonly string[]): Promise<Map<string, Contact>> {
  if (ids.length === 0) return new Map()
  const { rows } =
    await sql<ContactRow>`select ${columns} from contacts c where c.org_id = ${actor.org_id} and c.id = any(${ids}::uuid[])`.execute(
      db,
    )
  const chips = await chipsById(
    db,
    actor.org_id,
    rows.flatMap((row) => row.tag_ids),
  )
  return new Map(rows.map((row) => [row.id, toContact(row, chips)]))
}

/**
 * The contacts that identities (`i`) point to, for each of several questions (`a`, with `org_id` and `n` from 1 on): who has an
 * identity before who had it, then in the order given. One statement, for the few that an id leads to; for many, the tags are
 * better read once for all.
 */
export async function contactsBehind(
  db: Db,
  questions: number,
  asked: RawBuilder<unknown>,
  condition: RawBuilder<unknown>,
  order: RawBuilder<unknown>,
): Promise<Contact[][]> {
  const { rows } = await sql<Contact & { n: number }>`
    select a.n::int as n, ${described}, ${chipsOfRow} as tags
    from ${asked} join contact_identities i on i.org_id = a.org_id and ${condition}
    join contacts c on c.org_id = i.org_id and c.id = i.contact_id
    order by a.n, i.retired_at is not null, ${order}, c.id`.execute(prepared(db))
  const found = Array.from({ length: questions }, () => new Map<string, Contact>())
  for (const { n, ...contact } of rows) {
    const answer = found[n - 1]!
    if (!answer.has(contact.id)) answer.set(contact.id, contact)
  }
  return found.map((answer) => [...answer.values()])
}

/** How many contacts match, exactly. */
export const countContacts = (db: Db, actor: Actor, filter: ContactFilter): Promise<number> =>
  countMatching(db, actor.org_id, filter)

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
    const erased = await findErasure(db, actor.org_id, id)
    if (erased)
      throw new Problem('not_found', 'This contact was erased.', {
        reason: 'contact_erased',
        data: { erased_at: erased },
      })
    throw new Problem('not_found', 'There is no such contact in this organization.', { reason: 'contact_missing' })
  }
  const { tag_ids: _, ...contact } = row
  const { active, historical } = await assignmentsOf(db, actor, id)
  return { ...contact, active_tags: active, historical_tags: historical }
}

async function findErasure(db: Db, orgId: string, id: string): Promise<string | null> {
  const { rows } = await sql<{ erased_at: string }>`
    select erased_at from contact_erasures where org_id = ${orgId} and contact_ids @> array[${id}::uuid]`.execute(db)
  return rows[0]?.erased_at ?? null
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
