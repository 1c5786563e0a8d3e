// Events: rows saying what happened, by whom, in the transaction of the change itself.
import { actorColumns, systemActor, type Actor } from '../access/actor.ts'
import { prepared, type Tx } from '../lib/db.ts'
import { sql, type RawBuilder } from 'kysely'

export type EventKind =
  | 'contact.created'
  /** With phone, name, username and ids before and after. */
  | 'contact.updated'
  | 'contacts.active'
  /** With what the kept contact was before and is after, its tags too. */
  | 'contact.merged'
  | 'contact.unmerged'
  /** With the contact's id, which leads to nobody any more. */
  | 'contact.erased'
  /** Contacts are there no more; whom, nobody keeps. */
  | 'contacts.erased'
  | 'conflict.decided'
  | 'conflict.reopened'
  | 'contact.tag_added'
  | 'contact.tag_removed'
  /** Tags are suggested for a contact, or somebody decided on such. */
  | 'suggestions.changed'
  /** Of conversations, with the id as conversation_id in `after`. */
  | 'conversation.opened'
  | 'conversation.assigned'
  /** Somebody of the organization wrote to the customer. */
  | 'conversation.message'
  /** How far something came that was sent; on the test phone also that somebody writes. A sign of life, and no history. */
  | 'conversation.delivery'
  | 'conversation.read'
  /** Once for each, whatever way it was closed. */
  | 'conversation.closed'
  | 'replies.changed'
  /** Somebody joined, was removed, or has another role. */
  | 'people.changed'
  | 'invitations.changed'
  | 'organization.renamed'
  /** Meta refuses the access token of an account, and takes it again. */
  | 'organization.token_refused'
  | 'organization.token_accepted'
  | 'organization.keys_changed'
  /** Made, changed, switched off or on, by people or by themselves. */
  | 'organization.webhooks_changed'
  | 'organization.models_changed'
  | 'organization.ai_agents_changed'
  | 'tag.created'
  | 'tag.updated'
  | 'tag.deleted'
  | 'tag.restored'
  | 'tag.merged'
  /** With the operation's id in `after`, which is handed on to screens as it is. */
  | 'operation.started'
  | 'operation.progress'
  | 'operation.finished'
  | 'operation.cancelled'
  | 'operation.failed'

export interface NewEvent {
  kind: EventKind
  contact_id?: string
  tag_id?: string
  source?: string
  before?: unknown
  after?: unknown
  at?: string
}

/** Writes events of one actor; the order given is the order kept. */
export async function recordEvents(tx: Tx, actor: Actor, events: readonly NewEvent[]): Promise<void> {
  if (events.length === 0) return
  const { actor_kind, actor_id, actor_name } = actorColumns(actor)
  const column = <T>(pick: (event: NewEvent) => T | undefined) => events.map((event) => pick(event) ?? null)
  const json = (value: unknown) => (value === undefined ? null : JSON.stringify(value))
  await sql`
    insert into events (org_id, kind, contact_id, tag_id, actor_kind, actor_id, actor_name, source, before, after, at)
    select ${actor.org_id}, e.kind, e.contact_id, e.tag_id, ${actor_kind}, ${actor_id}, ${actor_name}, e.source, e.before, e.after, coalesce(e.at, now())
    from unnest(${column((e) => e.kind)}::text[], ${column((e) => e.contact_id)}::uuid[], ${column((e) => e.tag_id)}::uuid[],
      ${column((e) => e.source)}::text[], ${events.map((e) => json(e.before))}::jsonb[], ${events.map((e) => json(e.after))}::jsonb[],
      ${column((e) => e.at)}::timestamptz[]) with ordinality as e (kind, contact_id, tag_id, source, before, after, at, n)
    order by e.n`.execute(prepared(tx))
}

/**
 * Writes an event for each row of a part of the statement that makes the change: `contact_id`, `tag_id`, `told`, which goes
 * with what was after, and `n` for their order. With `placed`, of `placeEvents`, they are numbered at once from there on.
 */
export function eventsOf(
  actor: Actor,
  { kind, source, after, at, placed }: Omit<NewEvent, 'contact_id' | 'tag_id' | 'before'> & { placed?: number | null },
  changed: RawBuilder<unknown>,
): RawBuilder<unknown> {
  const { actor_kind, actor_id, actor_name } = actorColumns(actor)
  return sql`
    insert into events (org_id, kind, contact_id, tag_id, actor_kind, actor_id, actor_name, source, after, at, seq)
    select ${actor.org_id}, ${kind}, contact_id, tag_id, ${actor_kind}, ${actor_id}, ${actor_name}, ${source ?? null},
      told || ${JSON.stringify(after ?? {})}::jsonb, coalesce(${at ?? null}::timestamptz, now()), ${placed ?? null}::bigint + row_number() over (order by n)
    from (${changed}) changed order by n`
}

/** More contacts than this at once are told as many. */
const MOST_ACTIVE = 300

/**
 * Records for live screens, in one row for a whole batch of messages, which contacts wrote or changed by what they wrote,
 * in which conversations, and whether conflicts were found. It is no history, and forgotten after an hour.
 */
export async function recordActivity(
  tx: Tx,
  orgId: string,
  contactIds: ReadonlySet<string>,
  { conflicts, conversationIds }: { conflicts: boolean; conversationIds: ReadonlySet<string> },
): Promise<void> {
  if (contactIds.size === 0 && conversationIds.size === 0 && !conflicts) return
  const who =
    Math.max(contactIds.size, conversationIds.size) > MOST_ACTIVE
      ? { many: true }
      : { contact_ids: [...contactIds], conversation_ids: [...conversationIds] }
  await recordEvents(tx, systemActor(orgId), [
    { kind: 'contacts.active', after: { ...who, ...(conflicts ? { conflicts } : {}) } },
  ])
}

/**
 * Removes the events of contacts that are erased for good, and those of others that they were merged with and taken from.
 * Answers their numbers, for whoever keeps something about them.
 */
export async function forgetContacts(tx: Tx, orgId: string, contactIds: readonly string[]): Promise<number[]> {
  if (contactIds.length === 0) return []
  const { rows: theirs } = await sql<{ seq: number | null }>`
    delete from events where org_id = ${orgId} and contact_id = any(${contactIds}::uuid[]) returning seq`.execute(tx)
  const { rows: others } = await sql<{ seq: number | null }>`
    delete from events where org_id = ${orgId} and kind in ('contact.merged', 'contact.unmerged')
      and (before ->> 'merged_id' = any(${contactIds}::text[]) or after ->> 'restored_id' = any(${contactIds}::text[]))
    returning seq`.execute(tx)
  return [...theirs, ...others].flatMap(({ seq }) => (seq === null ? [] : [seq]))
}
