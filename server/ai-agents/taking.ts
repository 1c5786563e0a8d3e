// Taking and letting go: which waiting conversations AI agents take, what they lost meanwhile, and what they close for silence.
import { sql } from 'kysely'
import { systemActor, type Actor } from '../access/actor.ts'
import { closeConversations } from '../conversations/closing.ts'
import { giveBackAllOf, takeConversation } from '../conversations/taking.ts'
import type { Db, Tx } from '../lib/db.ts'
import { writeActs } from './acts.ts'
import { colleagueWrote } from './colleagues.ts'

/** The actor that an agent is. */
export const agentActor = (agent: { org_id: string; agent_id: string; name: string }): Actor => ({
  kind: 'ai_agent',
  org_id: agent.org_id,
  id: agent.agent_id,
  name: agent.name,
})

interface Row {
  org_id: string
  conversation_id: string
  agent_id: string
  name: string
}

const AT_ONCE = 100

/**
 * Takes conversations that wait on the numbers of active agents, longest waiting first, and answers how many. Those that a
 * person had, in which a colleague wrote from the phone or which answer one, or in which nobody waits for an answer, stay
 * where they are. Nor does an agent take anything while somebody changes it. Any number of servers may do so at once.
 */
export async function takeWaiting(db: Db): Promise<number> {
  return db.transaction().execute(async (tx) => {
    const { rows } = await sql<Row>`
      select c.org_id, c.id as conversation_id, n.agent_id, a.name
      from ai_agent_channels n join ai_agents a on a.org_id = n.org_id and a.id = n.agent_id
        join conversations c on c.org_id = n.org_id and c.channel_id = n.channel_id
      where n.active and n.user_facing and a.active and a.user_facing and a.removed_at is null and a.provider_id is not null
        and c.status = 'pending' and not c.people_only and c.waiting_since is not null and c.window_ends_at > now() and not ${colleagueWrote}
      order by c.waiting_since limit ${AT_ONCE} for update of c skip locked for key share of a, n skip locked`.execute(
      tx,
    )
    for (const row of rows) {
      await takeConversation(tx, agentActor(row), row.conversation_id)
      // It may have had it before, and been switched off.
      await sql`
        insert into ai_agent_conversations (org_id, conversation_id, agent_id) values (${row.org_id}, ${row.conversation_id}, ${row.agent_id})
        on conflict (org_id, conversation_id) do update set agent_id = excluded.agent_id, taken_at = now(), ended_at = null, failures = 0,
          retry_at = null, answered_at = null, turn = ai_agent_conversations.turn + 1`.execute(tx)
      await writeActs(tx, row, [{ kind: 'took' }])
    }
    return rows.length
  })
}

/** Lets wait again what agents still have that answer nobody any more, and answers how many agents. */
export async function giveBackOfStopped(db: Db): Promise<number> {
  return db.transaction().execute(async (tx) => {
    const { rows } = await sql<{ org_id: string; id: string }>`
      select a.org_id, a.id from ai_agents a
      where not (a.active and a.user_facing) and exists (
        select from ai_agent_conversations t join conversations c on c.org_id = t.org_id and c.id = t.conversation_id
        where t.org_id = a.org_id and t.agent_id = a.id and t.ended_at is null and c.closed_at is null and c.agent_id = a.id)
      order by a.org_id, a.id limit ${AT_ONCE} for key share of a skip locked`.execute(tx)
    for (const { org_id, id } of rows) await giveBackAllOf(tx, systemActor(org_id), id, { forAnyone: true })
    return rows.length
  })
}

/** Writes down which conversations agents have no more: somebody took them, they were given back, or closed. */
export async function letGo(db: Db): Promise<number> {
  return db.transaction().execute(async (tx) => {
    const { rows } = await sql<Omit<Row, 'name'> & { closed: boolean; people_only: boolean; taken_by: string | null }>`
      update ai_agent_conversations t set ended_at = now()
      from (select t.org_id, t.conversation_id, c.closed_at is not null as closed, c.people_only, c.agent_name
        from ai_agent_conversations t join conversations c on c.org_id = t.org_id and c.id = t.conversation_id
        where t.ended_at is null and (c.closed_at is not null or c.agent_id is distinct from t.agent_id)
        limit ${AT_ONCE} for update of t skip locked) lost
      where t.org_id = lost.org_id and t.conversation_id = lost.conversation_id
      returning t.org_id, t.conversation_id, t.agent_id, lost.closed, lost.people_only, lost.agent_name as taken_by`.execute(
      tx,
    )
    for (const { closed, people_only, taken_by, ...where } of rows)
      await writeActs(tx, where, [
        closed
          ? { kind: 'silenced', reason: 'closed_elsewhere' }
          : people_only
            ? { kind: 'silenced', reason: 'person_took', words: taken_by }
            : { kind: 'silenced', reason: 'switched_off' },
      ])
    return rows.length
  })
}

/**
 * Closes the conversations in which the customer has been silent for as long as the agent waits, since its answer and since
 * WhatsApp had it. Not while something is still on its way, nor where a colleague writes from the phone.
 */
export async function closeIdle(db: Db): Promise<number> {
  return db.transaction().execute(async (tx) => {
    const { rows } = await sql<Row>`
      select c.org_id, c.id as conversation_id, a.id as agent_id, a.name
      from ai_agent_conversations t join ai_agents a on a.org_id = t.org_id and a.id = t.agent_id
        join conversations c on c.org_id = t.org_id and c.id = t.conversation_id
      where t.ended_at is null and a.close_after_minutes is not null and c.closed_at is null and c.agent_id = t.agent_id and c.waiting_since is null
        and c.unread_count = 0 and t.answered_at <= now() - make_interval(mins => a.close_after_minutes)
        and c.last_message_at <= now() - make_interval(mins => a.close_after_minutes)
        and not exists (select from messages m left join outgoing_messages o on o.org_id = m.org_id and o.message_id = m.id
          where m.org_id = c.org_id and m.conversation_id = c.id and m.direction = 'out' and (m.origin = 'echo'
            or o.state in ('waiting', 'sending', 'uncertain') or o.settled_at > now() - make_interval(mins => a.close_after_minutes)))
      order by t.answered_at limit ${AT_ONCE} for update of c skip locked`.execute(tx)
    for (const row of rows) await closeOne(tx, row)
    return rows.length
  })
}

async function closeOne(tx: Tx, row: Row): Promise<void> {
  const at = new Date().toISOString()
  await closeConversations(tx, agentActor(row), [{ id: row.conversation_id, at }], 'ai_auto_closed')
  await endHaving(tx, row)
  await writeActs(tx, row, [{ kind: 'closed', reason: 'inactivity' }])
}

/** The agent has the conversation no more. */
export async function endHaving(
  tx: Tx,
  { org_id, conversation_id }: { org_id: string; conversation_id: string },
): Promise<void> {
  await sql`
    update ai_agent_conversations set ended_at = now() where org_id = ${org_id} and conversation_id = ${conversation_id} and ended_at is null`.execute(
    tx,
  )
}
