// Who wrote: the one contact behind the ids that WhatsApp gives, made when there is none, never merged silently.
import { systemActor, type Actor } from '../access/actor.ts'
import type { Tx } from '../lib/db.ts'
import { newId } from '../lib/ids.ts'
import { externalIdTaken, hasAnotherId } from './external-ids.ts'
import {
  keysOf,
  keysOfChange,
  keyText,
  phoneOf,
  sameSort,
  timesOf,
  writesUnder,
  type Conflict,
  type Given,
  type ConflictReason,
  type HeldContact,
  type HeldIdentity,
  type IdChange,
  type Key,
  type Saved,
  type Sighting,
} from './identity.ts'
import {
  gatherActivity,
  insertContacts,
  readHeld,
  readPending,
  saveConflicts,
  saveIdentities,
  savePending,
  updateContacts,
  type BornTags,
} from './identity-rows.ts'

/**
 * Works on the contacts of one organization behind many sightings at once: everything is read in two statements,
 * decided in memory in the order of arrival, and written in a few. The caller holds the organization's interpreting
 * lock or any other that keeps identities of this organization from changing elsewhere meanwhile.
 */
export class Identities {
  readonly #tx: Tx
  readonly #orgId: string
  readonly #actor: Actor
  readonly #byKey = new Map<string, HeldIdentity>()
  readonly #contacts = new Map<string, HeldContact>()
  readonly #conflicts = new Map<string, Conflict>()
  /** Without an id: told in this batch, not stored yet. */
  readonly #pending: { id: number | string | null; change: IdChange }[] = []
  readonly #applied: (number | string)[] = []

  private constructor(tx: Tx, orgId: string, actor: Actor) {
    this.#tx = tx
    this.#orgId = orgId
    this.#actor = actor
  }

  /** Reads and locks every contact that the sightings and changes could concern. What is recorded is of the actor. */
  static async open(
    tx: Tx,
    orgId: string,
    sightings: readonly Sighting[],
    changes: readonly IdChange[],
    actor: Actor = systemActor(orgId),
    external: readonly Key[] = [],
  ): Promise<Identities> {
    const identities = new Identities(tx, orgId, actor)
    const keys = new Map<string, Key>()
    const want = (found: ReturnType<typeof keysOf>) => {
      for (const key of [found.phone, found.bsuid, found.parent]) if (key) keys.set(keyText(key), key)
    }
    for (const sighting of sightings) {
      want(keysOf(sighting, sighting.portfolio_id, sighting.test))
      if (sighting.card_phone)
        want(
          keysOf({ wa_id: sighting.card_phone, bsuid: null, parent_bsuid: null }, sighting.portfolio_id, sighting.test),
        )
    }
    for (const key of [...external, ...changes.flatMap(keysOfChange)]) keys.set(keyText(key), key)
    for (const pending of await readPending(tx, orgId, [...keys.keys()])) {
      identities.#pending.push(pending)
      // Their other ids are wanted too.
      for (const key of keysOfChange(pending.change)) keys.set(keyText(key), key)
    }
    const held = await readHeld(tx, orgId, [...keys.values()])
    for (const contact of held.contacts) identities.#contacts.set(contact.id, contact)
    for (const identity of held.identities) identities.#hold(identity)
    return identities
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
   * have a new owner. Ids that they write under are current again. Null when the sighting has no id at all.
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
      const current = contact.identities.find(
        (held) => held.kind === 'bsuid' && held.scope === bsuid.scope && held.retired_at === null,
      )
      if (current) this.#conflict('possible_new_owner', contact, null, bsuid, sighting.at)
      else this.#attach(contact, bsuid)
    }
    for (const key of [phone, bsuid])
      if (key && this.#owner(key) === contact && writesUnder(this.#byKey.get(keyText(key)), sighting))
        this.#prefer(contact, key, sighting.at)
    if (phone && !byPhone) this.#prefer(contact, phone, sighting.at)
    if (parent && !this.#owner(parent)) this.#attach(contact, parent)
    if (sighting.card_phone && sighting.wa_id === null) this.#tellPhone(contact, sighting, sighting.card_phone)
    this.#describe(contact, sighting)
    return contact.id
  }

  /**
   * The contact that another system shows by an id of its own, and maybe by one of WhatsApp's: found by either, and given
   * both; made when it is found by none. Refuses ids of two contacts, and a contact that has another current one of that kind.
   */
  know(sighting: Sighting, external: Key): string {
    const { phone, bsuid } = keysOf(sighting, sighting.portfolio_id, sighting.test)
    const told = phone ?? bsuid
    const [known, byTold] = [this.#owner(external), this.#owner(told)]
    if (known && byTold && known !== byTold) throw externalIdTaken(external, known.id, byTold.id)
    const contact = known ?? byTold ?? this.#create(sighting, [told])
    if (told && !byTold) {
      const other = contact.identities.find((held) => sameSort(held, told) && held.retired_at === null)
      if (other && keyText(other) !== keyText(told)) throw hasAnotherId(contact.id, told)
      this.#prefer(contact, told, sighting.at)
    }
    if (!known) this.#attach(contact, external)
    return contact.id
  }

  /**
   * What another system knows of a contact that was seen: its name gives way to one that WhatsApp told, and times count
   * only for a contact that is new. Answers whether it is.
   */
  give(contactId: string, { name, ...times }: Given): { isNew: boolean } {
    const contact = this.#contacts.get(contactId)!
    if (name !== null && name !== contact.display_name && contact.name_origin !== 'whatsapp') {
      contact.display_name = name
      contact.name_origin = 'given'
      this.#touch(contact)
    }
    const isNew = contact.state === 'new'
    if (isNew) Object.assign(contact, timesOf(contact, times))
    return { isNew }
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

  #tellPhone(contact: HeldContact, sighting: Sighting, waId: string): void {
    const { phone } = keysOf({ wa_id: waId, bsuid: null, parent_bsuid: null }, sighting.portfolio_id, sighting.test)
    const owner = this.#owner(phone)
    if (!owner) this.#prefer(contact, phone!, sighting.at)
    else if (owner !== contact) this.#conflict('two_contacts', contact, owner, phone!, sighting.at)
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
      channel_ids: [],
      identities: [],
      was: null,
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
      if (other !== mine && sameSort(other, key) && other.retired_at === null) this.#retire(other, at)
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
    this.#touch(this.#contacts.get(identity.contact_id)!)
  }

  #describe(contact: HeldContact, sighting: Sighting): void {
    if (sighting.channel_id !== undefined && !contact.channel_ids.includes(sighting.channel_id)) {
      contact.channel_ids.push(sighting.channel_id)
      this.#touch(contact)
    }
    const newest = contact.last_seen_at === null || sighting.at >= contact.last_seen_at
    if (
      sighting.name !== null &&
      sighting.name !== contact.display_name &&
      (newest || contact.name_origin !== 'whatsapp')
    ) {
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
      if (contact.state === 'stored') contact.state = 'seen'
    }
  }

  #touch(contact: HeldContact): void {
    if (contact.state === 'stored' || contact.state === 'seen') contact.state = 'changed'
  }

  #conflict(reason: ConflictReason, contact: HeldContact, other: HeldContact | null, key: Key, at: string): void {
    const conflict = { ...key, reason, contact_id: contact.id, other_contact_id: other?.id ?? null, at }
    this.#conflicts.set(`${contact.id}\n${keyText(key)}`, conflict)
  }

  /**
   * Writes everything decided since `open`. In a flood, what only says that somebody was seen again is gathered, to be
   * written once for many messages: see `flushActivity`. Answers which contacts are new or changed, and whether there were
   * conflicts.
   */
  async save({ flood = false, born }: { flood?: boolean; born?: BornTags } = {}): Promise<Saved> {
    const contacts = [...this.#contacts.values()]
    await insertContacts(
      this.#tx,
      this.#actor,
      contacts.filter((contact) => contact.state === 'new'),
      born,
    )
    const seen = contacts.filter((contact) => contact.state === 'seen')
    await updateContacts(
      this.#tx,
      this.#actor,
      contacts.filter((contact) => contact.state === 'changed' || (contact.state === 'seen' && !flood)),
    )
    if (flood) await gatherActivity(this.#tx, this.#orgId, seen)
    await saveIdentities(
      this.#tx,
      this.#orgId,
      [...this.#byKey.values()].filter((identity) => identity.state !== 'stored'),
    )
    await saveConflicts(this.#tx, this.#orgId, [...this.#conflicts.values()])
    await savePending(
      this.#tx,
      this.#orgId,
      this.#applied,
      this.#pending.filter(({ id }) => id === null).map(({ change }) => change),
    )
    return {
      changed: contacts.filter((contact) => contact.state !== 'stored').map((contact) => contact.id),
      conflicts: this.#conflicts.size > 0,
    }
  }
}
