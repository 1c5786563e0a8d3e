// Who a WhatsApp body speaks of: the ids of senders and recipients, and the contacts[] entry that describes them.
import { asObject, idOf, type JsonObject, objectsIn, shortText, textOf } from './values.ts'

/** The ids by which WhatsApp knows somebody; each may be missing. */
export interface WhatsAppIds {
  /** Digits without plus; as written when a body holds no digits. Turn it into a phone with `phoneOf`. */
  wa_id: string | null
  /** The business-scoped user id, whole. */
  bsuid: string | null
  /** The id in the parent portfolio; never looked up by. */
  parent_bsuid: string | null
}

/** A person as one body describes them. */
export interface WhatsAppPerson {
  ids: WhatsAppIds
  /** The profile name; at most 1,000 characters. */
  name: string | null
  /** Without the leading @. For display, never a key. */
  username: string | null
}

const BSUID = /^[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}$/

/** Whether the text has the shape of a business-scoped user id. */
export function isBsuid(text: string): boolean {
  return BSUID.test(text)
}

/** The phone of a wa_id, with plus; null when it is no phone. Never asks a library whether it is valid. */
export function phoneOf(waId: string | null): string | null {
  return waId !== null && /^[0-9]{5,20}$/.test(waId) ? `+${waId}` : null
}

/** The digits of a phone however it is punctuated; null when it is none. */
export function digitsOf(value: unknown): string | null {
  const digits = idOf(value)?.replace(/^\+|[\s().-]/g, '') ?? null
  return phoneOf(digits) === null ? null : digits
}

/** Ids as a body writes them, the well-formed apart from the odd: odd ones are used only when there is nothing better. */
interface WrittenIds extends WhatsAppIds {
  odd_wa_id: string | null
  odd_bsuid: string | null
}

function writtenIds(address: unknown, user: unknown, parent: unknown): WrittenIds {
  const [addressId, userId, parentId] = [idOf(address), idOf(user), idOf(parent)]
  const isUser = addressId !== null && isBsuid(addressId)
  const wa_id = isUser ? null : digitsOf(address)
  const bsuid = userId !== null && isBsuid(userId) ? userId : isUser ? addressId : null
  return {
    wa_id,
    bsuid,
    parent_bsuid: parentId !== null && isBsuid(parentId) ? parentId : null,
    odd_wa_id: wa_id === null && !isUser ? addressId : null,
    odd_bsuid: userId !== bsuid ? userId : null,
  }
}

function settle(written: WrittenIds): WhatsAppIds {
  const { wa_id, bsuid, parent_bsuid, odd_wa_id, odd_bsuid } = written
  if (wa_id !== null || bsuid !== null) return { wa_id, bsuid, parent_bsuid }
  // Nothing well-formed: what is written is still a key, so that the message is not lost.
  return { wa_id: odd_wa_id, bsuid: odd_wa_id === null ? odd_bsuid : null, parent_bsuid }
}

/** The ids in an address field (a wa_id, or a BSUID in its place) and the two fields for user ids. */
export function readIds(address: unknown, user?: unknown, parent?: unknown): WhatsAppIds {
  return settle(writtenIds(address, user, parent))
}

export const isAnonymous = (ids: WhatsAppIds) => ids.wa_id === null && ids.bsuid === null

/** Display data: trimmed, without one leading @; null when empty. */
export function usernameOf(value: unknown): string | null {
  return shortText(textOf(value)?.trim().replace(/^@/, ''), 200)
}

/** One spelling of the same subscriber: Brazil is written with and without the ninth digit, Mexico with and without the 1. */
export function plainDigits(waId: string): string {
  return waId.replace(/^(55[1-9][0-9])9([6-9][0-9]{7})$/, '$1$2').replace(/^521([0-9]{10})$/, '52$1')
}

interface Entry {
  written: WrittenIds
  name: string | null
  username: string | null
}

/** The contacts[] of one change, ready to find the entry of a message. */
export interface ContactBook {
  byWaId: Map<string, Entry>
  byBsuid: Map<string, Entry>
  /** The entry, when there is exactly one and all messages beside it have one and the same other party. */
  only: Entry | null
}

/** Reads contacts[]; `parties` are the fields that name the other party of each message beside it. */
export function readContacts(contacts: unknown, parties: readonly (readonly unknown[])[]): ContactBook {
  const entries = objectsIn(contacts).map((contact): Entry => {
    const profile = asObject(contact['profile'])
    return {
      written: writtenIds(contact['wa_id'], contact['user_id'], contact['parent_user_id']),
      name: shortText(profile?.['name'], 1000),
      username: usernameOf(profile?.['username'] ?? contact['username']),
    }
  })
  const book: ContactBook = { byWaId: new Map(), byBsuid: new Map(), only: null }
  const add = (map: Map<string, Entry>, key: string | null, entry: Entry) => {
    if (key !== null && !map.has(key)) map.set(key, entry)
  }
  for (const entry of entries) {
    const { wa_id, odd_wa_id, bsuid } = entry.written
    add(book.byWaId, wa_id ?? odd_wa_id, entry)
    add(book.byBsuid, bsuid, entry)
  }
  for (const entry of entries) if (entry.written.wa_id) add(book.byWaId, plainDigits(entry.written.wa_id), entry)
  if (entries.length === 1 && new Set(parties.map((party) => party.map((field) => idOf(field)).join('|'))).size <= 1) {
    book.only = entries[0]!
  }
  return book
}

const differ = (a: string | null, b: string | null) => a !== null && b !== null && a !== b

/**
 * The person behind the address fields of a message, completed from the matching contacts[] entry. What the message
 * says beats what the entry says, except that a wa_id in the entry is the spelling to write to.
 */
export function readPerson(book: ContactBook, address: unknown, user: unknown, parent: unknown): WhatsAppPerson {
  const own = writtenIds(address, user, parent)
  const waId = own.wa_id ?? own.odd_wa_id
  const entry =
    (waId !== null ? (book.byWaId.get(waId) ?? book.byWaId.get(plainDigits(waId))) : undefined) ??
    (own.bsuid !== null ? book.byBsuid.get(own.bsuid) : undefined) ??
    book.only
  if (!entry) return { ids: settle(own), name: null, username: null }
  const theirs = entry.written
  const twoPhones = own.wa_id !== null && theirs.wa_id !== null && plainDigits(own.wa_id) !== plainDigits(theirs.wa_id)
  const twoUsers = differ(own.bsuid, theirs.bsuid)
  const samePhone = own.wa_id !== null && theirs.wa_id !== null && !twoPhones
  // Somebody else's entry, standing alone beside the message.
  if (twoPhones && (own.bsuid === null || own.bsuid !== theirs.bsuid))
    return { ids: settle(own), name: null, username: null }
  const ids = settle({
    wa_id: samePhone ? theirs.wa_id : (own.wa_id ?? (twoUsers ? null : theirs.wa_id)),
    bsuid: own.bsuid ?? theirs.bsuid,
    parent_bsuid: own.parent_bsuid ?? (twoUsers ? null : theirs.parent_bsuid),
    odd_wa_id: theirs.odd_wa_id ?? own.odd_wa_id,
    odd_bsuid: own.odd_bsuid ?? theirs.odd_bsuid,
  })
  return { ids, name: entry.name, username: entry.username }
}

/** How WhatsApp reported that somebody's ids changed. */
export interface IdentityChange {
  change: 'user_changed_number' | 'user_changed_user_id'
  old: WhatsAppIds
  new: WhatsAppIds
}

/** The change that a `system` message reports; null when it reports something else. */
export function readIdentityChange(message: JsonObject): IdentityChange | null {
  const system = asObject(message['system'])
  const type = system?.['type']
  if (
    system === null ||
    (type !== 'user_changed_number' && type !== 'user_changed_user_id' && type !== 'customer_changed_number')
  ) {
    return null
  }
  const now = readIds(system['wa_id'] ?? system['new_wa_id'], system['user_id'], system['parent_user_id'])
  // The sentence ends with the two ids. Only its end is read: the beginning holds a name that the person chose.
  const told = / changed from (\S+) to (\S+?)\.?$/.exec(textOf(system['body'])?.slice(-600).trim() ?? '')
  const toldOld = told?.[2] === now.bsuid || told?.[2] === now.wa_id ? told?.[1] : undefined
  const toldUser = toldOld !== undefined && isBsuid(toldOld) ? toldOld : null
  const toldPhone = toldUser === null ? digitsOf(toldOld) : null
  const fromUser = idOf(message['from_user_id'])
  const old = readIds(
    message['from'] ?? system['customer'] ?? toldPhone,
    system['previous_user_id'] ?? (fromUser !== now.bsuid ? fromUser : null) ?? toldUser,
    system['previous_parent_user_id'] ?? message['from_parent_user_id'],
  )
  if (old.parent_bsuid === now.parent_bsuid) old.parent_bsuid = null
  return { change: type === 'user_changed_user_id' ? type : 'user_changed_number', old, new: now }
}
