// What an identity is, and a contact as it is worked on: the ids that WhatsApp gives, as keys.
import type { ExternalId } from './external-schema.ts'
import type { Identity } from './schema.ts'

type IdentityKind = Identity['kind']

/** A contact as one update shows it. */
export interface Sighting {
  /** Digits as WhatsApp writes them, without plus. */
  wa_id: string | null
  bsuid: string | null
  parent_bsuid: string | null
  /** The phone on a card that the sender shared of themselves: told, but not where the message came from. */
  card_phone?: string | null
  /** The business portfolio whose ids these are; business-scoped ids mean nothing outside it. */
  portfolio_id: string
  /** The number of the organization that the message came to or went from. */
  channel_id?: string
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

export interface Key {
  kind: IdentityKind
  scope: string
  value: string
}

export interface HeldIdentity extends Key {
  contact_id: string
  retired_at: string | null
  state: 'stored' | 'new' | 'changed'
}

/** What others are told when it changes. */
export interface Described extends Pick<HeldContact, 'phone' | 'display_name' | 'username'> {
  /** By which WhatsApp knows it now, one of each portfolio; where there are any. */
  bsuids?: { portfolio_id: string; bsuid: string }[]
  /** By which other systems know it; where there are any. */
  external_ids?: ExternalId[]
}

export function describedOf({
  phone,
  display_name,
  username,
  identities,
}: Pick<Described, 'phone' | 'display_name' | 'username'> & {
  identities: readonly (Key & { retired_at: string | null })[]
}): Described {
  const current = (sort: IdentityKind) =>
    identities
      .filter(({ kind, retired_at }) => kind === sort && retired_at === null)
      .toSorted((a, b) => (keyText(a) < keyText(b) ? -1 : 1))
  const bsuids = current('bsuid').map(({ scope, value }) => ({ portfolio_id: portfolioOf(scope), bsuid: value }))
  const external = current('external_id').map(({ scope, value }) => ({ system: scope, id: value }))
  return {
    phone,
    display_name,
    username,
    ...(bsuids.length > 0 ? { bsuids } : {}),
    ...(external.length > 0 ? { external_ids: external } : {}),
  }
}

export interface HeldContact {
  id: string
  test: boolean
  phone: string | null
  display_name: string | null
  name_origin: 'whatsapp' | 'given' | null
  username: string | null
  first_seen_at: string
  first_seen_provisional: boolean
  last_seen_at: string | null
  channel_ids: string[]
  identities: HeldIdentity[]
  /** How it was when it was read; null for a new one. */
  was: Described | null
  /** seen: nothing changed but last_seen_at. */
  state: 'stored' | 'new' | 'seen' | 'changed'
}

export type ConflictReason = 'two_contacts' | 'possible_new_owner' | 'number_taken'

export interface Conflict extends Key {
  reason: ConflictReason
  contact_id: string
  other_contact_id: string | null
  at: string
}

/** Of which a contact has one current id. */
export const sameSort = (a: Key, b: Key): boolean => a.kind === b.kind && a.scope === b.scope

/** Whether they write under an id that another one had replaced by then. */
export const writesUnder = (held: HeldIdentity | undefined, { at, own_act }: Sighting): boolean =>
  held !== undefined && held.retired_at !== null && own_act && at > held.retired_at

export const keyText = ({ kind, scope, value }: Key): string => `${kind}\n${scope}\n${value}`

export const externalKey = ({ system, id }: ExternalId): Key => ({ kind: 'external_id', scope: system, value: id })

/** An id of another system as the export writes it. */
export const externalText = ({ system, id }: ExternalId): string => `${system}:${id}`

const bsuidScope = (portfolioId: string, test: boolean): string => (test ? `test:${portfolioId}` : portfolioId)
const portfolioOf = (scope: string): string => scope.replace(/^test:/, '')

export function keysOf(
  ids: Pick<Sighting, 'wa_id' | 'bsuid' | 'parent_bsuid'>,
  portfolioId: string,
  test: boolean,
): { phone: Key | null; bsuid: Key | null; parent: Key | null } {
  const scope = bsuidScope(portfolioId, test)
  return {
    phone: ids.wa_id === null ? null : { kind: 'phone', scope: test ? 'test' : '', value: ids.wa_id },
    bsuid: ids.bsuid === null ? null : { kind: 'bsuid', scope, value: ids.bsuid },
    parent: ids.parent_bsuid === null ? null : { kind: 'parent_bsuid', scope, value: ids.parent_bsuid },
  }
}

export const keysOfChange = (change: IdChange): Key[] =>
  [change.old, change.new].flatMap((ids) =>
    Object.values(keysOf(ids, change.portfolio_id, change.test)).filter(
      (key): key is Key => key !== null && key.kind !== 'parent_bsuid',
    ),
  )

/** The contact's phone as people read it: WhatsApp's digits with a plus; null for an id that is no phone number. */
export function phoneOf(waId: string): string | null {
  return /^[0-9]{5,20}$/.test(waId) ? `+${waId}` : null
}

/** The ids that the search finds a contact by: every phone, business-scoped and external id, past ones too. */
export const searchedIds = ({ identities }: { identities: Pick<Key, 'kind' | 'value'>[] }): string[] =>
  identities.flatMap(({ kind, value }) =>
    kind === 'phone' ? (phoneOf(value) ?? value) : kind === 'parent_bsuid' ? [] : value,
  )

/** What another system says of a contact beside its ids. */
export interface Given {
  name: string | null
  first_seen_at?: string
  last_seen_at?: string
}

type Times = Pick<HeldContact, 'first_seen_at' | 'first_seen_provisional' | 'last_seen_at'>

/**
 * When a new contact was seen, by what another system says. A first time that was told stays when a message comes later; one
 * that nobody told is no later than the last.
 */
export function timesOf(contact: Times, { first_seen_at, last_seen_at }: Omit<Given, 'name'>): Times {
  const first = first_seen_at ?? contact.first_seen_at
  return {
    first_seen_at: last_seen_at !== undefined && last_seen_at < first ? last_seen_at : first,
    first_seen_provisional: contact.first_seen_provisional && first_seen_at === undefined,
    last_seen_at: last_seen_at ?? contact.last_seen_at,
  }
}

/** What came of writing. */
export interface Saved {
  changed: string[]
  conflicts: boolean
}
