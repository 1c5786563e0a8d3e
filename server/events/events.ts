// Events: rows saying what happened, by whom, in the transaction of the change itself.
import { actorColumns, type Actor } from '../access/actor.ts'
import type { Tx } from '../lib/db.ts'
import { sql } from 'kysely'

export type EventKind =
  | 'contact.created'
  | 'contact.merged'
  | 'contact.unmerged'
  | 'contact.tag_added'
  | 'contact.tag_removed'
  | 'tag.created'
  | 'tag.updated'
  | 'tag.deleted'
  | 'tag.restored'

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
    order by e.n`.execute(tx)
}

/** Removes the events of contacts that are erased for good. */
export async function forgetContacts(tx: Tx, orgId: string, contactIds: readonly string[]): Promise<void> {
  await sql`delete from events where org_id = ${orgId} and contact_id = any(${contactIds}::uuid[])`.execute(tx)
}
