// The rows of contacts and identities: read in a few statements for many, written in a few.
import { sql } from 'kysely'
import type { Actor } from '../access/actor.ts'
import { recordEvents } from '../events/events.ts'
import { arrayLiteral, type Tx } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import { newId } from '../lib/ids.ts'
import { searchGrams, searchText, sortName } from './search-text.ts'
import {
  describedOf,
  keysOfChange,
  keyText,
  searchedIds,
  type Conflict,
  type HeldContact,
  type HeldIdentity,
  type IdChange,
  type Key,
} from './identity.ts'

/** Identities of an organization change one at a time: receiving, merging and undoing wait for one another. */
export const lockIdentities = (tx: Tx, orgId: string) =>
  sql`select pg_advisory_xact_lock(hashtextextended('earmark:interpret:' || ${orgId}::text, 0))`.execute(tx)

/** Changes of ids that were told before anybody with these ids was seen. */
export async function readPending(
  tx: Tx,
  orgId: string,
  keyTexts: string[],
): Promise<{ id: number | string; change: IdChange }[]> {
  if (keyTexts.length === 0) return []
  const { rows } = await sql<{ id: number | string; change: IdChange }>`
    select id, change from pending_identity_changes where org_id = ${orgId} and keys && ${keyTexts}::text[] order by id`.execute(
    tx,
  )
  return rows
}

/** The contacts that have any of these ids, locked in the order of their ids, and all identities of each. */
export async function readHeld(
  tx: Tx,
  orgId: string,
  keys: Key[],
): Promise<{ contacts: HeldContact[]; identities: HeldIdentity[] }> {
  if (keys.length === 0) return { contacts: [], identities: [] }
  // The limit keeps the planner at one look-up by the whole key for each, whatever statistics it has.
  const { rows: owners } = await sql<{ contact_id: string }>`
    select distinct i.contact_id
    from unnest(${keys.map((key) => key.kind)}::text[], ${keys.map((key) => key.scope)}::text[], ${keys.map((key) => key.value)}::text[]) as k (kind, scope, value)
    cross join lateral (select contact_id from contact_identities
      where org_id = ${orgId} and kind = k.kind and scope = k.scope and value = k.value limit 1) i`.execute(tx)
  const { rows: contacts } = await sql<Omit<HeldContact, 'identities' | 'state' | 'was'>>`
    select c.id, c.test, c.phone, c.display_name, c.name_origin, c.username, c.first_seen_at, c.first_seen_provisional, c.last_seen_at, c.channel_ids
    from contacts c
    where c.org_id = ${orgId} and c.id = any(${owners.map((owner) => owner.contact_id)}::uuid[])
    order by c.id for no key update`.execute(tx)
  const { rows: held } = await sql<Omit<HeldIdentity, 'state'>>`
    select kind, scope, value, contact_id, retired_at from contact_identities
    where org_id = ${orgId} and contact_id = any(${contacts.map((contact) => contact.id)}::uuid[])
    order by created_at, kind, value`.execute(tx)
  const byContact = Map.groupBy(held, ({ contact_id }) => contact_id)
  return {
    contacts: contacts.map((contact) => ({
      ...contact,
      identities: [],
      was: describedOf({ ...contact, identities: byContact.get(contact.id) ?? [] }),
      state: 'stored',
    })),
    identities: held.map((identity) => ({ ...identity, state: 'stored' })),
  }
}

/** Forgets the changes that were applied, and keeps those told about nobody known. */
export async function savePending(
  tx: Tx,
  orgId: string,
  applied: readonly (number | string)[],
  told: readonly IdChange[],
): Promise<void> {
  if (applied.length > 0) {
    await sql`delete from pending_identity_changes where org_id = ${orgId} and id = any(${applied}::bigint[])`.execute(
      tx,
    )
  }
  for (const change of told) {
    const keys = keysOfChange(change).map(keyText).toSorted()
    if (keys.length < 2) continue
    await sql`insert into pending_identity_changes (org_id, keys, change) values (${orgId}, ${keys}::text[], ${JSON.stringify(change)}::jsonb)
      on conflict (org_id, keys) do nothing`.execute(tx)
  }
}

/**
 * The tags of the catalog that new contacts come with. Whoever names some gives them to the same contacts by
 * `changeTagsOfEach` in the same transaction, which then need not write each of these rows a second time.
 */
export interface BornTags {
  tagsOf(contactId: string): readonly string[]
  /** Their source, as one of the bits of `tag_sources`. */
  bits: number
}

const NO_TAGS: BornTags = { tagsOf: () => [], bits: 0 }

/** Writes new contacts, with an event each. */
export async function insertContacts(
  tx: Tx,
  actor: Actor,
  created: HeldContact[],
  born: BornTags = NO_TAGS,
): Promise<void> {
  if (created.length === 0) return
  const orgId = actor.org_id
  await sql`
    insert into contacts (org_id, id, test, tag_ids, tag_sources, ${contactNames})
    select ${orgId}, id, test, tag_ids::uuid[], tag_sources, ${contactValues}
    from unnest(${created.map((c) => c.id)}::uuid[], ${created.map((c) => c.test)}::boolean[], ${created.map((c) => arrayLiteral(born.tagsOf(c.id)))}::text[],
      ${created.map((c) => (born.tagsOf(c.id).length > 0 ? born.bits : 0))}::smallint[], ${contactArrays(created)}) as n (id, test, tag_ids, tag_sources, ${contactNames})`.execute(
    tx,
  )
  await recordEvents(
    tx,
    actor,
    created.map((contact) => ({ kind: 'contact.created', contact_id: contact.id, after: describedOf(contact) })),
  )
}

/** Writes contacts that were read, with an event for each of which phone, name, username or ids are others now. */
export async function updateContacts(tx: Tx, actor: Actor, changed: HeldContact[]): Promise<void> {
  if (changed.length === 0) return
  const orgId = actor.org_id
  await sql`
    update contacts c set (${contactNames}) = row(${contactValues})
    from unnest(${changed.map((c) => c.id)}::uuid[], ${contactArrays(changed)}) as n (id, ${contactNames})
    where c.org_id = ${orgId} and c.id = n.id`.execute(tx)
  await recordEvents(
    tx,
    actor,
    changed
      .map((contact) => ({ id: contact.id, before: contact.was, after: describedOf(contact) }))
      .filter(({ before, after }) => JSON.stringify(before) !== JSON.stringify(after))
      .map(({ id, before, after }) => ({ kind: 'contact.updated', contact_id: id, before, after })),
  )
}

/** Keeps last seen aside, where writing it costs no index: 20,000 contacts take a fraction of what updating them takes. */
export async function gatherActivity(tx: Tx, orgId: string, seen: HeldContact[]): Promise<void> {
  if (seen.length === 0) return
  await sql`
    insert into contact_activity (org_id, contact_id, last_seen_at)
    select ${orgId}, * from unnest(${seen.map((contact) => contact.id)}::uuid[], ${seen.map((contact) => contact.last_seen_at)}::timestamptz[])
    on conflict (org_id, contact_id) do update set last_seen_at = greatest(contact_activity.last_seen_at, excluded.last_seen_at)`.execute(
    tx,
  )
}

/** Writes what was gathered to the contacts: everything, or what has waited for a minute. */
export async function flushActivity(tx: Tx, orgId: string, { olderThanSeconds = 0 } = {}): Promise<void> {
  // Everything is everything: after the clock has jumped back, also what seems to be gathered later than now.
  const old =
    olderThanSeconds === 0 ? sql`` : sql`and gathered_at <= now() - make_interval(secs => ${olderThanSeconds})`
  await sql`
    with gathered as (
      delete from contact_activity where org_id = ${orgId} ${old} returning contact_id, last_seen_at
    )
    update contacts c set last_seen_at = greatest(c.last_seen_at, g.last_seen_at)
    from gathered g where c.org_id = ${orgId} and c.id = g.contact_id and (c.last_seen_at is null or c.last_seen_at < g.last_seen_at)`.execute(
    tx,
  )
}

export async function saveIdentities(tx: Tx, orgId: string, identities: HeldIdentity[]): Promise<void> {
  if (identities.length === 0) return
  await sql`
    insert into contact_identities (org_id, kind, scope, value, contact_id, retired_at)
    select ${orgId}, * from unnest(${identities.map((i) => i.kind)}::text[], ${identities.map((i) => i.scope)}::text[], ${identities.map((i) => i.value)}::text[],
      ${identities.map((i) => i.contact_id)}::uuid[], ${identities.map((i) => i.retired_at)}::timestamptz[])
    on conflict (org_id, kind, scope, value) do update set retired_at = excluded.retired_at`.execute(tx)
}

export async function saveConflicts(tx: Tx, orgId: string, conflicts: Conflict[]): Promise<void> {
  if (conflicts.length === 0) return
  await sql`
    insert into contact_conflicts (org_id, id, reason, contact_id, other_contact_id, kind, scope, value, detected_at, last_seen_at)
    select ${orgId}, id, reason, contact_id, other_contact_id, kind, scope, value, at, at
    from unnest(${conflicts.map(() => newId())}::uuid[], ${conflicts.map((c) => c.reason)}::text[], ${conflicts.map((c) => c.contact_id)}::uuid[],
      ${conflicts.map((c) => c.other_contact_id)}::uuid[], ${conflicts.map((c) => c.kind)}::text[], ${conflicts.map((c) => c.scope)}::text[],
      ${conflicts.map((c) => c.value)}::text[], ${conflicts.map((c) => c.at)}::timestamptz[]) as n (id, reason, contact_id, other_contact_id, kind, scope, value, at)
    on conflict (org_id, contact_id, kind, scope, value) do update
      set last_seen_at = greatest(contact_conflicts.last_seen_at, excluded.last_seen_at), times_seen = contact_conflicts.times_seen + 1,
        other_contact_id = coalesce(excluded.other_contact_id, contact_conflicts.other_contact_id),
        reason = case when contact_conflicts.resolution is null then excluded.reason else contact_conflicts.reason end`.execute(
    tx,
  )
}

const CONTACT_COLUMNS =
  'phone display_name name_origin username first_seen_at first_seen_provisional last_seen_at search_text sort_name search_grams channel_ids'.split(
    ' ',
  )
/** A list within a list goes through unnest as text. */
const ARRAY_TYPES: Record<string, string> = { search_grams: 'text[]', channel_ids: 'uuid[]' }
/** The columns shared by insert and update, in the order of `contactArrays`. */
const contactNames = sql.raw(CONTACT_COLUMNS.join(', '))
const contactValues = sql.raw(
  CONTACT_COLUMNS.map((name) => `n.${name}${name in ARRAY_TYPES ? `::${ARRAY_TYPES[name]}` : ''}`).join(', '),
)

/** The shared columns as arrays for unnest. */
function contactArrays(contacts: HeldContact[]) {
  const texts = contacts.map((c) => searchText({ ...c, ids: searchedIds(c) }))
  return sql`${contacts.map((c) => c.phone)}::text[], ${contacts.map((c) => c.display_name)}::text[], ${contacts.map((c) => c.name_origin)}::text[],
    ${contacts.map((c) => c.username)}::text[], ${contacts.map((c) => c.first_seen_at)}::timestamptz[], ${contacts.map((c) => c.first_seen_provisional)}::boolean[],
    ${contacts.map((c) => c.last_seen_at)}::timestamptz[], ${texts}::text[], ${contacts.map((c) => sortName(c.display_name))}::text[],
    ${texts.map((text) => arrayLiteral(searchGrams(text)))}::text[], ${contacts.map((c) => arrayLiteral(c.channel_ids))}::text[]`
}

/** Takes an id for this contact's: the current one of its kind and scope from now on. Refuses one that belongs to another contact. */
export async function attachIdentity(tx: Tx, orgId: string, contactId: string, key: Key): Promise<void> {
  const { rows } = await sql<{ contact_id: string }>`
    insert into contact_identities (org_id, kind, scope, value, contact_id)
    select ${orgId}, ${key.kind}, ${key.scope}, ${key.value}, id from contacts where org_id = ${orgId} and id = ${contactId}
    on conflict (org_id, kind, scope, value) do update set retired_at = null returning contact_id`.execute(tx)
  if (rows[0]?.contact_id !== contactId) {
    throw new Problem('conflict', 'This id belongs to another contact by now. Reload and decide again.', {
      reason: 'identity_taken',
    })
  }
  await sql`update contact_identities set retired_at = now()
    where org_id = ${orgId} and contact_id = ${contactId} and kind = ${key.kind} and scope = ${key.scope} and value <> ${key.value} and retired_at is null`.execute(
    tx,
  )
  await refreshDerived(tx, orgId, contactId)
}

/** Takes `attachIdentity` back; the id that was current before is so again. */
export async function detachIdentity(tx: Tx, orgId: string, contactId: string, key: Key): Promise<void> {
  await sql`delete from contact_identities
    where org_id = ${orgId} and contact_id = ${contactId} and kind = ${key.kind} and scope = ${key.scope} and value = ${key.value}`.execute(
    tx,
  )
  await sql`update contact_identities set retired_at = null where (org_id, kind, scope, value) in (
    select org_id, kind, scope, value from contact_identities where org_id = ${orgId} and contact_id = ${contactId} and kind = ${key.kind} and scope = ${key.scope}
    order by retired_at desc nulls first limit 1)`.execute(tx)
  await refreshDerived(tx, orgId, contactId)
}

/** Takes an id off a contact for good; answers whether it had it. */
export async function dropIdentity(tx: Tx, orgId: string, contactId: string, key: Key): Promise<boolean> {
  const { rows } = await sql`delete from contact_identities
    where org_id = ${orgId} and contact_id = ${contactId} and kind = ${key.kind} and scope = ${key.scope} and value = ${key.value} returning kind`.execute(
    tx,
  )
  if (rows.length > 0) await refreshDerived(tx, orgId, contactId)
  return rows.length > 0
}

/** Business-scoped ids that were read under a wrong portfolio get the right one; an id that is known there already stays. */
export async function rescopeIdentities(tx: Tx, orgId: string, from: string, to: string): Promise<void> {
  await sql`
    update contact_identities i set scope = ${to}
    where org_id = ${orgId} and kind in ('bsuid', 'parent_bsuid') and scope = ${from} and not exists (
      select 1 from contact_identities known where known.org_id = i.org_id and known.kind = i.kind and known.scope = ${to} and known.value = i.value)`.execute(
    tx,
  )
}

/** Writes anew what follows from names and identities, after they changed elsewhere than in `Identities`. */
export async function refreshDerived(tx: Tx, orgId: string, contactId: string): Promise<void> {
  const { rows } = await sql<{ display_name: string | null; username: string | null; identities: Key[] }>`
    select c.display_name, c.username, coalesce((select jsonb_agg(jsonb_build_object('kind', i.kind, 'value', i.value) order by i.created_at, i.value)
      from contact_identities i where i.org_id = c.org_id and i.contact_id = c.id), '[]') as identities
    from contacts c where c.org_id = ${orgId} and c.id = ${contactId}`.execute(tx)
  const row = rows[0]
  if (!row) return
  const text = searchText({ ...row, ids: searchedIds(row) })
  await sql`update contacts c set search_text = ${text}, search_grams = ${searchGrams(text)}::text[], sort_name = ${sortName(row.display_name)}
    where c.org_id = ${orgId} and c.id = ${contactId}`.execute(tx)
}
