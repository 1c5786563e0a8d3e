// What becomes of a turn: answer, tags, handing over and closing in one transaction, in which it is checked that the agent still has the conversation.
import { sql } from 'kysely'
import { decideOn } from '../analysis/findings.ts'
import { says } from '../conversations/about.ts'
import { closeConversation } from '../conversations/closing.ts'
import { lockConversation, type LockedConversation } from '../conversations/locking.ts'
import { sendMessage } from '../conversations/sending.ts'
import { leaveToPeople, markRead } from '../conversations/taking.ts'
import type { Tx } from '../lib/db.ts'
import { changeTags } from '../tags/tagging.ts'
import { tagAct, writeActs, type NewAct } from './acts.ts'
import type { Answer, AnsweringAgent } from './answering.ts'
import type { Reading } from './reading.ts'
import type { ActReason } from './schema.ts'
import { agentActor, endHaving } from './taking.ts'

/** A turn that somebody works on. */
export interface Turn {
  agent: AnsweringAgent
  conversation_id: string
  /** Its number: who began a later one has taken it over. */
  turn: number
  answers: number
  failures: number
}

export type Settled =
  | 'written'
  /** A person has the conversation, or it is closed, or another server answers: nothing of it is done. */
  | 'silenced'
  /** The customer has written on: it is asked again with that. */
  | 'stale'

const MOST_TAGS_A_CONVERSATION = 6

type Given = Extract<Answer, { kind: 'answer' }>

type Begun = Omit<Turn, 'agent'> & { agent: Omit<AnsweringAgent, 'provider_id'> }

const placeOf = ({ agent, conversation_id }: Begun) => ({
  org_id: agent.org_id,
  agent_id: agent.agent_id,
  conversation_id,
})

/**
 * Does what was answered, all of it or nothing. `onlyIfNewest`: not when the customer has written since it was read. Messages
 * that came meanwhile are left for the next turn.
 */
export async function settleAnswer(
  tx: Tx,
  turn: Turn,
  reading: Reading,
  answer: Given,
  { onlyIfNewest }: { onlyIfNewest: boolean },
): Promise<Settled> {
  const actor = agentActor(turn.agent)
  const place = placeOf(turn)
  const { wishes } = answer
  // In the order in which every change of tags locks.
  if (wishes.add.length + wishes.remove.length > 0)
    await sql`select from contacts where org_id = ${actor.org_id} and id = ${reading.contactId} for no key update`.execute(
      tx,
    )
  const conversation = await lockMine(tx, turn)
  if (conversation === null) return 'silenced'
  const since = await writtenSince(tx, place, reading)
  if (since.colleague) {
    await goToPeople(tx, turn, conversation, { reason: 'colleague_wrote' })
    return 'written'
  }
  if (since.customer && onlyIfNewest) return 'stale'
  if (answer.text !== null && conversation.window_ends_at <= new Date().toISOString()) {
    await goToPeople(tx, turn, conversation, { reason: 'window_closed' })
    return 'written'
  }

  const acts: NewAct[] = [
    ...wishes.refused.map(({ tag, reason }) => ({ kind: 'refused' as const, tag_id: tag, reason })),
    ...(await changeTagsAsWished(tx, turn, reading, answer)),
  ]
  if (answer.text !== null) {
    const messageId = await sendMessage(tx, actor, turn.conversation_id, { text: answer.text })
    acts.push({ kind: 'answered', message_id: messageId })
  }
  await sql`
    update ai_agent_conversations set answers = answers + ${answer.text === null ? 0 : 1}, answered_at = now(), failures = 0, retry_at = null
    where org_id = ${actor.org_id} and conversation_id = ${turn.conversation_id}`.execute(tx)
  await writeActs(tx, place, acts)
  // What comes last decides: a person is asked for rather than the conversation closed, and not closed over the customer's head.
  if (wishes.handOver) {
    await goToPeople(tx, turn, conversation, { reason: 'asked_by_model', words: wishes.handOver.summary || null })
  } else {
    if (reading.newest !== null) await markRead(tx, actor, turn.conversation_id, reading.newest)
    if (wishes.close && !since.customer) {
      await closeConversation(tx, actor, turn.conversation_id, {})
      await endHaving(tx, place)
      await writeActs(tx, place, [{ kind: 'closed', reason: 'asked_by_model' }])
    }
  }
  return 'written'
}

/** Hands the conversation to people with a reason, unless they have it already. */
export async function settleHandOver(
  tx: Tx,
  turn: Begun,
  { reason, failed }: { reason: ActReason; failed: boolean },
): Promise<Settled> {
  const conversation = await lockMine(tx, turn)
  if (conversation === null) return 'silenced'
  if (failed) await writeActs(tx, placeOf(turn), [{ kind: 'failed', reason }])
  await goToPeople(tx, turn, conversation, { reason })
  return 'written'
}

/**
 * Nothing is left to answer: what the customer wrote was taken back. When what is unread came with an earlier id than what
 * was read, as by the clock of another server, nobody has answered it, and people do.
 */
export async function settleNothing(tx: Tx, turn: Begun, { newest }: Reading): Promise<Settled> {
  const conversation = await lockMine(tx, turn)
  if (conversation === null) return 'silenced'
  // Another server may have answered meanwhile.
  if (conversation.unread_count === 0) return 'written'
  if (newest !== null && (conversation.read_to === null || conversation.read_to < newest))
    await markRead(tx, agentActor(turn.agent), turn.conversation_id, newest)
  else await goToPeople(tx, turn, conversation, { reason: 'failed' })
  return 'written'
}

/** Tries again in a moment. */
export async function putOff(tx: Tx, turn: Turn, reason: ActReason, waitMs: number): Promise<Settled> {
  if ((await lockMine(tx, turn)) === null) return 'silenced'
  await writeActs(tx, placeOf(turn), [{ kind: 'failed', reason }])
  await sql`
    update ai_agent_conversations set failures = failures + 1, retry_at = now() + ${`${waitMs} ms`}::interval
    where org_id = ${turn.agent.org_id} and conversation_id = ${turn.conversation_id}`.execute(tx)
  return 'written'
}

/** Locks the conversation while the agent has it and this turn is the one that was begun last; null otherwise. */
async function lockMine(tx: Tx, { agent, conversation_id, turn }: Begun): Promise<LockedConversation | null> {
  const conversation = await lockConversation(tx, agentActor(agent), conversation_id)
  if (conversation.closed_at !== null || conversation.agent_id !== agent.agent_id) return null
  const { rows } = await sql`
    select from ai_agent_conversations where org_id = ${agent.org_id} and conversation_id = ${conversation_id} and turn = ${turn} and ended_at is null
    for update`.execute(tx)
  return rows.length === 0 ? null : conversation
}

async function goToPeople(
  tx: Tx,
  turn: Begun,
  conversation: LockedConversation,
  { reason, words = null }: { reason: ActReason; words?: string | null },
): Promise<void> {
  await leaveToPeople(tx, agentActor(turn.agent), conversation)
  await endHaving(tx, placeOf(turn))
  await writeActs(tx, placeOf(turn), [{ kind: 'handed_over', reason, words }])
}

/** By how many there are: what a merge brings, or another server, may have an earlier id than what was read. */
async function writtenSince(
  tx: Tx,
  { org_id, conversation_id }: { org_id: string; conversation_id: string },
  { asked }: Reading,
): Promise<{ customer: boolean; colleague: boolean }> {
  const { rows } = await sql<{ asked: number; colleague: boolean }>`
    select count(*) filter (where direction = 'in' and ${says('type')})::int as asked,
      coalesce(bool_or(origin = 'echo'), false) as colleague
    from messages where org_id = ${org_id} and conversation_id = ${conversation_id}`.execute(tx)
  return { customer: rows[0]!.asked > asked, colleague: rows[0]!.colleague }
}

async function changeTagsAsWished(
  tx: Tx,
  turn: Turn,
  reading: Reading,
  { wishes, guarded, model }: Given,
): Promise<NewAct[]> {
  const actor = agentActor(turn.agent)
  const acts: NewAct[] = []
  const { rows: own } = await sql<{ tag_id: string }>`
    select tag_id from tag_assignments where org_id = ${actor.org_id} and contact_id = ${reading.contactId} and tag_id = any(${wishes.remove}::uuid[])
      and removed_at is null and added_actor_kind = 'ai_agent' and added_actor_id = ${actor.id}`.execute(tx)
  const remove = own.map(({ tag_id }) => tag_id)
  if (remove.length > 0) {
    const why = { reason: 'agent', conversation_id: turn.conversation_id, engine: model }
    await changeTags(tx, actor, [reading.contactId], { remove, why })
    acts.push(...remove.map((tag_id) => ({ kind: 'untagged' as const, tag_id })))
  }
  const room = MOST_TAGS_A_CONVERSATION - (await taggedSoFar(tx, turn))
  const findings = wishes.add.filter(({ tag }) => !remove.includes(tag))
  const run = {
    contactId: reading.contactId,
    conversationId: turn.conversation_id,
    engine: model,
    reason: 'agent',
    guarded,
  } as const
  const outcomes = await decideOn(tx, actor, run, findings.slice(0, Math.max(0, room)))
  return [...acts, ...findings.map(({ tag }, i) => tagAct(tag, outcomes[i], { guarded }))]
}

async function taggedSoFar(tx: Tx, { agent, conversation_id }: Turn): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from ai_agent_acts
    where org_id = ${agent.org_id} and conversation_id = ${conversation_id} and kind in ('tagged', 'suggested')`.execute(
    tx,
  )
  return rows[0]!.count
}
