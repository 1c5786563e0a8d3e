// Merging two contacts that are one person, and taking them apart again.
import { sql } from 'kysely'
import { actorColumns, type Actor } from '../access/actor.ts'
import { bringSuggestionsBack, setSuggestionsAside, type SetAside } from '../analysis/merging.ts'
import { moveConversations, returnConversations, type MovedConversation } from '../conversations/merging.ts'
import { activityOf, moveMessages, returnMessages } from '../conversations/messages.ts'
import { recordEvents } from '../events/events.ts'
import type { Tx } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import { newId } from '../lib/ids.ts'
import { moveAssignments, returnAssignments } from '../tags/tagging.ts'
import { contactsByIds } from './contacts.ts'
import { describedOf, type Described } from './identity.ts'
import { flushActivity, lockIdentities, refreshDerived } from './identity-rows.ts'
import { currentPhone, moveIdentities, returnIdentities, type MovedIdentity } from './merging-ids.ts'

interface ContactRow {
  id: string
  test: boolean
  phone: string | null
  display_name: string | null
  name_origin: string | null
  username: string | null
  first_seen_at: string
  first_seen_provisional: boolean
  last_seen_at: string | null
  /** Those of messages that are kept no more included. Not written down by older merges. */
  channel_ids?: string[]
  created_at: string
}

/**
 * Makes one contact of two: identities, messages and tags of `mergedId` become those of `keptId`, and its own row goes.
 * What the kept contact has stays; what it lacks it gets. Answers the merge's id, by which it can be undone.
 * Refuses contacts of another organization, and a played customer with a real one.
 */
export async function mergeContacts(tx: Tx, actor: Actor, keptId: string, mergedId: string): Promise<string> {
  await lockIdentities(tx, actor.org_id)
  await flushActivity(tx, actor.org_id)
  if (keptId === mergedId) throw new Problem('invalid', 'Choose two different contacts.', { reason: 'same_contact' })
  const [kept, merged] = await readTwo(tx, actor.org_id, keptId, mergedId)
  if (kept.test !== merged.test)
    throw new Problem('invalid', 'A played customer cannot be merged with a real one.', { reason: 'test_and_real' })
  const before = await toldOf(tx, actor, keptId)
  const mergeId = newId()
  const assignments = await moveAssignments(tx, actor, mergedId, keptId, mergeId)
  const suggestions = await setSuggestionsAside(tx, actor.org_id, [keptId, mergedId])
  const conversations = await moveConversations(tx, actor, mergedId, keptId)
  const messages = await moveMessages(tx, actor.org_id, mergedId, keptId)
  const identities = await moveIdentities(tx, actor.org_id, merged, kept)

  const by = actorColumns(actor)
  await sql`
    insert into contact_merges (org_id, id, kept_id, merged_id, kept_row, merged_row, identities, suggestions, conversations, messages, assignments, actor_kind, actor_id, actor_name)
    values (${actor.org_id}, ${mergeId}, ${keptId}, ${mergedId}, ${JSON.stringify(kept)}::jsonb, ${JSON.stringify(merged)}::jsonb, ${JSON.stringify(identities)}::jsonb, ${JSON.stringify(suggestions)}::jsonb, ${JSON.stringify(conversations)}::jsonb,
      ${messages}::uuid[], ${assignments}::bigint[], ${by.actor_kind}, ${by.actor_id}, ${by.actor_name})`.execute(tx)
  await sql`delete from contacts where org_id = ${actor.org_id} and id = ${mergedId}`.execute(tx)

  const takesName = kept.display_name === null || (kept.name_origin === 'given' && merged.name_origin === 'whatsapp')
  await writeContact(tx, actor.org_id, {
    ...kept,
    phone: (await currentPhone(tx, actor.org_id, keptId)) ?? kept.phone ?? merged.phone,
    display_name: takesName ? merged.display_name : kept.display_name,
    name_origin: takesName ? merged.name_origin : kept.name_origin,
    username: kept.username ?? merged.username,
    channel_ids: [...(kept.channel_ids ?? []), ...(merged.channel_ids ?? [])],
    ...seenTogether(kept, merged),
  })
  await refreshDerived(tx, actor.org_id, keptId)
  await settleConflicts(tx, actor, keptId, mergedId, mergeId)
  await recordEvents(tx, actor, [
    {
      kind: 'contact.merged',
      contact_id: keptId,
      before: { merged_id: mergedId, ...before },
      after: { merge_id: mergeId, ...(await toldOf(tx, actor, keptId)) },
    },
  ])
  return mergeId
}

/** A contact as others are told of it by a merge, which moves ids and tags at once. */
async function toldOf(tx: Tx, actor: Actor, id: string): Promise<Described & { tags: string[] }> {
  const contact = (await contactsByIds(tx, actor, [id])).get(id)!
  return { ...describedOf(contact), tags: contact.tags.filter((tag) => !tag.deleted).map((tag) => tag.name) }
}

/** Open conflicts of the contact that is no more are about the one that took it in; one between the two is decided by this. */
async function settleConflicts(tx: Tx, actor: Actor, keptId: string, mergedId: string, mergeId: string): Promise<void> {
  await sql`delete from contact_conflicts c where org_id = ${actor.org_id} and contact_id = ${mergedId} and resolution is null and exists (
    select 1 from contact_conflicts k where k.org_id = c.org_id and k.contact_id = ${keptId} and k.kind = c.kind and k.scope = c.scope and k.value = c.value)`.execute(
    tx,
  )
  await sql`
    update contact_conflicts set contact_id = case when contact_id = ${mergedId} then ${keptId}::uuid else contact_id end,
      other_contact_id = case when other_contact_id = ${mergedId} then ${keptId}::uuid else other_contact_id end
    where org_id = ${actor.org_id} and resolution is null and (contact_id = ${mergedId} or other_contact_id = ${mergedId})`.execute(
    tx,
  )
  await sql`
    update contact_conflicts set resolution = 'merged', merge_id = ${mergeId}, resolved_at = now(), resolved_by_id = ${actor.id}, resolved_by_name = ${actor.name}
    where org_id = ${actor.org_id} and resolution is null and contact_id = other_contact_id`.execute(tx)
}

function seenTogether(
  a: ContactRow,
  b: ContactRow,
): Pick<ContactRow, 'first_seen_at' | 'first_seen_provisional' | 'last_seen_at'> {
  // A provisional first seen counts only while neither has written.
  const known = [a, b].filter((contact) => !contact.first_seen_provisional)
  const first = (known.length > 0 ? known : [a, b]).map((contact) => contact.first_seen_at).toSorted()[0]!
  const last = latest(a.last_seen_at, b.last_seen_at)
  return {
    first_seen_at: last !== null && last < first ? last : first,
    first_seen_provisional: known.length === 0,
    last_seen_at: last,
  }
}

/**
 * Takes a merge back: the merged contact is there again under its old id, with its identities, messages and tags. What
 * came after the merge stays with the kept contact. Undoing twice, or after the kept contact itself was merged, is refused.
 */
export async function undoMerge(tx: Tx, actor: Actor, mergeId: string): Promise<void> {
  await lockIdentities(tx, actor.org_id)
  await flushActivity(tx, actor.org_id)
  const { rows } = await sql<{
    kept_id: string
    merged_id: string
    kept_row: ContactRow
    merged_row: ContactRow
    identities: MovedIdentity[]
    suggestions: SetAside[]
    conversations: MovedConversation[]
    messages: string[]
    assignments: (number | string)[]
    undone_at: string | null
  }>`select * from contact_merges where org_id = ${actor.org_id} and id = ${mergeId} for update`.execute(tx)
  const merge = rows[0]
  if (!merge)
    throw new Problem('not_found', 'There is no such merge in this organization.', { reason: 'merge_missing' })
  if (merge.undone_at) throw new Problem('conflict', 'This was undone already.', { reason: 'already_undone' })
  const kept = await findRow(tx, actor.org_id, merge.kept_id)
  if (!kept)
    throw new Problem('conflict', 'The contact was merged into another since. Undo that merge first.', {
      reason: 'merged_since',
    })
  const told = await toldOf(tx, actor, merge.kept_id)

  await sql`insert into contacts (org_id, id, test, first_seen_at, search_text, created_at)
    values (${actor.org_id}, ${merge.merged_id}, ${merge.merged_row.test}, ${merge.merged_row.first_seen_at}, '', ${merge.merged_row.created_at})`.execute(
    tx,
  )
  await returnConversations(tx, actor, merge.kept_id, merge.merged_id, merge.conversations)
  await bringSuggestionsBack(tx, actor.org_id, merge.suggestions)
  await returnMessages(tx, actor.org_id, merge.kept_id, merge.merged_id, merge.messages)
  await returnAssignments(tx, actor, merge.kept_id, merge.merged_id, merge.assignments, mergeId)
  await returnIdentities(tx, actor.org_id, merge.kept_id, merge.merged_id, merge.identities)
  await writeContact(tx, actor.org_id, merge.merged_row)
  // Names and times that came since the merge stay with the kept contact; what it had only from the other goes back.
  const given = <K extends 'phone' | 'display_name' | 'username'>(field: K) =>
    kept[field] !== null && kept[field] === merge.merged_row[field] && kept[field] !== merge.kept_row[field]
      ? merge.kept_row[field]
      : kept[field]
  const activity = await activityOf(tx, actor.org_id, merge.kept_id)
  const before = merge.kept_row
  // Later than either was at the merge: it wrote since, also when that message is kept no more.
  const atMerge = latest(before.last_seen_at, merge.merged_row.last_seen_at)
  const wroteSince = kept.last_seen_at !== null && (atMerge === null || kept.last_seen_at > atMerge)
  await writeContact(tx, actor.org_id, {
    ...kept,
    channel_ids: [
      ...(before.channel_ids ?? []),
      ...(kept.channel_ids ?? []).filter((id) => !merge.merged_row.channel_ids?.includes(id)),
    ],
    phone: given('phone'),
    display_name: given('display_name'),
    username: given('username'),
    first_seen_at: [before.first_seen_at, activity?.first]
      .filter(
        (at): at is string =>
          at !== undefined && !(before.first_seen_provisional && activity && at === before.first_seen_at),
      )
      .toSorted()[0]!,
    first_seen_provisional: before.first_seen_provisional && !activity && !wroteSince,
    last_seen_at: wroteSince ? kept.last_seen_at : latest(before.last_seen_at, activity?.last),
  })
  for (const id of [merge.kept_id, merge.merged_id]) await refreshDerived(tx, actor.org_id, id)
  await sql`
    update contact_conflicts set resolution = null, merge_id = null, resolved_at = null, resolved_by_id = null, resolved_by_name = null,
      contact_id = ${merge.kept_id}, other_contact_id = ${merge.merged_id}
    where org_id = ${actor.org_id} and merge_id = ${mergeId}`.execute(tx)
  await sql`update contact_merges set undone_at = now(), undone_by_name = ${actor.name} where org_id = ${actor.org_id} and id = ${mergeId}`.execute(
    tx,
  )
  await recordEvents(tx, actor, [
    {
      kind: 'contact.unmerged',
      contact_id: merge.kept_id,
      before: told,
      after: {
        restored_id: merge.merged_id,
        restored: await toldOf(tx, actor, merge.merged_id),
        merge_id: mergeId,
        ...(await toldOf(tx, actor, merge.kept_id)),
      },
    },
  ])
}

const latest = (...times: (string | null | undefined)[]): string | null =>
  times
    .filter((at): at is string => typeof at === 'string')
    .toSorted()
    .at(-1) ?? null

async function readTwo(tx: Tx, orgId: string, keptId: string, mergedId: string): Promise<[ContactRow, ContactRow]> {
  const [kept, merged] = [await findRow(tx, orgId, keptId), await findRow(tx, orgId, mergedId)]
  if (!kept || !merged)
    throw new Problem('not_found', 'There is no such contact in this organization.', { reason: 'contact_missing' })
  return [kept, merged]
}

async function findRow(tx: Tx, orgId: string, id: string): Promise<ContactRow | null> {
  const { rows } = await sql<ContactRow>`
    select id, test, phone, display_name, name_origin, username, first_seen_at, first_seen_provisional, last_seen_at, channel_ids, created_at
    from contacts where org_id = ${orgId} and id = ${id} for no key update`.execute(tx)
  return rows[0] ?? null
}

/** The numbers are those given, and those of the messages that it has now. */
async function writeContact(tx: Tx, orgId: string, row: ContactRow): Promise<void> {
  await sql`update contacts c set phone = ${row.phone}, display_name = ${row.display_name}, name_origin = ${row.name_origin}, username = ${row.username},
    first_seen_at = ${row.first_seen_at}, first_seen_provisional = ${row.first_seen_provisional}, last_seen_at = ${row.last_seen_at},
    channel_ids = array(select unnest(${row.channel_ids ?? []}::uuid[]) union select m.channel_id from messages m where m.org_id = c.org_id and m.contact_id = c.id order by 1)
    where c.org_id = ${orgId} and c.id = ${row.id}`.execute(tx)
}
