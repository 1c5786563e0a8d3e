// AI agents as administrators manage them: added, changed, switched on and off, removed; each with the numbers that it answers.
import { sql } from 'kysely'
import type { Actor } from '../access/actor.ts'
import { recordAct } from '../audit/recording.ts'
import { recordEvents } from '../events/events.ts'
import { giveBackAllOf } from '../conversations/taking.ts'
import type { Db, Tx } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import { newId } from '../lib/ids.ts'
import type { AiAgent, AiAgentSettings } from './schema.ts'

const MOST_AGENTS = 100

const columns = sql`a.id, a.name, a.active, a.user_facing, a.instructions, a.provider_id, a.hand_over_words, a.most_answers,
  a.close_after_minutes, a.updated_at,
  array(select n.channel_id from ai_agent_channels n where n.org_id = a.org_id and n.agent_id = a.id order by n.channel_id) as channel_ids,
  (select count(*)::int from conversations c where c.org_id = a.org_id and c.agent_id = a.id and c.closed_at is null) as open_conversations`

export async function listAiAgents(db: Db, actor: Actor): Promise<AiAgent[]> {
  const { rows } = await sql<AiAgent>`
    select ${columns} from ai_agents a where a.org_id = ${actor.org_id} and a.removed_at is null order by lower(a.name), a.id`.execute(
    db,
  )
  return rows
}

/** One of them; refuses an id that is not in the actor's organization. */
export async function getAiAgent(db: Db, actor: Actor, id: string): Promise<AiAgent> {
  const { rows } = await sql<AiAgent>`
    select ${columns} from ai_agents a where a.org_id = ${actor.org_id} and a.id = ${id} and a.removed_at is null`.execute(
    db,
  )
  if (!rows[0]) throw agentMissing()
  return rows[0]
}

/**
 * Adds an agent. Refuses a number that is not in the organization or that another active agent of its kind answers
 * (`number_has_agent`), and a provider that is not there.
 */
export async function createAiAgent(tx: Tx, actor: Actor, settings: AiAgentSettings): Promise<AiAgent> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from ai_agents where org_id = ${actor.org_id} and removed_at is null`.execute(tx)
  if (rows[0]!.count >= MOST_AGENTS)
    throw new Problem('conflict', `There are ${MOST_AGENTS} AI agents already. Remove some of them first.`, {
      reason: 'too_many_ai_agents',
      data: { most: MOST_AGENTS },
    })
  await requireProvider(tx, actor, settings)
  const id = newId()
  await sql`
    insert into ai_agents (org_id, id, name, active, user_facing, instructions, provider_id, hand_over_words, most_answers, close_after_minutes)
    values (${actor.org_id}, ${id}, ${settings.name}, ${settings.active}, ${settings.user_facing}, ${settings.instructions}, ${settings.provider_id},
      ${settings.hand_over_words}::text[], ${settings.most_answers}, ${settings.close_after_minutes})`.execute(tx)
  await writeNumbers(tx, actor, id, settings)
  await recordAct(tx, actor, { act: 'ai_agent.added', subject: { id, name: settings.name }, details: told(settings) })
  await tell(tx, actor)
  return getAiAgent(tx, actor, id)
}

/**
 * Changes an agent. Refuses what `createAiAgent` refuses, and what somebody changed since `seen_at`. When it answers no more,
 * or not on some number, the conversations that it has there wait again, for anyone.
 */
export async function updateAiAgent(
  tx: Tx,
  actor: Actor,
  id: string,
  { seen_at, ...settings }: AiAgentSettings & { seen_at?: string | undefined },
): Promise<AiAgent> {
  await lockAgent(tx, actor, id)
  const before = await getAiAgent(tx, actor, id)
  if (seen_at !== undefined && Date.parse(seen_at) !== Date.parse(before.updated_at))
    throw new Problem('conflict', 'Somebody has changed this agent meanwhile. Look at it again, then change it.', {
      reason: 'ai_agent_changed_meanwhile',
    })
  const after = { ...settings, channel_ids: [...new Set(settings.channel_ids)].toSorted() }
  const changed = changesOf(before, after)
  if (changed.length === 0) return before
  if (after.provider_id !== before.provider_id) await requireProvider(tx, actor, after)
  await sql`
    update ai_agents set name = ${after.name}, active = ${after.active}, user_facing = ${after.user_facing}, instructions = ${after.instructions},
      provider_id = ${after.provider_id}, hand_over_words = ${after.hand_over_words}::text[], most_answers = ${after.most_answers},
      close_after_minutes = ${after.close_after_minutes}, updated_at = clock_timestamp()
    where org_id = ${actor.org_id} and id = ${id}`.execute(tx)
  await writeNumbers(tx, actor, id, after)
  if (!after.active || !after.user_facing) await giveBackAllOf(tx, actor, id, { forAnyone: true })
  else
    await giveBackAllOf(tx, actor, id, {
      forAnyone: true,
      channels: before.channel_ids.filter((channel) => !after.channel_ids.includes(channel)),
    })
  await recordAct(tx, actor, {
    act: 'ai_agent.changed',
    subject: { id, name: after.name },
    details: { changed, ...told(after) },
  })
  await tell(tx, actor)
  return getAiAgent(tx, actor, id)
}

/** Removes an agent: its conversations wait again, for anyone. What it did stays to be read where it was done. */
export async function removeAiAgent(tx: Tx, actor: Actor, id: string): Promise<void> {
  await lockAgent(tx, actor, id)
  const { name } = await getAiAgent(tx, actor, id)
  await sql`
    update ai_agents set active = false, removed_at = now() where org_id = ${actor.org_id} and id = ${id}`.execute(tx)
  await sql`delete from ai_agent_channels where org_id = ${actor.org_id} and agent_id = ${id}`.execute(tx)
  await giveBackAllOf(tx, actor, id, { forAnyone: true })
  await recordAct(tx, actor, { act: 'ai_agent.removed', subject: { id, name } })
  await tell(tx, actor)
}

const tell = (tx: Tx, actor: Actor) => recordEvents(tx, actor, [{ kind: 'organization.ai_agents_changed' }])

const KEYS = [
  'name',
  'active',
  'user_facing',
  'instructions',
  'provider_id',
  'channel_ids',
  'hand_over_words',
  'most_answers',
  'close_after_minutes',
] as const

const changesOf = (before: AiAgentSettings, after: AiAgentSettings) =>
  KEYS.filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]))

/** What a reader of the audit log wants to know. */
const told = ({ active, user_facing, channel_ids }: AiAgentSettings) => ({
  active,
  user_facing,
  numbers: channel_ids.length,
})

async function lockAgent(tx: Tx, actor: Actor, id: string): Promise<void> {
  const { rows } =
    await sql`select from ai_agents where org_id = ${actor.org_id} and id = ${id} and removed_at is null for update`.execute(
      tx,
    )
  if (rows.length === 0) throw agentMissing()
}

async function writeNumbers(
  tx: Tx,
  actor: Actor,
  id: string,
  { active, user_facing, channel_ids }: AiAgentSettings,
): Promise<void> {
  const wanted = [...new Set(channel_ids)]
  // One administrator after the other: of two who put two agents on one number the second is refused, with words.
  const { rows: known } = await sql<{ id: string }>`
    select id from channels where org_id = ${actor.org_id} and id = any(${wanted}::uuid[]) order by id for update`.execute(
    tx,
  )
  if (known.length < wanted.length)
    throw new Problem('not_found', 'One of these numbers is not connected in this organization.', {
      reason: 'channel_missing',
      field: 'channel_ids',
    })
  await sql`delete from ai_agent_channels where org_id = ${actor.org_id} and agent_id = ${id}`.execute(tx)
  if (active) await refuseSecond(tx, actor, wanted, user_facing)
  await sql`
    insert into ai_agent_channels (org_id, agent_id, channel_id, active, user_facing)
    select ${actor.org_id}, ${id}, channel_id, ${active}, ${user_facing} from unnest(${wanted}::uuid[]) as w (channel_id)`.execute(
    tx,
  )
}

async function refuseSecond(tx: Tx, actor: Actor, channelIds: readonly string[], userFacing: boolean): Promise<void> {
  const { rows } = await sql<{ agent: string; number: string }>`
    select a.name as agent, c.name as number
    from ai_agent_channels n join ai_agents a on a.org_id = n.org_id and a.id = n.agent_id join channels c on c.org_id = n.org_id and c.id = n.channel_id
    where n.org_id = ${actor.org_id} and n.channel_id = any(${channelIds}::uuid[]) and n.active and n.user_facing = ${userFacing}
    order by c.name limit 1`.execute(tx)
  const other = rows[0]
  if (other)
    throw new Problem(
      'conflict',
      `${other.agent} works on the number ${other.number} already. Take the number from it, or switch it off, first.`,
      { reason: 'number_has_agent', field: 'channel_ids', data: { agent: other.agent, number: other.number } },
    )
}

async function requireProvider(tx: Tx, actor: Actor, { provider_id }: AiAgentSettings): Promise<void> {
  if (provider_id === null) return
  const { rows } = await sql`
    select from model_providers where org_id = ${actor.org_id} and id = ${provider_id} for key share`.execute(tx)
  if (rows.length === 0)
    throw new Problem('not_found', 'There is no such language model in this organization.', {
      reason: 'provider_missing',
      field: 'provider_id',
    })
}

const agentMissing = () =>
  new Problem('not_found', 'There is no such AI agent in this organization.', { reason: 'ai_agent_missing' })
