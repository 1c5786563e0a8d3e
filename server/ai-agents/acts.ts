// What AI agents did: written with each act, read by administrators on the agent's page and by colleagues in the thread.
import { sql, type RawBuilder } from 'kysely'
import type { Actor } from '../access/actor.ts'
import type { Outcome } from '../analysis/findings.ts'
import { lineNow } from '../conversations/about.ts'
import { conversationMissing } from '../conversations/missing.ts'
import type { Db, Tx } from '../lib/db.ts'
import { madeDaysAgo, newId } from '../lib/ids.ts'
import type { TagColor } from '../tags/schema.ts'
import { getAiAgent } from './agents.ts'
import type { ActReason, AiAgentAct, AiAgentFigures, HandOver } from './schema.ts'

export interface NewAct {
  kind: AiAgentAct['kind']
  message_id?: string
  tag_id?: string | null
  reason?: ActReason
  words?: string | null
}

/** What became of a tag that an agent found; undefined when there was no room for it. */
export function tagAct(tag_id: string, outcome: Outcome | undefined, { guarded }: { guarded: boolean }): NewAct {
  if (outcome === 'applied') return { kind: 'tagged', tag_id }
  if (outcome === 'suggested') return { kind: 'suggested', tag_id, ...(guarded ? { reason: 'talks_to_tagger' } : {}) }
  const reason = outcome === undefined ? 'too_many_tags' : outcome === 'held_back' ? 'held_back' : 'not_in_catalog'
  return { kind: 'refused', tag_id, reason }
}

/** Writes down what an agent did in a conversation. */
export async function writeActs(
  tx: Tx,
  where: { org_id: string; agent_id: string; conversation_id: string },
  acts: readonly NewAct[],
): Promise<void> {
  if (acts.length === 0) return
  const { org_id, agent_id, conversation_id } = where
  const column = (name: keyof NewAct) => acts.map((act) => act[name] ?? null)
  await sql`
    insert into ai_agent_acts (org_id, agent_id, conversation_id, id, kind, message_id, tag_id, reason, words)
    select ${org_id}, ${agent_id}, ${conversation_id}, * from unnest(${acts.map(() => newId())}::uuid[], ${column('kind')}::text[], ${column('message_id')}::uuid[],
      ${column('tag_id')}::uuid[], ${column('reason')}::text[], ${column('words')}::text[])`.execute(tx)
}

interface ActRow extends Omit<AiAgentAct, 'contact' | 'tag'> {
  contact_id: string
  contact_name: string | null
  phone: string | null
  username: string | null
  tag_id: string | null
  tag_name: string | null
  color: TagColor | null
  deleted: boolean | null
}

const KINDS: Record<'all' | 'handed_over' | 'tags' | 'failures', RawBuilder<unknown>> = {
  all: sql``,
  handed_over: sql`and x.kind in ('handed_over', 'silenced')`,
  tags: sql`and x.kind in ('tagged', 'suggested', 'untagged', 'refused')`,
  failures: sql`and x.kind in ('failed', 'refused')`,
}

const MOST_TEXT = 300

/** A page of what an agent did, newest first. Refuses an agent that is not in the actor's organization. */
export async function listActs(
  db: Db,
  actor: Actor,
  agentId: string,
  { kinds, limit, cursor }: { kinds: keyof typeof KINDS; limit: number; cursor?: string | undefined },
): Promise<{ acts: AiAgentAct[]; next_cursor: string | null }> {
  await getAiAgent(db, actor, agentId)
  const { rows } = await sql<ActRow>`
    select x.id, x.at, x.kind, x.conversation_id, x.reason, x.words, c.id as contact_id, c.display_name as contact_name, c.phone, c.username,
      ${lineNow(MOST_TEXT)} as message, t.id as tag_id, t.name as tag_name, t.color, t.deleted_at is not null as deleted
    from ai_agent_acts x join conversations v on v.org_id = x.org_id and v.id = x.conversation_id
      join contacts c on c.org_id = v.org_id and c.id = v.contact_id
      left join messages m on m.org_id = x.org_id and m.id = x.message_id
      left join tags t on t.org_id = x.org_id and t.id = x.tag_id
    where x.org_id = ${actor.org_id} and x.agent_id = ${agentId} ${KINDS[kinds]} ${cursor === undefined ? sql`` : sql`and x.id < ${cursor}`}
    order by x.id desc limit ${limit + 1}`.execute(db)
  const page = rows.slice(0, limit)
  return { acts: page.map(toAct), next_cursor: rows.length > limit ? page.at(-1)!.id : null }
}

const toAct = ({
  contact_id,
  contact_name,
  phone,
  username,
  tag_id,
  tag_name,
  color,
  deleted,
  ...act
}: ActRow): AiAgentAct => ({
  ...act,
  contact: { id: contact_id, name: contact_name, phone, username },
  tag: tag_id === null || tag_name === null ? null : { id: tag_id, name: tag_name, color, deleted: deleted === true },
})

/** What an agent did in the last 30 days, counted. */
export async function figuresOf(db: Db, actor: Actor, agentId: string): Promise<AiAgentFigures> {
  const count = (kind: AiAgentAct['kind']) => sql`(count(*) filter (where kind = ${sql.lit(kind)}))::int`
  const { rows } = await sql<AiAgentFigures>`
    select count(distinct conversation_id)::int as conversations, ${count('answered')} as answers, ${count('handed_over')} as handed_over,
      ${count('tagged')} as tagged, ${count('untagged')} as untagged, ${count('failed')} as failed, ${count('closed')} as closed
    from ai_agent_acts where org_id = ${actor.org_id} and agent_id = ${agentId} and id >= ${madeDaysAgo(30)}`.execute(
    db,
  )
  return rows[0]!
}

const MOST_HAND_OVERS = 100

/** What agents told colleagues in the thread that a conversation is part of, oldest first. */
export async function listHandOvers(db: Db, actor: Actor, conversationId: string): Promise<HandOver[]> {
  const { rows: threads } = await sql<{ contact_id: string; channel_id: string }>`
    select contact_id, channel_id from conversations where org_id = ${actor.org_id} and id = ${conversationId}`.execute(
    db,
  )
  const thread = threads[0]
  if (!thread) throw await conversationMissing(db, actor.org_id, conversationId)
  const { rows } = await sql<HandOver>`
    select * from (
      select x.id, x.at, x.conversation_id, jsonb_build_object('id', a.id, 'name', a.name) as agent, x.reason, x.words as summary
      from conversations v join ai_agent_acts x on x.org_id = v.org_id and x.conversation_id = v.id
        join ai_agents a on a.org_id = x.org_id and a.id = x.agent_id
      where v.org_id = ${actor.org_id} and v.contact_id = ${thread.contact_id} and v.channel_id = ${thread.channel_id} and x.kind = 'handed_over'
      order by x.id desc limit ${MOST_HAND_OVERS}) newest
    order by id`.execute(db)
  return rows
}
