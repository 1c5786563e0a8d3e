// Conflicts of identities: shown with both sides and the reason, decided by a person, undoable.
import { sql } from 'kysely'
import type { Actor } from '../access/actor.ts'
import { recordEvents } from '../events/events.ts'
import type { Db, Tx } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import { contactsByIds } from './contacts.ts'
import { attachIdentity, detachIdentity, lockIdentities } from './identity-rows.ts'
import { mergeContacts, undoMerge } from './merging.ts'
import type { Conflict, ConflictDecision } from './conflicts-schema.ts'
import { tellUpdate } from './telling.ts'

interface ConflictRow {
  id: string
  reason: Conflict['reason']
  contact_id: string
  other_contact_id: string | null
  kind: Conflict['identity']['kind']
  scope: string
  value: string
  detected_at: string
  last_seen_at: string
  times_seen: number
  resolution: Conflict['resolution']
  merge_id: string | null
  resolved_at: string | null
  resolved_by_name: string | null
}

/** Conflicts, newest first: those open, or those decided. At most 200. */
export async function listConflicts(db: Db, actor: Actor, status: 'open' | 'decided'): Promise<Conflict[]> {
  const { rows } = await sql<ConflictRow>`
    select id, reason, contact_id, other_contact_id, kind, scope, value, detected_at, last_seen_at, times_seen, resolution, merge_id, resolved_at, resolved_by_name
    from contact_conflicts where org_id = ${actor.org_id} and resolution is ${status === 'open' ? sql`null` : sql`not null`}
    order by coalesce(resolved_at, last_seen_at) desc, id limit 200`.execute(db)
  const contacts = await contactsByIds(
    db,
    actor,
    rows.flatMap((row) => [row.contact_id, row.other_contact_id]).filter((id): id is string => id !== null),
  )
  return rows.map(({ kind, scope, value, contact_id, other_contact_id, merge_id: _, ...row }) => ({
    ...row,
    identity: { kind, scope, value },
    contact: contacts.get(contact_id) ?? null,
    other_contact: other_contact_id === null ? null : (contacts.get(other_contact_id) ?? null),
  }))
}

export async function countOpenConflicts(db: Db, actor: Actor): Promise<number> {
  const { rows } = await sql<{
    count: number | string
  }>`select count(*) as count from contact_conflicts where org_id = ${actor.org_id} and resolution is null`.execute(db)
  return Number(rows[0]!.count)
}

/**
 * Decides a conflict: merge the two contacts (the one that got the message stays), take the new id for the same person's,
 * or keep them apart. Refuses one that is decided already, or whose contacts are no longer there.
 */
export async function decideConflict(tx: Tx, actor: Actor, id: string, decision: ConflictDecision): Promise<void> {
  await lockIdentities(tx, actor.org_id)
  const conflict = await lockConflict(tx, actor, id)
  if (conflict.resolution !== null)
    throw new Problem('conflict', `This conflict was decided already, by ${conflict.resolved_by_name}.`, {
      reason: 'already_decided',
      data: { name: conflict.resolved_by_name },
    })
  if (decision === 'merged') {
    if (conflict.other_contact_id === null)
      throw new Problem(
        'invalid',
        'There is only one contact here. Say that it is the same person, or keep them apart.',
        { reason: 'one_contact_only', field: 'decision' },
      )
    await mergeContacts(tx, actor, conflict.contact_id, conflict.other_contact_id)
    return
  }
  if (decision === 'same_person') {
    if (conflict.other_contact_id !== null)
      throw new Problem('invalid', 'The id belongs to another contact. Merge the two, or keep them apart.', {
        reason: 'id_of_another_contact',
        field: 'decision',
      })
    await tellUpdate(tx, actor, conflict.contact_id, () =>
      attachIdentity(tx, actor.org_id, conflict.contact_id, conflict),
    )
  }
  await sql`update contact_conflicts set resolution = ${decision}, resolved_at = now(), resolved_by_id = ${actor.id}, resolved_by_name = ${actor.name}
    where org_id = ${actor.org_id} and id = ${id}`.execute(tx)
  await recordEvents(tx, actor, [{ kind: 'conflict.decided', contact_id: conflict.contact_id, after: { decision } }])
}

/** Takes a decision back; the conflict is open again. */
export async function undoDecision(tx: Tx, actor: Actor, id: string): Promise<void> {
  await lockIdentities(tx, actor.org_id)
  const conflict = await lockConflict(tx, actor, id)
  if (conflict.resolution === null)
    throw new Problem('conflict', 'This conflict is not decided yet.', { reason: 'not_decided' })
  if (conflict.resolution === 'merged') {
    await undoMerge(tx, actor, conflict.merge_id!)
    return
  }
  if (conflict.resolution === 'same_person')
    await tellUpdate(tx, actor, conflict.contact_id, () =>
      detachIdentity(tx, actor.org_id, conflict.contact_id, conflict),
    )
  await sql`update contact_conflicts set resolution = null, resolved_at = null, resolved_by_id = null, resolved_by_name = null
    where org_id = ${actor.org_id} and id = ${id}`.execute(tx)
  await recordEvents(tx, actor, [{ kind: 'conflict.reopened', contact_id: conflict.contact_id }])
}

async function lockConflict(tx: Tx, actor: Actor, id: string): Promise<ConflictRow> {
  const { rows } =
    await sql<ConflictRow>`select * from contact_conflicts where org_id = ${actor.org_id} and id = ${id} for update`.execute(
      tx,
    )
  if (!rows[0])
    throw new Problem('not_found', 'There is no such conflict in this organization.', { reason: 'conflict_missing' })
  return rows[0]
}
