// Telling others of a contact whose ids are changed elsewhere than in `Identities`.
import type { Actor } from '../access/actor.ts'
import { recordEvents } from '../events/events.ts'
import type { Tx } from '../lib/db.ts'
import { getContact } from './contacts.ts'
import { describedOf } from './identity.ts'

/** Makes a change, and records what the contact was before it and is after. Refuses a contact that is not in the actor's organization. */
export async function tellUpdate<T>(tx: Tx, actor: Actor, contactId: string, change: () => Promise<T>): Promise<T> {
  const before = describedOf(await getContact(tx, actor, contactId))
  const done = await change()
  const after = describedOf(await getContact(tx, actor, contactId))
  if (JSON.stringify(before) !== JSON.stringify(after))
    await recordEvents(tx, actor, [{ kind: 'contact.updated', contact_id: contactId, before, after }])
  return done
}
