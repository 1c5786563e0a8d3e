// What AI agents did in a conversation that goes into another one, and comes out of it again.
import { sql } from 'kysely'
import type { Tx } from '../lib/db.ts'

/** What was moved, so that it can be undone. */
export interface MovedActs {
  acts: string[]
  /** That an agent has, or had, the conversation: the other one had been nobody's of them. */
  having: boolean
}

/** Gives what agents did in one conversation to another, and who of them had it where none had the other. */
export async function moveActs(tx: Tx, orgId: string, from: string, to: string): Promise<MovedActs> {
  const { rows } = await sql<{ id: string }>`
    update ai_agent_acts set conversation_id = ${to} where org_id = ${orgId} and conversation_id = ${from} returning id`.execute(
    tx,
  )
  const { numAffectedRows } = await sql`
    update ai_agent_conversations t set conversation_id = ${to} where t.org_id = ${orgId} and t.conversation_id = ${from} and not exists (
      select from ai_agent_conversations o where o.org_id = t.org_id and o.conversation_id = ${to})`.execute(tx)
  return { acts: rows.map(({ id }) => id), having: Number(numAffectedRows) > 0 }
}

/** Takes that back; an agent that has the other conversation now keeps it. */
export async function returnActs(
  tx: Tx,
  orgId: string,
  from: string,
  to: string,
  { acts, having }: MovedActs,
): Promise<void> {
  await sql`update ai_agent_acts set conversation_id = ${to} where org_id = ${orgId} and conversation_id = ${from} and id = any(${acts}::uuid[])`.execute(
    tx,
  )
  if (having)
    await sql`
      update ai_agent_conversations set conversation_id = ${to} where org_id = ${orgId} and conversation_id = ${from} and ended_at is not null`.execute(
      tx,
    )
}
