// Taking back what an import did to contacts: removing those that it made, restoring names, where nobody did anything since.
import { sql } from 'kysely'
import type { Actor } from '../access/actor.ts'
import { forgetContacts, recordEvents } from '../events/events.ts'
import type { Tx } from '../lib/db.ts'
import { eraseContacts } from './erasing.ts'
import type { Key } from './identity.ts'
import { lockIdentities, readHeld, updateContacts } from './identity-rows.ts'

/**
 * Removes contacts that nobody has touched since they were made: no message, no conversation, no other name, id or tag but by
 * the operations named, no merge. The others stay, and are answered; those that are there no more are neither.
 */
export async function removeUntouched(
  tx: Tx,
  actor: Actor,
  ids: readonly string[],
  operationIds: readonly string[],
): Promise<{ removed: string[]; kept: { id: string; wrote: boolean }[] }> {
  if (ids.length === 0) return { removed: [], kept: [] }
  const orgId = actor.org_id
  await lockIdentities(tx, orgId)
  // Whoever changes their tags now ends first, and is seen then.
  await sql`select id from contacts where org_id = ${orgId} and id = any(${ids}::uuid[]) order by id for update`.execute(
    tx,
  )
  const { rows } = await sql<{ id: string; wrote: boolean; changed: boolean }>`
    select c.id,
      exists (select from messages m where m.org_id = c.org_id and m.contact_id = c.id)
        or exists (select from conversations v where v.org_id = c.org_id and v.contact_id = c.id) as wrote,
      exists (select from events e where e.org_id = c.org_id and e.contact_id = c.id and e.kind <> 'contact.created'
          and not (e.kind in ('contact.tag_added', 'contact.tag_removed') and coalesce(e.after -> 'why' ->> 'operation_id' = any(${operationIds}::text[]), false)))
        or exists (select from contact_merges m where m.org_id = c.org_id and m.kept_id = c.id)
        or exists (select from contact_conflicts f where f.org_id = c.org_id and (f.contact_id = c.id or f.other_contact_id = c.id))
        or exists (select from contact_identities i where i.org_id = c.org_id and i.contact_id = c.id and i.created_at <> c.created_at)
        as changed
    from contacts c where c.org_id = ${orgId} and c.id = any(${ids}::uuid[])`.execute(tx)
  const removed = rows.filter((row) => !row.wrote && !row.changed).map((row) => row.id)
  await eraseContacts(tx, orgId, removed)
  await forgetContacts(tx, orgId, removed)
  await recordEvents(
    tx,
    actor,
    removed.map((contact_id) => ({ kind: 'contact.erased', contact_id })),
  )
  return { removed, kept: rows.filter((row) => row.wrote || row.changed) }
}

/** Gives contacts the names of before where they still have the one of after; answers those that do not. */
export async function restoreNames(
  tx: Tx,
  actor: Actor,
  renamed: readonly { contact_id: string; before: string | null; after: string }[],
): Promise<{ restored: string[]; left: string[] }> {
  if (renamed.length === 0) return { restored: [], left: [] }
  await lockIdentities(tx, actor.org_id)
  const { rows: keys } = await sql<Key>`
    select kind, scope, value from contact_identities
    where org_id = ${actor.org_id} and contact_id = any(${renamed.map((each) => each.contact_id)}::uuid[])`.execute(tx)
  const { contacts, identities } = await readHeld(tx, actor.org_id, keys)
  const held = new Map(contacts.map((contact) => [contact.id, contact]))
  for (const identity of identities) held.get(identity.contact_id)!.identities.push(identity)
  const still = renamed.filter(({ contact_id, after }) => {
    const contact = held.get(contact_id)
    return contact?.display_name === after && contact.name_origin === 'given'
  })
  const restored = still.map(({ contact_id, before }) => {
    const contact = held.get(contact_id)!
    contact.display_name = before
    contact.name_origin = before === null ? null : 'given'
    return contact
  })
  await updateContacts(tx, actor, restored)
  const ids = new Set(restored.map((contact) => contact.id))
  return {
    restored: [...ids],
    left: renamed.map((each) => each.contact_id).filter((id) => held.has(id) && !ids.has(id)),
  }
}
