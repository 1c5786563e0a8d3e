// Conversations of two contacts that turn out to be one person, and of one that turns out to be two.
import { sql, type RawBuilder } from 'kysely'
import type { Actor } from '../access/actor.ts'
import { moveActs, returnActs, type MovedActs } from '../ai-agents/merging.ts'
import { moveSuggestions, returnSuggestions } from '../analysis/merging.ts'
import type { Tx } from '../lib/db.ts'
import { moveCalls, returnCalls } from '../models/merging.ts'
import { says } from './about.ts'
import { lockConversation } from './locking.ts'
import { assign, isAi } from './taking.ts'
import { joinFirstAnswers, partFirstAnswers, unansweredSince, type FirstAnswer } from './waiting.ts'

/** What a merge did to a conversation, so that it can be undone. */
export type MovedConversation =
  | { id: string }
  /** Both were open with the same number: it went into the other. */
  | { id: string; into: string; row: JoinedRow; messages: string[]; was?: JoinedInto; brought?: Brought }

/** Not kept of what was merged before first answers went along. */
interface JoinedRow extends Partial<FirstAnswer> {
  channel_id: string
  opened_at: string
  last_message_at: string
  last_message_id: string | null
  window_ends_at: string
  waiting_since: string | null
  unread_count: number
  /** Not kept of what was merged before there were templates. */
  waits_until?: string | null
  first_asked_at?: string | null
  read_to?: string | null
  agent_id?: string | null
  agent_name?: string | null
  people_only?: boolean
}

/** What hung on it, by ids. */
interface Brought extends MovedActs {
  suggestions: string[]
  calls: string[]
}

/** The one that it went into, before that. */
interface JoinedInto extends Partial<FirstAnswer> {
  agent_id: string | null
  people_only: boolean
  opened_at: string
  last_message_at: string
  window_ends_at: string
  waiting_since: string | null
  waits_until: string | null
  first_asked_at: string | null
}

/** The first that the customer wrote in a conversation `c` and that its agent has not read; null when there is none. */
const firstUnread = (c: RawBuilder<unknown>) => sql`(
  select m.id from messages m where m.org_id = ${c}.org_id and m.conversation_id = ${c}.id and m.direction = 'in' and (${c}.read_to is null or m.id > ${c}.read_to)
    and ${says()} order by m.id limit 1)`

/**
 * Gives the conversations of one contact to another. With a number there is only one open conversation: of two, the
 * other's own takes in what was said in this one, and keeps its agent, unless an AI or nobody has it and a person this one.
 * It is read up to what was unread in either: what was written after that, and read in the other, counts as unread again.
 */
export async function moveConversations(tx: Tx, actor: Actor, from: string, to: string): Promise<MovedConversation[]> {
  const orgId = actor.org_id
  const { rows: both } = await sql<
    JoinedRow & { id: string; into: string; was: JoinedInto; first_unread: string | null }
  >`
    select f.id, t.id as into, f.channel_id, f.opened_at, f.last_message_at, f.last_message_id, f.window_ends_at, f.waiting_since, f.unread_count, f.waits_until, f.first_asked_at,
      f.read_to, f.agent_id, f.agent_name, f.people_only, f.first_answered_at, f.first_answered_by_id, f.first_answered_by_name,
      jsonb_build_object('agent_id', t.agent_id, 'people_only', t.people_only, 'opened_at', t.opened_at, 'last_message_at', t.last_message_at,
        'window_ends_at', t.window_ends_at, 'waiting_since', t.waiting_since, 'waits_until', t.waits_until, 'first_asked_at', t.first_asked_at,
        'first_answered_at', t.first_answered_at, 'first_answered_by_id', t.first_answered_by_id, 'first_answered_by_name', t.first_answered_by_name) as was,
      least(${firstUnread(sql`f`)}, ${firstUnread(sql`t`)}) as first_unread
    from conversations f join conversations t on t.org_id = f.org_id and t.contact_id = ${to} and t.channel_id = f.channel_id and t.closed_at is null
    where f.org_id = ${orgId} and f.contact_id = ${from} and f.closed_at is null
    order by t.id for update`.execute(tx)
  const joined: MovedConversation[] = []
  for (const { id, into, was, first_unread, ...row } of both) {
    const { rows } = await sql<{ id: string }>`
      update messages set conversation_id = ${into} where org_id = ${orgId} and conversation_id = ${id} returning id`.execute(
      tx,
    )
    await sql`
      update conversations set
        opened_at = least(opened_at, ${row.opened_at}),
        window_ends_at = greatest(window_ends_at, ${row.window_ends_at}),
        waiting_since = least(waiting_since, ${row.waiting_since}),
        waits_until = greatest(waits_until, ${row.waits_until}),
        first_asked_at = least(first_asked_at, ${row.first_asked_at}),
        read_to = case when ${first_unread}::uuid is null then greatest(read_to, ${row.read_to}::uuid) else (
          select id from messages where org_id = ${orgId} and conversation_id = ${into} and id < ${first_unread}::uuid order by id desc limit 1) end,
        people_only = people_only or ${row.people_only}
      where org_id = ${orgId} and id = ${into}`.execute(tx)
    await showWhatIsThere(tx, orgId, into)
    await joinFirstAnswers(tx, orgId, into, row)
    const brought = {
      suggestions: await moveSuggestions(tx, orgId, id, into),
      calls: await moveCalls(tx, orgId, id, into),
      ...(await moveActs(tx, orgId, id, into)),
    }
    await sql`delete from conversations where org_id = ${orgId} and id = ${id}`.execute(tx)
    await leaveToPerson(tx, actor, into, row)
    joined.push({ id, into, row, was, brought, messages: rows.map((message) => message.id) })
  }
  const { rows: moved } = await sql<{ id: string }>`
    update conversations set contact_id = ${to} where org_id = ${orgId} and contact_id = ${from} returning id`.execute(
    tx,
  )
  return [...moved, ...joined]
}

/** Takes that back; one that went into another is there again, and waits, unless its agent still has the other by the merge. */
export async function returnConversations(
  tx: Tx,
  actor: Actor,
  from: string,
  to: string,
  moved: readonly MovedConversation[],
): Promise<void> {
  const orgId = actor.org_id
  await sql`update conversations set contact_id = ${to} where org_id = ${orgId} and contact_id = ${from} and id = any(${moved.map(({ id }) => id)}::uuid[])`.execute(
    tx,
  )
  for (const each of moved) {
    if (!('into' in each)) continue
    const { id, into, row, messages, was, brought } = each
    await sql`
      insert into conversations (org_id, id, contact_id, channel_id, opened_at, last_message_at, last_message_id, window_ends_at, waiting_since, unread_count, waits_until, first_asked_at, read_to, people_only)
      values (${orgId}, ${id}, ${to}, ${row.channel_id}, ${row.opened_at}, ${row.last_message_at}, ${row.last_message_id}, ${row.window_ends_at}, ${row.waiting_since}, ${row.unread_count}, ${row.waits_until ?? null}, ${row.first_asked_at ?? null}, ${row.read_to ?? null}, ${row.people_only ?? false})`.execute(
      tx,
    )
    await sql`update messages set conversation_id = ${id} where org_id = ${orgId} and conversation_id = ${into} and id = any(${messages}::uuid[])`.execute(
      tx,
    )
    // With them what the customer has made of them since.
    await sql`
      update messages a set conversation_id = ${id} from messages m
      where m.org_id = ${orgId} and m.conversation_id = ${id} and m.id = any(${messages}::uuid[]) and a.org_id = m.org_id and a.channel_id = m.channel_id
        and a.target = m.wa_message_id and a.conversation_id = ${into}`.execute(tx)
    await showWhatIsThere(tx, orgId, into)
    if (brought) {
      await returnSuggestions(tx, orgId, into, id, brought.suggestions)
      await returnCalls(tx, orgId, into, id, brought.calls)
      await returnActs(tx, orgId, into, id, brought)
    }
    if (was) await returnTimes(tx, orgId, into, row, was)
    await partFirstAnswers(tx, orgId, id, row)
    if (was) await partFirstAnswers(tx, orgId, into, was)
    if (was) await returnAgents(tx, actor, { id, into, row, was })
  }
}

/** Whom a person has, or whom people are to answer, is answered by no AI. */
async function leaveToPerson(
  tx: Tx,
  actor: Actor,
  into: string,
  { agent_id: id, agent_name: name, people_only: peopleOnly }: JoinedRow,
): Promise<void> {
  const conversation = await lockConversation(tx, actor, into)
  const has = conversation.agent_id
  if (has !== null && !(await isAi(tx, actor, has))) return
  if (id && name && !(await isAi(tx, actor, id))) await assign(tx, actor, conversation, { id, name }, { byMerge: true })
  else if (has !== null && peopleOnly) await assign(tx, actor, conversation, null, { byMerge: true })
}

/** Who had the one that went into the other has it again, if they still have that, which AI agents may have again if they might before. */
async function returnAgents(
  tx: Tx,
  actor: Actor,
  { id, into, row, was }: { id: string; into: string; row: JoinedRow; was: JoinedInto },
): Promise<void> {
  const conversation = await lockConversation(tx, actor, into)
  if (conversation.closed_at !== null) return
  const { agent_id: agent, agent_name: name } = row
  const stillTheirs = agent && conversation.agent_id === agent && !(await isAi(tx, actor, agent))
  if (stillTheirs && name)
    await assign(tx, actor, await lockConversation(tx, actor, id), { id: agent, name }, { byMerge: true })
  if (stillTheirs && was.agent_id !== agent) await assign(tx, actor, conversation, null, { byMerge: true })
  const madeForPeople = row.people_only && !was.people_only
  // Whom another person has now stays with people.
  if (madeForPeople && (stillTheirs || conversation.agent_id === null || conversation.agent_id === was.agent_id))
    await sql`update conversations set people_only = false where org_id = ${actor.org_id} and id = ${into}`.execute(tx)
}

/** What is as the merge made it is as it was before; what was asked and answered in it since counts. */
async function returnTimes(tx: Tx, orgId: string, into: string, row: JoinedRow, was: JoinedInto): Promise<void> {
  await sql`
    update conversations c set
      opened_at = ${was.opened_at},
      window_ends_at = case when c.window_ends_at > greatest(${was.window_ends_at}::timestamptz, ${row.window_ends_at}) then c.window_ends_at else ${was.window_ends_at} end,
      waits_until = case when c.waits_until is distinct from greatest(${was.waits_until}::timestamptz, ${row.waits_until ?? null}) then c.waits_until else ${was.waits_until}::timestamptz end,
      first_asked_at = coalesce(${was.first_asked_at}::timestamptz, (
        select min(m.sent_at) from messages m where m.org_id = c.org_id and m.conversation_id = c.id and m.direction = 'in' and ${says()})),
      waiting_since = case when c.closed_at is not null then null
        when exists (select from messages m where m.org_id = c.org_id and m.conversation_id = c.id and m.direction = 'out' and m.sent_at > ${was.last_message_at}) then ${unansweredSince}
        else coalesce(${was.waiting_since}::timestamptz, ${unansweredSince}) end
    where c.org_id = ${orgId} and c.id = ${into}`.execute(tx)
}

/** The last message and the unread ones of a conversation into which some came, or out of which some were taken. */
async function showWhatIsThere(tx: Tx, orgId: string, id: string): Promise<void> {
  await sql`
    update conversations c set last_message_id = m.id, last_message_at = m.sent_at,
      unread_count = (select count(*) from messages u where u.org_id = c.org_id and u.conversation_id = c.id and u.direction = 'in'
        and (c.read_to is null or u.id > c.read_to) and ${says('u.type')})
    from (
      select id, sent_at from messages where org_id = ${orgId} and conversation_id = ${id} and ${says('type')}
      order by sent_at desc, id desc limit 1
    ) m
    where c.org_id = ${orgId} and c.id = ${id}`.execute(tx)
}
