// Suggested tags: the list that waits for people, and what they decide.
import { sql } from 'kysely'
import type { z } from 'zod'
import type { Actor } from '../access/actor.ts'
import { recordEvents } from '../events/events.ts'
import type { Db, Tx } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import { MOST_QUOTED, notTakenBack, textNow } from '../tags/evidence.ts'
import { takenOff } from '../tags/held-back.ts'
import { leadsTo } from '../tags/resolving.ts'
import type { TagColor } from '../tags/schema.ts'
import { changeTags } from '../tags/tagging.ts'
import type { decideSuggestions as decide, Suggestion } from './schema.ts'

interface SuggestionRow extends Omit<Suggestion, 'contact' | 'tag' | 'evidence'> {
  contact_id: string
  display_name: string | null
  phone: string | null
  username: string | null
  tag_id: string
  tag_name: string
  color: TagColor | null
  message_id: string | null
  quote: string | null
  at: string | null
}

/** When what speaks for a suggestion `s` was written; where no message does, when it was made. */
export const evidenceAt = sql`coalesce((select m.sent_at from messages m where m.org_id = s.org_id and m.id = s.message_id), s.made_at)`

/**
 * That a person or another system took the tag off since what speaks for a suggestion `s` was written: only something newer
 * speaks for it again. Looked up for each suggestion by its contact `v.contact_id`; without the offset it becomes a join that
 * reads what was ever taken off from anybody.
 */
const takenOffSince = sql`exists (
  select from tag_assignments a where a.org_id = s.org_id and a.contact_id = v.contact_id
    and ${takenOff} and a.removed_at >= ${evidenceAt} and ${leadsTo('a')} = ${leadsTo('s')} offset 0)`

/** Removes those that nobody is shown any more, because the tag was taken off since: they make room for what is newer. */
export async function forgetTakenOff(
  tx: Tx,
  orgId: string,
  contactIds: readonly string[],
  tagIds: readonly string[],
): Promise<void> {
  await sql`
    delete from suggestions s using conversations v
    where s.org_id = ${orgId} and v.org_id = s.org_id and v.id = s.conversation_id and v.contact_id = any(${contactIds}::uuid[])
      and s.state = 'open' and ${leadsTo('s')} = any(${tagIds}::uuid[]) and ${takenOffSince}`.execute(tx)
}

// Of several for one contact and one tag, as merges leave them, the one with the newest evidence is shown, and these are not.
// All are gone through once: looking for others of each took as long again as all the rest of the page.
const notShown = (orgId: string, contactId: string | undefined) => sql`
  select s.id from (
    select s.id, row_number() over (partition by s.contact_id, s.tag_id order by ${evidenceAt} desc, s.id desc) as place from (
      select s.org_id, s.id, s.message_id, s.made_at, v.contact_id, coalesce(t.merged_into, t.id) as tag_id,
        count(*) over (partition by v.contact_id, coalesce(t.merged_into, t.id)) as several
      from suggestions s join conversations v on v.org_id = s.org_id and v.id = s.conversation_id
        join tags t on t.org_id = s.org_id and t.id = s.tag_id
      where s.org_id = ${orgId} and s.state = 'open' ${ofContact(contactId)}
    ) s where s.several > 1
  ) s where s.place > 1`

const ofContact = (contactId: string | undefined) =>
  contactId === undefined ? sql`` : sql`and v.contact_id = ${contactId}`

// Open ones whose tag, merged ones followed, can be put on, is not on the contact already, and was not taken off since.
const open = (orgId: string, contactId: string | undefined) => sql`
  from suggestions s join conversations v on v.org_id = s.org_id and v.id = s.conversation_id
    join contacts c on c.org_id = v.org_id and c.id = v.contact_id
    join tags own on own.org_id = s.org_id and own.id = s.tag_id
    join tags t on t.org_id = own.org_id and t.id = coalesce(own.merged_into, own.id)
  where s.org_id = ${orgId} and s.state = 'open' and t.deleted_at is null and not (c.tag_ids && array[own.id, t.id])
    and not ${takenOffSince} and s.id not in (${notShown(orgId, contactId)}) ${ofContact(contactId)}`

/** A page of what waits for a decision, newest first, and how many there are. */
export async function listSuggestions(
  db: Db,
  actor: Actor,
  { contact_id, limit, cursor }: { contact_id?: string | undefined; limit: number; cursor?: string | undefined },
): Promise<{ suggestions: Suggestion[]; total: number; next_cursor: string | null }> {
  const { rows } = await sql<SuggestionRow>`
    select s.id, s.confidence, s.engine, s.reason, s.source, s.conversation_id, s.made_at, v.contact_id, c.display_name, c.phone, c.username,
      t.id as tag_id, t.name as tag_name, t.color, m.id as message_id, left(${textNow}, ${MOST_QUOTED}) as quote, m.sent_at as at
    from (select s.id ${open(actor.org_id, contact_id)} ${cursor === undefined ? sql`` : sql`and s.id < ${cursor}`}
        order by s.id desc limit ${limit + 1}) page
      join suggestions s on s.org_id = ${actor.org_id} and s.id = page.id
      join conversations v on v.org_id = s.org_id and v.id = s.conversation_id
      join contacts c on c.org_id = v.org_id and c.id = v.contact_id
      join tags t on t.org_id = s.org_id and t.id = ${leadsTo('s')}
      left join messages m on m.org_id = s.org_id and m.id = s.message_id and ${notTakenBack}
    order by s.id desc`.execute(db)
  const { rows: counted } = await sql<{
    n: number
  }>`select count(*)::int as n ${open(actor.org_id, contact_id)}`.execute(db)
  const page = rows.slice(0, limit)
  return {
    suggestions: page.map(toSuggestion),
    total: counted[0]!.n,
    next_cursor: rows.length > limit ? page.at(-1)!.id : null,
  }
}

const toSuggestion = (row: SuggestionRow): Suggestion => ({
  id: row.id,
  contact: { id: row.contact_id, name: row.display_name, phone: row.phone, username: row.username },
  tag: { id: row.tag_id, name: row.tag_name, color: row.color, deleted: false },
  confidence: row.confidence,
  engine: row.engine,
  reason: row.reason,
  source: row.source,
  conversation_id: row.conversation_id,
  evidence:
    row.message_id === null || row.at === null
      ? null
      : { message_id: row.message_id, conversation_id: row.conversation_id, quote: row.quote ?? '', at: row.at },
  made_at: row.made_at,
})

interface DecidedRow {
  id: string
  contact_id: string
  tag_id: string
  conversation_id: string
  message_id: string | null
  confidence: number | null
  engine: string
  reason: string | null
  evidence_at: string | null
  usable: boolean
  /** Named by the caller, and not only one more of the same contact and tag. */
  asked: boolean
}

/**
 * Accepts and rejects. An accepted tag has the person's source, and keeps what spoke for it; a rejected one is suggested
 * again only with newer evidence. Others that wait for the same contact and tag, as merges leave them, are decided with it.
 * What somebody else has decided already, or whose tag was deleted meanwhile, is passed over.
 * Refuses all when an id is not of the organization.
 */
export async function decideSuggestions(
  tx: Tx,
  actor: Actor,
  { accept, reject }: z.output<typeof decide.body>,
): Promise<{ accepted: string[]; rejected: string[]; passed_over: string[] }> {
  const asked = [...new Set([...accept, ...reject])]
  const { rows: known } = await sql<{ contact_id: string }>`
    select v.contact_id from suggestions s join conversations v on v.org_id = s.org_id and v.id = s.conversation_id
    where s.org_id = ${actor.org_id} and s.id = any(${asked}::uuid[])`.execute(tx)
  if (known.length < asked.length)
    throw new Problem('not_found', 'There is no such suggestion in this organization.', {
      reason: 'suggestion_missing',
    })
  await sql`select from contacts where org_id = ${actor.org_id} and id = any(${known.map(({ contact_id }) => contact_id)}::uuid[])
    order by id for no key update`.execute(tx)
  const { rows } = await sql<DecidedRow>`
    with asked as (
      select distinct v.contact_id, ${leadsTo('s')} as tag_id
      from suggestions s join conversations v on v.org_id = s.org_id and v.id = s.conversation_id
      where s.org_id = ${actor.org_id} and s.id = any(${asked}::uuid[]) and s.state = 'open'
    )
    select s.id, v.contact_id, t.id as tag_id, s.conversation_id, s.message_id, s.confidence, s.engine, s.reason, m.sent_at as evidence_at,
      t.deleted_at is null as usable, s.id = any(${asked}::uuid[]) as asked
    from asked join conversations v on v.org_id = ${actor.org_id} and v.contact_id = asked.contact_id
      join suggestions s on s.org_id = v.org_id and s.conversation_id = v.id and ${leadsTo('s')} = asked.tag_id
      join tags t on t.org_id = s.org_id and t.id = asked.tag_id
      left join messages m on m.org_id = s.org_id and m.id = s.message_id
    where s.state = 'open'
    order by s.id for update of s`.execute(tx)
  const rejecting = new Set(reject)
  const chosen = rows.filter((row) => row.asked)
  const accepted = chosen.filter(({ id, usable }) => !rejecting.has(id) && usable)
  const rejected = chosen.filter(({ id }) => rejecting.has(id))
  for (const row of accepted) {
    const why = {
      reason: 'suggestion',
      suggestion_id: row.id,
      conversation_id: row.conversation_id,
      message_id: row.message_id,
      ...(row.confidence === null ? {} : { confidence: row.confidence }),
      engine: row.engine,
      evidence_at: row.evidence_at,
      ...(row.reason === null ? {} : { words: row.reason }),
    }
    await changeTags(tx, actor, [row.contact_id], { add: [row.tag_id], why })
  }
  const decided = [...accepted, ...rejected]
  const others = rows.filter((row) => !row.asked)
  const withOthers = (which: readonly DecidedRow[]) => [
    ...which,
    ...others.filter((other) =>
      which.some((row) => row.contact_id === other.contact_id && row.tag_id === other.tag_id),
    ),
  ]
  await setStates(tx, actor, withOthers(accepted), 'accepted')
  await setStates(tx, actor, withOthers(rejected), 'rejected')
  const contacts = [...new Set(decided.map(({ contact_id }) => contact_id))]
  await recordEvents(
    tx,
    actor,
    contacts.map((contact_id) => ({ kind: 'suggestions.changed', contact_id })),
  )
  const ids = (which: readonly DecidedRow[]) => which.map(({ id }) => id)
  return {
    accepted: ids(accepted),
    rejected: ids(rejected),
    passed_over: asked.filter((id) => !decided.some((row) => row.id === id)),
  }
}

async function setStates(
  tx: Tx,
  actor: Actor,
  rows: readonly DecidedRow[],
  state: 'accepted' | 'rejected',
): Promise<void> {
  if (rows.length === 0) return
  await sql`
    update suggestions set state = ${state}, decided_at = now(), decided_by_id = ${actor.id}, decided_by_name = ${actor.name}
    where org_id = ${actor.org_id} and id = any(${rows.map(({ id }) => id)}::uuid[])`.execute(tx)
}
