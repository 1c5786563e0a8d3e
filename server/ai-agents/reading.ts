// What an AI agent is given of a conversation: what was written in it, the contact's tags and what people took off, the catalog. Nothing of anybody else.
import { sql } from 'kysely'
import type { TranscriptTurn } from '../analysis/transcript.ts'
import type { CatalogTag } from '../classifier/features.ts'
import { says } from '../conversations/about.ts'
import type { Db } from '../lib/db.ts'
import { takenOff } from '../tags/held-back.ts'
import { leadsTo } from '../tags/resolving.ts'
import { colleagueWrote } from './colleagues.ts'

/** Of a long conversation the beginning and the end are read. */
const FIRST = 6
const LAST = 20
/** More than WhatsApp takes: whoever looks for attacks sees all of a message. */
const MOST_TEXT = 10_000
const TAKEN_OFF = 20

export interface Reading {
  contactId: string
  channelId: string
  turns: TranscriptTurn[]
  /** The newest message of the customer, how many there are, and those that the agent has not dealt with. */
  newest: string | null
  asked: number
  fresh: TranscriptTurn[]
  /** A colleague wrote in it from the phone, or before it. */
  colleagueWrote: boolean
  windowEnded: boolean
  /** `own` are those that this agent put on: it may take them off. */
  carried: { id: string; name: string; own: boolean }[]
  takenOff: { id: string; name: string }[]
  catalog: CatalogTag[]
}

interface Which {
  org_id: string
  conversation_id: string
  agent_id: string
}

/** Reads a conversation as it stands now; null when it is not there any more. */
export async function readConversation(db: Db, which: Which): Promise<Reading | null> {
  const { org_id, conversation_id } = which
  const { rows: heads } = await sql<{
    contact_id: string
    channel_id: string
    read_to: string | null
    ended: boolean
    colleague_wrote: boolean
  }>`
    select contact_id, channel_id, read_to, window_ends_at <= now() as ended, ${colleagueWrote} as colleague_wrote from conversations c
    where org_id = ${org_id} and id = ${conversation_id}`.execute(db)
  const head = heads[0]
  if (!head) return null
  const turns = await turnsOf(db, which)
  const { rows: said } = await sql<{ newest: string | null; asked: number }>`
    select max(id::text) filter (where direction = 'in' and ${says('type')})::uuid as newest,
      count(*) filter (where direction = 'in' and ${says('type')})::int as asked
    from messages where org_id = ${org_id} and conversation_id = ${conversation_id}`.execute(db)
  return {
    contactId: head.contact_id,
    channelId: head.channel_id,
    turns,
    newest: said[0]!.newest,
    asked: said[0]!.asked,
    fresh: turns.filter(
      ({ from, message_id }) => from === 'customer' && (head.read_to === null || message_id > head.read_to),
    ),
    colleagueWrote: head.colleague_wrote,
    windowEnded: head.ended,
    ...(await tagsFor(db, which, head.contact_id)),
    catalog: await catalogOf(db, org_id),
  }
}

/** Edited texts as they read now; what was taken back is left out; what is no text is named by its kind. */
async function turnsOf(db: Db, { org_id, conversation_id }: Which): Promise<TranscriptTurn[]> {
  const { rows } = await sql<{ id: string; direction: 'in' | 'out'; text: string; sent_at: string }>`
    with said as (
      select m.id, m.direction, m.sent_at, left(case when coalesce(m.text, '') = '' then '[' || m.type || ']' else coalesce((
        select e.text from messages e where e.org_id = m.org_id and e.channel_id = m.channel_id and e.target = m.wa_message_id and e.type = 'edit'
        order by e.sent_at desc, e.id desc limit 1), m.text) end, ${MOST_TEXT}) as text,
        row_number() over (order by m.sent_at, m.id) as from_first, row_number() over (order by m.sent_at desc, m.id desc) as from_last
      from messages m
      where m.org_id = ${org_id} and m.conversation_id = ${conversation_id} and ${says()}
        and not exists (select from messages r where r.org_id = m.org_id and r.channel_id = m.channel_id and r.target = m.wa_message_id and r.type = 'revoke')
    )
    select id, direction, sent_at, text from said where from_first <= ${FIRST} or from_last <= ${LAST} order by sent_at, id`.execute(
    db,
  )
  return rows.map(({ id, direction, text, sent_at }, i) => ({
    n: i + 1,
    from: direction === 'in' ? 'customer' : 'agent',
    text,
    message_id: id,
    sent_at,
  }))
}

async function tagsFor(
  db: Db,
  { org_id, agent_id }: Which,
  contactId: string,
): Promise<Pick<Reading, 'carried' | 'takenOff'>> {
  const { rows: carried } = await sql<Reading['carried'][number]>`
    select t.id, t.name, a.added_actor_kind = 'ai_agent' and a.added_actor_id = ${agent_id} as own
    from tag_assignments a join tags t on t.org_id = a.org_id and t.id = a.tag_id
    where a.org_id = ${org_id} and a.contact_id = ${contactId} and a.removed_at is null and t.deleted_at is null order by t.name, t.id`.execute(
    db,
  )
  const { rows: gone } = await sql<Reading['takenOff'][number]>`
    select id, name from (
      select distinct on (t.id) t.id, t.name, a.removed_at
      from tag_assignments a join tags t on t.org_id = a.org_id and t.id = ${leadsTo('a')}
      where a.org_id = ${org_id} and a.contact_id = ${contactId} and ${takenOff} and t.deleted_at is null
        and not exists (select from tag_assignments b where b.org_id = a.org_id and b.contact_id = a.contact_id and ${leadsTo('b')} = t.id and b.removed_at is null)
      order by t.id, a.removed_at desc) gone
    order by removed_at desc limit ${TAKEN_OFF}`.execute(db)
  return { carried, takenOff: gone }
}

/** The tags that AIs may use. */
async function catalogOf(db: Db, orgId: string): Promise<CatalogTag[]> {
  const { rows } = await sql<CatalogTag>`
    select id, name, description from tags where org_id = ${orgId} and deleted_at is null and ai_mode <> 'off' order by name, id`.execute(
    db,
  )
  return rows
}
