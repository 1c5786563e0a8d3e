// What AI agents have to answer: conversations that one has and in which the customer wrote and has paused.
import { sql } from 'kysely'
import { says } from '../conversations/about.ts'
import type { Db } from '../lib/db.ts'
import type { Turn } from './settling.ts'

export interface Due {
  org_id: string
  conversation_id: string
}

export interface Gathering {
  /** The customer has paused for so long. */
  quietMs: number
  /** Or waits for so long, whether they pause or not. */
  mostMs: number
}

/** Whether any organization has an agent, or had one that still has conversations: most have none, and nothing more is asked. */
export async function hasAgents(db: Db): Promise<boolean> {
  const { rows } = await sql<{ any: boolean }>`
    select exists (select from ai_agent_channels where active and user_facing) or exists (select from ai_agent_conversations where ended_at is null) as any`.execute(
    db,
  )
  return rows[0]!.any
}

const AT_ONCE = 200

/** Those whose turn it is, longest waiting first, but for those named. */
export async function findDue(db: Db, { quietMs, mostMs }: Gathering, not: readonly string[]): Promise<Due[]> {
  const ago = (ms: number) => sql`now() - ${`${ms} ms`}::interval`
  const { rows } = await sql<Due>`
    select t.org_id, t.conversation_id
    from ai_agent_conversations t join conversations c on c.org_id = t.org_id and c.id = t.conversation_id
      cross join lateral (
        select min(m.received_at) as first_at, max(m.received_at) as last_at from messages m
        where m.org_id = c.org_id and m.conversation_id = c.id and m.direction = 'in' and ${says()}
          and (c.read_to is null or m.id > c.read_to)) w
    where t.ended_at is null and (t.retry_at is null or t.retry_at <= now()) and c.closed_at is null and c.agent_id = t.agent_id and c.unread_count > 0
      and (w.last_at is null or w.last_at <= ${ago(quietMs)} or w.first_at <= ${ago(mostMs)}) and t.conversation_id <> all(${not}::uuid[])
    order by w.first_at nulls first limit ${AT_ONCE}`.execute(db)
  return rows
}

interface TurnRow {
  agent_id: string
  name: string
  instructions: string
  provider_id: string | null
  hand_over_words: string[]
  most_answers: number
  turn: number
  answers: number
  failures: number
}

/** What the agent is told of itself for a turn. */
export interface BegunTurn extends Omit<Turn, 'agent'> {
  agent: Omit<Turn['agent'], 'provider_id'> & { provider_id: string | null }
  hand_over_words: string[]
  most_answers: number
}

/** Begins a turn: from then on nobody else's that was begun before can write. Null when the agent has the conversation no more, or answers nobody any more. */
export async function beginTurn(db: Db, { org_id, conversation_id }: Due): Promise<BegunTurn | null> {
  const { rows } = await sql<TurnRow>`
    update ai_agent_conversations t set turn = t.turn + 1
    from ai_agents a, conversations c
    where t.org_id = ${org_id} and t.conversation_id = ${conversation_id} and t.ended_at is null and a.org_id = t.org_id and a.id = t.agent_id
      and c.org_id = t.org_id and c.id = t.conversation_id and c.closed_at is null and c.agent_id = t.agent_id
      and a.active and a.user_facing and a.removed_at is null
    returning a.id as agent_id, a.name, a.instructions, a.provider_id, a.hand_over_words, a.most_answers, t.turn, t.answers, t.failures`.execute(
    db,
  )
  const row = rows[0]
  if (!row) return null
  const { agent_id, name, instructions, provider_id, ...rest } = row
  return { agent: { org_id, agent_id, name, instructions, provider_id }, conversation_id, ...rest }
}

/** Those of the conversations that their agents still have. */
export async function stillHad(db: Db, conversationIds: readonly string[]): Promise<Set<string>> {
  const { rows } = await sql<{ id: string }>`
    select t.conversation_id as id from ai_agent_conversations t join conversations c on c.org_id = t.org_id and c.id = t.conversation_id
    where t.ended_at is null and t.conversation_id = any(${conversationIds}::uuid[]) and c.closed_at is null and c.agent_id = t.agent_id`.execute(
    db,
  )
  return new Set(rows.map(({ id }) => id))
}
