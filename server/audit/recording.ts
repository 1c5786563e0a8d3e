// Recording what people did to the organization itself, in the transaction of the act.
import { sql } from 'kysely'
import { actorColumns, type Actor } from '../access/actor.ts'
import type { Tx } from '../lib/db.ts'
import type { AuditAct } from './schema.ts'

export interface Act {
  act: AuditAct
  /** Whom or what it was done to, with the name of then. */
  subject?: { id: string; name: string }
  /** What a reader wants to know besides; no secrets, no texts of customers. */
  details?: Record<string, unknown>
}

/** Adds one entry to the log of the actor's organization. */
export async function recordAct(tx: Tx, actor: Actor, { act, subject, details }: Act): Promise<void> {
  await tx
    .insertInto('audit_entries')
    .values({
      org_id: actor.org_id,
      act,
      ...actorColumns(actor),
      address: actor.address ?? null,
      subject_id: subject?.id ?? null,
      subject_name: subject?.name ?? null,
      details: details === undefined ? null : JSON.stringify(details),
    })
    .execute()
}

/** Adds an entry about a person themselves to the log of every organization that they belong to. */
export async function recordOwnAct(
  tx: Tx,
  userId: string,
  address: string | undefined,
  act: Pick<Act, 'act' | 'details'>,
): Promise<void> {
  await sql`
    insert into audit_entries (org_id, act, actor_kind, actor_id, actor_name, address, details)
    select m.org_id, ${act.act}, 'user', u.id, u.name, ${address ?? null}, ${act.details === undefined ? null : JSON.stringify(act.details)}::jsonb
    from memberships m join users u on u.id = m.user_id where u.id = ${userId} order by m.org_id`.execute(tx)
}
