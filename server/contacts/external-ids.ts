// Ids by which other systems know contacts: found by, taken off, and why two do not agree.
import { sql } from 'kysely'
import type { Actor } from '../access/actor.ts'
import type { Db, Tx } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import { contactsBehind } from './contacts.ts'
import type { ExternalId } from './external-schema.ts'
import { externalKey, type Key } from './identity.ts'
import { dropIdentity, lockIdentities } from './identity-rows.ts'
import type { Contact } from './schema.ts'
import { tellUpdate } from './telling.ts'

/** The contact that the system knows by this id, as a list of one; an empty one when there is none. */
export async function findByExternalId(db: Db, actor: Actor, { system, id }: ExternalId): Promise<Contact[]> {
  const [found] = await contactsBehind(
    db,
    1,
    sql`(select ${actor.org_id}::uuid as org_id, 1 as n) a`,
    sql`i.kind = 'external_id' and i.scope = ${system} and i.value = ${id}`,
    sql`i.scope`,
  )
  return found!
}

/**
 * Takes the id of another system off a contact; answers whether it had it. Refuses a contact that is not in the actor's
 * organization. The contact stays, also when this was the last of its ids.
 */
export async function removeExternalId(
  tx: Tx,
  actor: Actor,
  contactId: string,
  external: ExternalId,
): Promise<{ removed: boolean }> {
  await lockIdentities(tx, actor.org_id)
  const removed = await tellUpdate(tx, actor, contactId, () =>
    dropIdentity(tx, actor.org_id, contactId, externalKey(external)),
  )
  return { removed }
}

export const externalIdTaken = ({ scope, value }: Key, holderId: string, contactId: string): Problem =>
  new Problem(
    'conflict',
    `The id “${value}” of ${scope} belongs to another contact than this phone or user id. If the two are one person, merge them; otherwise take the id off the one that has it wrongly, and repeat the call.`,
    { reason: 'external_id_taken', field: 'external_id', data: { external_id_of: holderId, contact_id: contactId } },
  )

export const hasAnotherId = (contactId: string, { kind }: Key): Problem =>
  new Problem(
    'conflict',
    `The contact with this external id has another ${kind === 'phone' ? 'phone' : 'user id'} already, and where messages go is WhatsApp’s to say. Leave it out, or take the external id off that contact first.`,
    { reason: 'contact_has_other_id', field: kind, data: { contact_id: contactId } },
  )
