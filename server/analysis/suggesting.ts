// Tags that an AI agent's key asks for and that AIs may only suggest: they wait for people, beside the contact's conversation.
import { sql } from 'kysely'
import type { Actor } from '../access/actor.ts'
import { recordEvents } from '../events/events.ts'
import type { Tx } from '../lib/db.ts'
import { Problem } from '../lib/errors.ts'
import { newId } from '../lib/ids.ts'
import { aiModesOf, refuseOff } from '../tags/ai-modes.ts'
import { lockContacts, type Pair } from '../tags/carried.ts'
import type { NamedEvidence } from '../tags/named-evidence.ts'
import { refusePuttingBack } from '../tags/putting-back.ts'
import { catalogTags, leadsTo } from '../tags/resolving.ts'
import { sourceOf } from '../tags/rules.ts'
import type { TagChip } from '../tags/schema.ts'
import { forgetTakenOff } from './suggestions.ts'

/**
 * Of the tags that an AI would put on these contacts, suggests those that AIs may only suggest, and answers the others, which
 * are still to be put on. What waits for a decision already, or is on, stays as it is. Refuses all when AIs may not use a tag,
 * when a person took a tag off after the evidence or rejected it after that (without evidence, after the customer's last message), or when a contact has no conversation in
 * which people would find the suggestion.
 */
export async function suggestInstead(
  tx: Tx,
  actor: Actor,
  contactIds: readonly string[],
  tagIds: readonly string[],
  evidence: NamedEvidence | undefined,
): Promise<{ put: string[]; asked: TagChip[]; suggested: Pair[] }> {
  const { add, chips } = await catalogTags(tx, actor.org_id, { add: tagIds })
  const modes = await aiModesOf(tx, actor.org_id, add)
  refuseOff(modes.values())
  const only = add.filter((id) => modes.get(id)!.ai_mode === 'suggest')
  const put = add.filter((id) => !only.includes(id))
  if (only.length === 0) return { put, asked: [], suggested: [] }
  const { ids } = await lockContacts(tx, actor, contactIds, only)
  await refusePuttingBack(tx, actor, ids, only, evidence)
  await forgetTakenOff(tx, actor.org_id, ids, only)
  const wanted = await wantedOf(tx, actor, ids, only, evidence)
  refuseWithout(wanted)
  const suggested = await insert(tx, actor, wanted, evidence)
  return { put, asked: only.map((id) => chips.get(id)!), suggested }
}

interface Wanted extends Pair {
  name: string
  contact: string | null
  conversation_id: string | null
  rejected: boolean
}

/** The pairs that are neither on nor waiting, each with the conversation of the evidence, otherwise the contact's latest. */
async function wantedOf(
  tx: Tx,
  actor: Actor,
  contactIds: string[],
  tagIds: string[],
  evidence: NamedEvidence | undefined,
): Promise<Wanted[]> {
  const { rows } = await sql<Wanted>`
    select c.id as contact_id, t.id as tag_id, t.name, coalesce(c.display_name, c.phone) as contact, coalesce(${evidence?.conversation_id ?? null}::uuid, latest.id) as conversation_id,
      exists (select from suggestions s join conversations v on v.org_id = s.org_id and v.id = s.conversation_id
        where s.org_id = c.org_id and v.contact_id = c.id and ${leadsTo('s')} = t.id and s.state = 'rejected'
          and s.decided_at >= coalesce(${evidence?.evidence_at ?? null}::timestamptz, written.at, '-infinity')) as rejected
    from contacts c
    join tags t on t.org_id = c.org_id and t.id = any(${tagIds}::uuid[])
    left join lateral (select v.id from conversations v where v.org_id = c.org_id and v.contact_id = c.id
      order by v.opened_at desc, v.id desc limit 1) latest on true
    left join lateral (select m.sent_at as at from messages m where m.org_id = c.org_id and m.contact_id = c.id and m.direction = 'in'
      order by m.sent_at desc, m.id desc limit 1) written on true
    where c.org_id = ${actor.org_id} and c.id = any(${contactIds}::uuid[]) and not (c.tag_ids @> array[t.id])
      and not exists (select from suggestions s join conversations v on v.org_id = s.org_id and v.id = s.conversation_id
        where s.org_id = c.org_id and v.contact_id = c.id and ${leadsTo('s')} = t.id and s.state = 'open')
    order by c.id, t.id`.execute(tx)
  return rows
}

function refuseWithout(wanted: readonly Wanted[]): void {
  const data = ({ tag_id, name, contact_id }: Wanted) => ({ tag_id, name, contact_id })
  const rejected = wanted.find((each) => each.rejected)
  if (rejected !== undefined)
    throw new Problem(
      'forbidden',
      `A person rejected the tag “${rejected.name}” for ${rejected.contact ?? 'this contact'}. An AI can suggest it again when the customer has written something newer.`,
      { reason: 'suggestion_rejected', data: data(rejected) },
    )
  const silent = wanted.find((each) => each.conversation_id === null)
  if (silent !== undefined)
    throw new Problem(
      'conflict',
      `AIs may only suggest the tag “${silent.name}”, and ${silent.contact ?? 'this contact'} has had no conversation in which people would find a suggestion. Leave the contact out, or ask a person.`,
      { reason: 'no_conversation_to_suggest', data: data(silent) },
    )
}

async function insert(
  tx: Tx,
  actor: Actor,
  wanted: readonly Wanted[],
  evidence: NamedEvidence | undefined,
): Promise<Pair[]> {
  if (wanted.length === 0) return []
  await sql`
    insert into suggestions (org_id, id, conversation_id, tag_id, message_id, confidence, engine, source)
    select ${actor.org_id}, s.id, s.conversation_id, s.tag_id, ${evidence?.message_id ?? null}::uuid, null, ${actor.name}, ${sourceOf(actor)}
    from unnest(${wanted.map(() => newId())}::uuid[], ${wanted.map((each) => each.conversation_id)}::uuid[],
      ${wanted.map((each) => each.tag_id)}::uuid[]) as s (id, conversation_id, tag_id)`.execute(tx)
  const contacts = new Set(wanted.map((each) => each.contact_id))
  await recordEvents(
    tx,
    actor,
    [...contacts].map((contact_id) => ({ kind: 'suggestions.changed', contact_id })),
  )
  return wanted.map(({ contact_id, tag_id }) => ({ contact_id, tag_id }))
}
