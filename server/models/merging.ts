// Calls of language models about a conversation that goes into another one, and comes out of it again.
import { sql } from 'kysely'
import type { Tx } from '../lib/db.ts'

/** Gives the calls about one conversation, with what was written and answered in each, to another; answers their ids. */
export async function moveCalls(tx: Tx, orgId: string, from: string, to: string): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    update model_calls set conversation_id = ${to} where org_id = ${orgId} and conversation_id = ${from} returning id`.execute(
    tx,
  )
  await sql`update model_exchanges set conversation_id = ${to} where org_id = ${orgId} and conversation_id = ${from}`.execute(
    tx,
  )
  return rows.map(({ id }) => id)
}

/** Gives these, as far as the one still has them, back to the other. */
export async function returnCalls(
  tx: Tx,
  orgId: string,
  from: string,
  to: string,
  ids: readonly string[],
): Promise<void> {
  await sql`update model_calls set conversation_id = ${to} where org_id = ${orgId} and conversation_id = ${from} and id = any(${ids}::uuid[])`.execute(
    tx,
  )
  await sql`update model_exchanges set conversation_id = ${to} where org_id = ${orgId} and conversation_id = ${from} and call_id = any(${ids}::uuid[])`.execute(
    tx,
  )
}
