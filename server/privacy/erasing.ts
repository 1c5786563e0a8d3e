// Erasing one contact because privacy asks: at once wherever it can be found by a key, and the rest in the background.
import { sql } from 'kysely'
import type { Actor } from '../access/actor.ts'
import { recordAct } from '../audit/recording.ts'
import { cutOutOfWaiting } from '../channels/cutting.ts'
import { getContact } from '../contacts/contacts.ts'
import { eraseContacts, tracesOf, wholeContact } from '../contacts/erasing.ts'
import { externalText } from '../contacts/identity.ts'
import { lockIdentities } from '../contacts/identity-rows.ts'
import { forgetContacts, recordEvents } from '../events/events.ts'
import { forgetInImports } from '../imports/forgetting.ts'
import type { Db, Tx } from '../lib/db.ts'
import { newId } from '../lib/ids.ts'
import { forgetDispatches } from '../webhooks/forgetting.ts'
import type { Erasure } from './schema.ts'

/**
 * Erases a contact for good, and with it those that were merged into it: messages, statuses, identities, tags, conflicts,
 * merges, events, and its parts of the deliveries that are still to be interpreted. What is left of it in interpreted
 * deliveries, and in lists that are found by reading them, is searched in the background (`forgetting.ts`). An event and an
 * entry in the audit log say that somebody was erased, under an id that leads to nobody. Refuses a contact that is not
 * there, also one that another is just erasing. Whoever writes again is a new contact.
 */
export async function eraseContact(tx: Tx, actor: Actor, contactId: string): Promise<Erasure> {
  const orgId = actor.org_id
  await lockIdentities(tx, orgId)
  const { identities } = await getContact(tx, actor, contactId)
  // Whoever changes its tags now ends first, and what that leaves behind goes too.
  await sql`select id from contacts where org_id = ${orgId} and id = ${contactId} for update`.execute(tx)
  const ids = await wholeContact(tx, orgId, contactId)
  const traces = await tracesOf(tx, orgId, ids)
  await eraseContacts(tx, orgId, ids)
  await forgetDispatches(tx, orgId, await forgetContacts(tx, orgId, ids))
  const external = identities
    .filter(({ kind }) => kind === 'external_id')
    .map(({ scope, value }) => externalText({ system: scope, id: value }))
  await forgetInImports(tx, orgId, ids, [...traces.phones, ...traces.user_ids, ...external])
  const cut = await cutOutOfWaiting(tx, orgId, traces)
  const id = newId()
  await sql`
    insert into contact_erasures (org_id, id, contact_ids, erased_by_id, erased_by_name, traces, deliveries_cut)
    values (${orgId}, ${id}, ${ids}::uuid[], ${actor.id}, ${actor.name}, ${JSON.stringify(traces)}::jsonb, ${cut})`.execute(
    tx,
  )
  await recordEvents(tx, actor, [{ kind: 'contact.erased', contact_id: contactId }])
  await recordAct(tx, actor, { act: 'contact.erased', details: { contact_id: contactId } })
  const [erasure] = await readErasures(tx, orgId, sql`and id = ${id}`)
  return erasure!
}

const MOST_LISTED = 100

/** Who was erased when, newest first; at most 100. */
export const listErasures = (db: Db, actor: Actor): Promise<Erasure[]> =>
  readErasures(db, actor.org_id, sql`order by erased_at desc, id desc limit ${MOST_LISTED}`)

async function readErasures(db: Db, orgId: string, which: ReturnType<typeof sql>): Promise<Erasure[]> {
  const { rows } = await sql<Erasure>`
    select id, contact_ids[1] as contact_id, erased_at, erased_by_name, finished_at, deliveries_cut
    from contact_erasures where org_id = ${orgId} ${which}`.execute(db)
  return rows
}
