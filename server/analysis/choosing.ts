// Which AI analyses a conversation: an AI agent that works behind the scenes on its number, the language model that the organization chose, or else the built-in classifier.
import { sql } from 'kysely'
import type { Db } from '../lib/db.ts'

/** The language model, and what the business has told it besides. */
export interface ChosenModel {
  /** The AI agent behind the scenes whose model it is. */
  agent_id: string | null
  provider_id: string
  /** Provider and model as they are called, for whoever reads who put a tag on. */
  name: string
  model: string
  instructions: string | null
}

/** The active agent that answers nobody, with the number of conversation c. */
const behind = sql`ai_agent_channels n join ai_agents g on g.org_id = n.org_id and g.id = n.agent_id and g.provider_id is not null`
const isBehind = sql`n.org_id = c.org_id and n.channel_id = c.channel_id and n.active and not n.user_facing`

/** Of an analysis `a`: whether a language model was chosen for it. */
export const byModel = sql<boolean>`(exists (
  select from model_settings s where s.org_id = a.org_id and s.tagging_provider_id is not null) or exists (
  select from conversations c, ${behind} where c.org_id = a.org_id and c.id = a.conversation_id and ${isBehind}))`

/** Null is the built-in classifier. */
export async function chosenModel(db: Db, orgId: string, conversationId: string): Promise<ChosenModel | null> {
  const { rows: agents } = await sql<ChosenModel>`
    select g.id as agent_id, p.id as provider_id, g.name, p.model, g.instructions
    from conversations c, ${behind} join model_providers p on p.org_id = g.org_id and p.id = g.provider_id
    where c.org_id = ${orgId} and c.id = ${conversationId} and ${isBehind}`.execute(db)
  if (agents[0]) return agents[0]
  const { rows } = await sql<ChosenModel>`
    select null as agent_id, p.id as provider_id, p.model || ' (' || p.name || ')' as name, p.model, null as instructions
    from model_settings s join model_providers p on p.org_id = s.org_id and p.id = s.tagging_provider_id
    where s.org_id = ${orgId}`.execute(db)
  return rows[0] ?? null
}
