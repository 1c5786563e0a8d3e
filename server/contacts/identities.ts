// Who wrote: the one contact behind the ids that WhatsApp gives, made when there is none, never merged silently.
import { systemActor } from '../access/actor.ts'
import { recordEvents } from '../events/events.ts'
import type { Tx } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import { newId } from '../lib/ids.ts'
import { sql } from 'kysely'
import { searchText } from './filter.ts'
import type { Identity } from './schema.ts'

type IdentityKind = Identity['kind']

/** A contact as one update shows it. */
export interface Sighting {
  /** Digits as WhatsApp writes them, without plus. */
  wa_id: string | null
  bsuid: string | null
  parent_bsuid: string | null
  /** The business portfolio whose ids these are; business-scoped ids mean nothing outside it. */
  portfolio_id: string
  /** Played by the test phone. */
  test: boolean
  name: string | null
  username: string | null
  /** When: their own act counts as first and last seen; being written to only when nothing else is known. */
  at: string
  own_act: boolean
}

/** Somebody's ids changed: the old stay as aliases of the same contact, the new are preferred. */
export interface IdChange {
  old: Pick<Sighting, 'wa_id' | 'bsuid' | 'parent_bsuid'>
  new: Pick<Sighting, 'wa_id' | 'bsuid' | 'parent_bsuid'>
  portfolio_id: string
  test: boolean
  at: string
}

interface Key {
  kind: IdentityKind
  scope: string
  value: string
}

interface HeldIdentity extends Key {
  contact_id: string
  retired_at: string | null
  state: 'stored' | 'new' | 'changed'
}

interface HeldContact {
  id: string
  test: boolean
  phone: string | null
  display_name: string | null
  name_origin: 'whatsapp' | 'given' | null
  username: string | null
  first_seen_at: string
  first_seen_provisional: boolean
  last_seen_at: string | null
  identities: HeldIdentity[]
  state: 'stored' | 'new' | 'changed'
}

type ConflictReason = 'two_contacts' | 'possible_new_owner' | 'number_taken'

interface Conflict extends Key {
  reason: ConflictReason
  contact_id: string
  other_contact_id: string | null
  at: string
}

const keyText = ({ kind, scope, value }: Key): string => `${kind}\n${scope}\n${value}`

const bsuidScope = (portfolioId: string, test: boolean): string => (test ? `test:${portfolioId}` : portfolioId)

function keysOf(ids: Pick<Sighting, 'wa_id' | 'bsuid' | 'parent_bsuid'>, portfolioId: string, test: boolean): { phone: Key | null; bsuid: Key | null; parent: Key | null } {
  const scope = bsuidScope(portfolioId, test)
  return {
    phone: ids.wa_id === null ? null : { kind: 'phone', scope: test ? 'test' : '', value: ids.wa_id },
    bsuid: ids.bsuid === null ? null : { kind: 'bsuid', scope, value: ids.bsuid },
    parent: ids.parent_bsuid === null ? null : { kind: 'parent_bsuid', scope, value: ids.parent_bsuid },
  }
}

const keysOfChange = (change: IdChange): Key[] =>
  [change.old, change.new].flatMap((ids) => Object.values(keysOf(ids, change.portfolio_id, change.test)).filter((key): key is Key => key !== null && key.kind !== 'parent_bsuid'))

/** Identities of an organization change one at a time: receiving, merging and undoing wait for one another. */
export const lockIdentities = (tx: Tx, orgId: string) => sql`select pg_advisory_xact_lock(hashtextextended('earmark:interpret:' || ${orgId}::text, 0))`.execute(tx)

/**
 * Works on the contacts of one organization behind many sightings at once: everything is read in two statements,
 * decided in memory in the order of arrival, and written in a few. The caller holds the organization's interpreting
 * lock or any other that keeps identities of this organization from changing elsewhere meanwhile.
 */
export class Identities {
  readonly #tx: Tx
  readonly #orgId: string
  readonly #byKey = new Map<string, HeldIdentity>()
  readonly #contacts = new Map<string, HeldContact>()
  readonly #conflicts = new Map<string, Conflict>()
  /** Without an id: told in this batch, not stored yet. */
  readonly #pending: { id: number | string | null; change: IdChange }[] = []
  readonly #applied: (number | string)[] = []

  private constructor(tx: Tx, orgId: string) {
    this.#tx = tx
    this.#orgId = orgId
  }

  /** Reads and locks every contact that the sightings and changes could concern. */
  static async open(tx: Tx, orgId: string, sightings: readonly Sighting[], changes: readonly IdChange[]): Promise<Identities> {
    const identities = new Identities(tx, orgId)
    const keys = new Map<string, Key>()
    const want = (found: ReturnType<typeof keysOf>) => {
      for (const key of [found.phone, found.bsuid, found.parent]) if (key) keys.set(keyText(key), key)
    }
    for (const sighting of sightings) want(keysOf(sighting, sighting.portfolio_id, sighting.test))
    for (const change of changes) for (const key of keysOfChange(change)) keys.set(keyText(key), key)
    await identities.#readPending([...keys.keys()], keys)
    await identities.#read([...keys.values()])
    return identities
  }

  /** Changes of ids that were told before anybody with these ids was seen; their other ids are wanted too. */
  async #readPending(keyTexts: string[], keys: Map<string, Key>): Promise<void> {
    if (keyTexts.length === 0) return
    const { rows } = await sql<{ id: number | string; change: IdChange }>`
      select id, change from pending_identity_changes where org_id = ${this.#orgId} and keys && ${keyTexts}::text[] order by id`.execute(this.#tx)
    for (const { id, change } of rows) {
      this.#pending.push({ id, change })
      for (const key of keysOfChange(change)) keys.set(keyText(key), key)
    }
  }

  async #read(keys: Key[]): Promise<void> {
    if (keys.length === 0) return
    const { rows: contacts } = await sql<Omit<HeldContact, 'identities' | 'state'>>`
      select c.id, c.test, c.phone, c.display_name, c.name_origin, c.username, c.first_seen_at, c.first_seen_provisional, c.last_seen_at
      from contacts c
      where c.org_id = ${this.#orgId} and c.id in (
        select i.contact_id from contact_identities i
        join unnest(${keys.map((key) => key.kind)}::text[], ${keys.map((key) => key.scope)}::text[], ${keys.map((key) => key.value)}::text[]) as k (kind, scope, value)
          on i.org_id = ${this.#orgId} and i.kind = k.kind and i.scope = k.scope and i.value = k.value)
      order by c.id for no key update`.execute(this.#tx)
    for (const contact of contacts) this.#contacts.set(contact.id, { ...contact, identities: [], state: 'stored' })
    const { rows: held } = await sql<Omit<HeldIdentity, 'state'>>`
      select kind, scope, value, contact_id, retired_at from contact_identities
      where org_id = ${this.#orgId} and contact_id = any(${contacts.map((contact) => contact.id)}::uuid[])
      order by created_at, kind, value`.execute(this.#tx)
    for (const identity of held) this.#hold({ ...identity, state: 'stored' })
  }

  #hold(identity: HeldIdentity): void {
    this.#byKey.set(keyText(identity), identity)
    this.#contacts.get(identity.contact_id)!.identities.push(identity)
  }

  #owner(key: Key | null): HeldContact | null {
    const identity = key && this.#byKey.get(keyText(key))
    return identity ? this.#contacts.get(identity.contact_id)! : null
  }

  /**
   * The contact of a sighting, made when nobody has its ids. The phone decides when phone and id point to two contacts,
   * which is recorded as a conflict; so is a known phone that comes with another id of the same portfolio, as it may
   * have a new owner. Null when the sighting has no id at all.
   */
  see(sighting: Sighting): string | null {
    const { phone, bsuid, parent } = keysOf(sighting, sighting.portfolio_id, sighting.test)
    if (!phone && !bsuid) return null
    const byPhone = this.#owner(phone)
    const byBsuid = this.#owner(bsuid)
    const contact = byPhone ?? byBsuid ?? this.#create(sighting, [phone, bsuid])
    if (bsuid && byPhone && byBsuid && byPhone !== byBsuid) {
      this.#conflict('two_contacts', byPhone, byBsuid, bsuid, sighting.at)
    } else if (bsuid && !byBsuid) {
      const current = contact.identities.find((held) => held.kind === 'bsuid' && held.scope === bsuid.scope && held.retired_at === null)
      if (current) this.#conflict('possible_new_owner', contact, null, bsuid, sighting.at)
      else this.#attach(contact, bsuid)
    }
    if (phone && !byPhone) this.#prefer(contact, phone, sighting.at)
    if (parent && !this.#owner(parent)) this.#attach(contact, parent)
    this.#describe(contact, sighting)
    return contact.id
  }

  /**
   * Gives a contact its new ids; repeating it is harmless. New ids that belong to somebody else already are recorded
   * as a conflict, not merged. While nobody has any of the ids the change is kept for whoever comes under one of them.
   */
  change(change: IdChange): void {
    const old = keysOf(change.old, change.portfolio_id, change.test)
    const now = keysOf(change.new, change.portfolio_id, change.test)
    const contact = this.#owner(old.bsuid) ?? this.#owner(old.phone) ?? this.#owner(now.bsuid) ?? this.#owner(now.phone)
    if (!contact) {
      this.#pending.push({ id: null, change })
      return
    }
    for (const key of [now.phone, now.bsuid, now.parent]) {
      if (!key) continue
      const owner = this.#owner(key)
      if (owner && owner !== contact) {
        if (key.kind !== 'parent_bsuid') this.#conflict('number_taken', contact, owner, key, change.at)
      } else this.#prefer(contact, key, change.at)
    }
    // The old ids may have been unknown here, when the first message came under the new ones.
    for (const key of [old.phone, old.bsuid]) {
      if (key && !this.#owner(key)) this.#attach(contact, key, change.at)
    }
  }

  #create(sighting: Sighting, keys: (Key | null)[]): HeldContact {
    const contact: HeldContact = {
      id: newId(),
      test: sighting.test,
      phone: null,
      display_name: null,
      name_origin: null,
      username: null,
      first_seen_at: sighting.at,
      first_seen_provisional: !sighting.own_act,
      last_seen_at: null,
      identities: [],
      state: 'new',
    }
    this.#contacts.set(contact.id, contact)
    const texts = new Set(keys.flatMap((key) => (key ? [keyText(key)] : [])))
    const waiting = this.#pending.filter(({ change }) => keysOfChange(change).some((key) => texts.has(keyText(key))))
    if (waiting.length === 0) return contact
    for (const key of keys) if (key) this.#prefer(contact, key, sighting.at)
    for (const pending of waiting) {
      this.#pending.splice(this.#pending.indexOf(pending), 1)
      if (pending.id !== null) this.#applied.push(pending.id)
      this.change(pending.change)
    }
    return contact
  }

  #attach(contact: HeldContact, key: Key, retiredAt: string | null = null): HeldIdentity {
    const identity: HeldIdentity = { ...key, contact_id: contact.id, retired_at: retiredAt, state: 'new' }
    this.#hold(identity)
    this.#touch(contact)
    return identity
  }

  /** Makes an id the current one of its kind and scope; the one before stays, as an alias. */
  #prefer(contact: HeldContact, key: Key, at: string): void {
    const mine = this.#byKey.get(keyText(key)) ?? this.#attach(contact, key)
    for (const other of contact.identities) {
      if (other !== mine && other.kind === key.kind && other.scope === key.scope && other.retired_at === null) this.#retire(other, at)
    }
    if (mine.retired_at !== null) this.#retire(mine, null)
    if (key.kind === 'phone' && contact.phone !== phoneOf(key.value)) {
      contact.phone = phoneOf(key.value)
      this.#touch(contact)
    }
  }

  #retire(identity: HeldIdentity, at: string | null): void {
    identity.retired_at = at
    if (identity.state === 'stored') identity.state = 'changed'
  }

  #describe(contact: HeldContact, sighting: Sighting): void {
    const newest = contact.last_seen_at === null || sighting.at >= contact.last_seen_at
    if (sighting.name !== null && sighting.name !== contact.display_name && (newest || contact.name_origin !== 'whatsapp')) {
      contact.display_name = sighting.name
      this.#touch(contact)
    }
    if (sighting.name !== null) contact.name_origin = 'whatsapp'
    if (sighting.username !== null && sighting.username !== contact.username && (newest || contact.username === null)) {
      contact.username = sighting.username
      this.#touch(contact)
    }
    if (!sighting.own_act) return
    if (contact.first_seen_provisional || sighting.at < contact.first_seen_at) {
      contact.first_seen_at = sighting.at
      contact.first_seen_provisional = false
      this.#touch(contact)
    }
    if (contact.last_seen_at === null || sighting.at > contact.last_seen_at) {
      contact.last_seen_at = sighting.at
      this.#touch(contact)
    }
  }

  #touch(contact: HeldContact): void {
    if (contact.state === 'stored') contact.state = 'changed'
  }

  #conflict(reason: ConflictReason, contact: HeldContact, other: HeldContact | null, key: Key, at: string): void {
    this.#conflicts.set(`${contact.id}\n${keyText(key)}`, { ...key, reason, contact_id: contact.id, other_contact_id: other?.id ?? null, at })
  }

  /** Writes everything decided since `open`. */
  async save(): Promise<void> {
    const contacts = [...this.#contacts.values()]
    await this.#insertContacts(contacts.filter((contact) => contact.state === 'new'))
    await this.#updateContacts(contacts.filter((contact) => contact.state === 'changed'))
    await this.#saveIdentities([...this.#byKey.values()].filter((identity) => identity.state !== 'stored'))
    await this.#saveConflicts([...this.#conflicts.values()])
    await this.#savePending()
  }

  async #savePending(): Promise<void> {
    if (this.#applied.length > 0) {
      await sql`delete from pending_identity_changes where org_id = ${this.#orgId} and id = any(${this.#applied}::bigint[])`.execute(this.#tx)
    }
    for (const { change } of this.#pending.filter(({ id }) => id === null)) {
      const keys = keysOfChange(change).map(keyText).toSorted()
      if (keys.length < 2) continue
      await sql`insert into pending_identity_changes (org_id, keys, change) values (${this.#orgId}, ${keys}::text[], ${JSON.stringify(change)}::jsonb)
        on conflict (org_id, keys) do nothing`.execute(this.#tx)
    }
  }

  async #insertContacts(created: HeldContact[]): Promise<void> {
    if (created.length === 0) return
    await sql`
      insert into contacts (org_id, id, test, phone, display_name, name_origin, username, first_seen_at, first_seen_provisional, last_seen_at, search_text)
      select ${this.#orgId}, * from unnest(${created.map((c) => c.id)}::uuid[], ${created.map((c) => c.test)}::boolean[], ${contactArrays(created)})`.execute(this.#tx)
    await recordEvents(
      this.#tx,
      systemActor(this.#orgId),
      created.map((contact) => ({ kind: 'contact.created', contact_id: contact.id, after: { phone: contact.phone, display_name: contact.display_name, username: contact.username } })),
    )
  }

  async #updateContacts(changed: HeldContact[]): Promise<void> {
    if (changed.length === 0) return
    await sql`
      update contacts c set phone = n.phone, display_name = n.display_name, name_origin = n.name_origin, username = n.username,
        first_seen_at = n.first_seen_at, first_seen_provisional = n.first_seen_provisional, last_seen_at = n.last_seen_at, search_text = n.search_text
      from unnest(${changed.map((c) => c.id)}::uuid[], ${contactArrays(changed)})
        as n (id, phone, display_name, name_origin, username, first_seen_at, first_seen_provisional, last_seen_at, search_text)
      where c.org_id = ${this.#orgId} and c.id = n.id`.execute(this.#tx)
  }

  async #saveIdentities(identities: HeldIdentity[]): Promise<void> {
    if (identities.length === 0) return
    await sql`
      insert into contact_identities (org_id, kind, scope, value, contact_id, retired_at)
      select ${this.#orgId}, * from unnest(${identities.map((i) => i.kind)}::text[], ${identities.map((i) => i.scope)}::text[], ${identities.map((i) => i.value)}::text[],
        ${identities.map((i) => i.contact_id)}::uuid[], ${identities.map((i) => i.retired_at)}::timestamptz[])
      on conflict (org_id, kind, scope, value) do update set retired_at = excluded.retired_at`.execute(this.#tx)
  }

  async #saveConflicts(conflicts: Conflict[]): Promise<void> {
    if (conflicts.length === 0) return
    await sql`
      insert into contact_conflicts (org_id, id, reason, contact_id, other_contact_id, kind, scope, value, detected_at, last_seen_at)
      select ${this.#orgId}, id, reason, contact_id, other_contact_id, kind, scope, value, at, at
      from unnest(${conflicts.map(() => newId())}::uuid[], ${conflicts.map((c) => c.reason)}::text[], ${conflicts.map((c) => c.contact_id)}::uuid[],
        ${conflicts.map((c) => c.other_contact_id)}::uuid[], ${conflicts.map((c) => c.kind)}::text[], ${conflicts.map((c) => c.scope)}::text[],
        ${conflicts.map((c) => c.value)}::text[], ${conflicts.map((c) => c.at)}::timestamptz[]) as n (id, reason, contact_id, other_contact_id, kind, scope, value, at)
      on conflict (org_id, contact_id, kind, scope, value) do update
        set last_seen_at = greatest(contact_conflicts.last_seen_at, excluded.last_seen_at), times_seen = contact_conflicts.times_seen + 1,
          other_contact_id = coalesce(excluded.other_contact_id, contact_conflicts.other_contact_id),
          reason = case when contact_conflicts.resolution is null then excluded.reason else contact_conflicts.reason end`.execute(this.#tx)
  }
}

/** The contact's phone as people read it: WhatsApp's digits with a plus; null for an id that is no phone number. */
function phoneOf(waId: string): string | null {
  return /^[0-9]{5,20}$/.test(waId) ? `+${waId}` : null
}

/** The ids that the search finds a contact by: every phone and business-scoped id, past ones too. */
const searchedIds = ({ identities }: { identities: Pick<Key, 'kind' | 'value'>[] }): string[] =>
  identities.flatMap(({ kind, value }) => (kind === 'phone' ? (phoneOf(value) ?? value) : kind === 'bsuid' ? value : []))

/** The columns shared by insert and update, from phone to search_text, as arrays for unnest. */
function contactArrays(contacts: HeldContact[]) {
  return sql`${contacts.map((c) => c.phone)}::text[], ${contacts.map((c) => c.display_name)}::text[], ${contacts.map((c) => c.name_origin)}::text[],
    ${contacts.map((c) => c.username)}::text[], ${contacts.map((c) => c.first_seen_at)}::timestamptz[], ${contacts.map((c) => c.first_seen_provisional)}::boolean[],
    ${contacts.map((c) => c.last_seen_at)}::timestamptz[], ${contacts.map((c) => searchText({ ...c, ids: searchedIds(c) }))}::text[]`
}

/** Takes an id for this contact's: the current one of its kind and scope from now on. Refuses one that belongs to another contact. */
export async function attachIdentity(tx: Tx, orgId: string, contactId: string, key: Key): Promise<void> {
  const { rows } = await sql<{ contact_id: string }>`
    insert into contact_identities (org_id, kind, scope, value, contact_id)
    select ${orgId}, ${key.kind}, ${key.scope}, ${key.value}, id from contacts where org_id = ${orgId} and id = ${contactId}
    on conflict (org_id, kind, scope, value) do update set retired_at = null returning contact_id`.execute(tx)
  if (rows[0]?.contact_id !== contactId) {
    throw new Problem('conflict', 'This id belongs to another contact by now. Reload and decide again.', { reason: 'identity_taken' })
  }
  await sql`update contact_identities set retired_at = now()
    where org_id = ${orgId} and contact_id = ${contactId} and kind = ${key.kind} and scope = ${key.scope} and value <> ${key.value} and retired_at is null`.execute(tx)
  await refreshSearchText(tx, orgId, contactId)
}

/** Takes `attachIdentity` back; the id that was current before is so again. */
export async function detachIdentity(tx: Tx, orgId: string, contactId: string, key: Key): Promise<void> {
  await sql`delete from contact_identities
    where org_id = ${orgId} and contact_id = ${contactId} and kind = ${key.kind} and scope = ${key.scope} and value = ${key.value}`.execute(tx)
  await sql`update contact_identities set retired_at = null where (org_id, kind, scope, value) in (
    select org_id, kind, scope, value from contact_identities where org_id = ${orgId} and contact_id = ${contactId} and kind = ${key.kind} and scope = ${key.scope}
    order by retired_at desc nulls first limit 1)`.execute(tx)
  await refreshSearchText(tx, orgId, contactId)
}

/** Writes what the search looks in anew, after identities or names changed elsewhere than in `Identities`. */
export async function refreshSearchText(tx: Tx, orgId: string, contactId: string): Promise<void> {
  const { rows } = await sql<{ display_name: string | null; username: string | null; identities: Key[] }>`
    select c.display_name, c.username, coalesce((select jsonb_agg(jsonb_build_object('kind', i.kind, 'value', i.value) order by i.created_at, i.value)
      from contact_identities i where i.org_id = c.org_id and i.contact_id = c.id), '[]') as identities
    from contacts c where c.org_id = ${orgId} and c.id = ${contactId}`.execute(tx)
  const row = rows[0]
  if (!row) return
  await sql`update contacts set search_text = ${searchText({ ...row, ids: searchedIds(row) })} where org_id = ${orgId} and id = ${contactId}`.execute(tx)
}
