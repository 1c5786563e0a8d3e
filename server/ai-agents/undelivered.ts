// Answers of AI agents that did not arrive: the customer waits, and nothing that they wrote is unread, so people go on.
import { sql } from 'kysely'
import { deliveryState } from '../conversations/delivery.ts'
import { lockConversation } from '../conversations/locking.ts'
import { leaveToPeople } from '../conversations/taking.ts'
import type { Db } from '../lib/db.ts'
import { writeActs } from './acts.ts'
import { agentActor, endHaving } from './taking.ts'

const AT_ONCE = 100

/**
 * Hands over to people the conversations of agents in which an answer failed and the customer has written nothing since, and
 * answers how many. Not while something is on its way. Any number of servers may do so at once.
 */
export async function handOverUndelivered(db: Db): Promise<number> {
  return db.transaction().execute(async (tx) => {
    const { rows } = await sql<{ org_id: string; conversation_id: string; agent_id: string; name: string }>`
      select c.org_id, c.id as conversation_id, a.id as agent_id, a.name
      from ai_agent_conversations t join ai_agents a on a.org_id = t.org_id and a.id = t.agent_id
        join conversations c on c.org_id = t.org_id and c.id = t.conversation_id
      where t.ended_at is null and c.closed_at is null and c.agent_id = t.agent_id and c.waiting_since is not null and c.unread_count = 0
        and exists (select from messages m where m.org_id = c.org_id and m.conversation_id = c.id and m.direction = 'out'
          and m.sent_at >= c.waiting_since and ${deliveryState} = 'failed')
        and not exists (select from messages m join outgoing_messages o on o.org_id = m.org_id and o.message_id = m.id
          where m.org_id = c.org_id and m.conversation_id = c.id and o.state in ('waiting', 'sending'))
      order by c.waiting_since limit ${AT_ONCE} for update of c skip locked`.execute(tx)
    for (const row of rows) {
      const actor = agentActor(row)
      await leaveToPeople(tx, actor, await lockConversation(tx, actor, row.conversation_id))
      await endHaving(tx, row)
      await writeActs(tx, row, [
        { kind: 'failed', reason: 'not_delivered' },
        { kind: 'handed_over', reason: 'not_delivered' },
      ])
    }
    return rows.length
  })
}
