// What became of the analysis of one conversation.
import { sql } from 'kysely'
import type { Actor } from '../access/actor.ts'
import { conversationMissing } from '../conversations/missing.ts'
import type { Db } from '../lib/db.ts'
import type { Analysis } from './schema.ts'

/** Null when there is none; refuses a conversation of another organization. */
export async function findAnalysis(db: Db, actor: Actor, conversationId: string): Promise<Analysis | null> {
  const { rows } = await sql<Analysis & { state: Analysis['state'] | null }>`
    select a.state, a.engine, a.fallback, a.guarded, a.applied, a.suggested, a.held_back, a.refused, a.finished_at
    from conversations v left join analyses a on a.org_id = v.org_id and a.conversation_id = v.id
    where v.org_id = ${actor.org_id} and v.id = ${conversationId}`.execute(db)
  if (!rows[0]) throw await conversationMissing(db, actor.org_id, conversationId)
  return rows[0].state === null ? null : rows[0]
}
