// Whose ids are current when two contacts become one, and when they are taken apart again.
import { sql, type RawBuilder } from 'kysely'
import type { Tx } from '../lib/db.ts'
import { keyText, phoneOf, sameSort, type Key } from './identity.ts'

interface Merging {
  id: string
  last_seen_at: string | null
}

/** An id as it was before a merge. */
export interface MovedIdentity extends Key {
  retired_at: string | null
  /** Not of the contact that was merged, but of the one that stays. */
  kept?: true
}

/**
 * Moves identities. Of two current ones of a kind and scope one stays current: what WhatsApp told to be the new one, or else
 * that of the contact who wrote last; but of those of other systems a contact may have many. Answers both contacts' as they were.
 */
export async function moveIdentities(tx: Tx, orgId: string, from: Merging, to: Merging): Promise<MovedIdentity[]> {
  const [theirs, own] = [await identitiesOf(tx, orgId, from.id), await identitiesOf(tx, orgId, to.id)]
  const both = [...theirs, ...own]
  const told = (await toldNew(tx, orgId, from.id, to.id)).filter((each) =>
    both.some((held) => keyText(held) === keyText(each)),
  )
  const theyWroteLast = from.last_seen_at !== null && (to.last_seen_at === null || from.last_seen_at > to.last_seen_at)
  const isCurrent = ({ retired_at, kind }: MovedIdentity) => retired_at === null && kind !== 'external_id'
  const winner = (key: Key): Key =>
    told.find((each) => sameSort(each, key)) ??
    [...(theyWroteLast ? theirs : own), ...both].find((each) => sameSort(each, key) && isCurrent(each)) ??
    key
  const current = new Set(both.map((each) => keyText(winner(each))))
  const retired = both.filter((each) => isCurrent(each) && !current.has(keyText(each)))
  await sql`
    update contact_identities set contact_id = ${to.id} where org_id = ${orgId} and contact_id = ${from.id}`.execute(tx)
  await setRetired(tx, orgId, to.id, retired, sql`now()`)
  await setRetired(tx, orgId, to.id, told, sql`null`)
  return [...theirs, ...own.map((each) => ({ ...each, kept: true as const }))]
}

/** Gives those that were moved back as they were; what the other had is current again, unless another has become so since. */
export async function returnIdentities(
  tx: Tx,
  orgId: string,
  from: string,
  to: string,
  identities: readonly MovedIdentity[],
): Promise<void> {
  for (const { kind, scope, value, retired_at } of identities.filter(({ kept }) => !kept)) {
    await sql`update contact_identities set contact_id = ${to}, retired_at = ${retired_at}
      where org_id = ${orgId} and contact_id = ${from} and kind = ${kind} and scope = ${scope} and value = ${value}`.execute(
      tx,
    )
  }
  const left = await identitiesOf(tx, orgId, from)
  const again = identities.filter(
    (each) =>
      each.kept && each.retired_at === null && !left.some((held) => sameSort(held, each) && held.retired_at === null),
  )
  await setRetired(tx, orgId, from, again, sql`null`)
}

async function identitiesOf(tx: Tx, orgId: string, contactId: string): Promise<MovedIdentity[]> {
  const { rows } = await sql<MovedIdentity>`
    select kind, scope, value, retired_at from contact_identities where org_id = ${orgId} and contact_id = ${contactId}
    order by created_at desc, value for update`.execute(tx)
  return rows
}

async function setRetired(
  tx: Tx,
  orgId: string,
  contactId: string,
  keys: readonly Key[],
  at: RawBuilder<unknown>,
): Promise<void> {
  for (const { kind, scope, value } of keys)
    await sql`update contact_identities set retired_at = ${at}
      where org_id = ${orgId} and contact_id = ${contactId} and kind = ${kind} and scope = ${scope} and value = ${value}`.execute(
      tx,
    )
}

/** The ids that WhatsApp told to be the new ones of one of the two, when the other had them; of each kind and scope the last. */
async function toldNew(tx: Tx, orgId: string, a: string, b: string): Promise<Key[]> {
  const { rows } = await sql<Key>`
    select distinct on (kind, scope) kind, scope, value from contact_conflicts
    where org_id = ${orgId} and resolution is null and reason = 'number_taken' and contact_id = any(${[a, b]}::uuid[]) and other_contact_id = any(${[a, b]}::uuid[])
    order by kind, scope, last_seen_at desc`.execute(tx)
  return rows
}

/** The phone by which a contact is written to now, as people read it. */
export async function currentPhone(tx: Tx, orgId: string, contactId: string): Promise<string | null> {
  const held = await identitiesOf(tx, orgId, contactId)
  const phone = held.find(({ kind, retired_at }) => kind === 'phone' && retired_at === null)
  return phone ? phoneOf(phone.value) : null
}
