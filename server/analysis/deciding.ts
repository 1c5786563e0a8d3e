// What becomes of the tags that an analysis found: put on, suggested, or held back.
import { sql } from 'kysely'
import type { Actor } from '../access/actor.ts'
import { recordEvents } from '../events/events.ts'
import type { Judged, Judgement } from '../classifier/classifier.ts'
import type { Tx } from '../lib/db.ts'
import { newId } from '../lib/ids.ts'
import { heldBack } from '../tags/held-back.ts'
import { changeTags } from '../tags/tagging.ts'
import type { TranscriptTurn } from './transcript.ts'

export const BUILT_IN = { id: 'built-in', name: 'Built-in classifier' }

const actorOf = (orgId: string): Actor => ({ kind: 'ai_auto_close', org_id: orgId, ...BUILT_IN })

/** An analysis that somebody works on: the attempt is its claim. */
export type Taken = { org_id: string; conversation_id: string; attempts: number }

interface TagRow {
  id: string
  ai_mode: 'off' | 'suggest' | 'apply'
  ai_threshold: number
}

/**
 * Writes down what was found, once: nothing when somebody else has done it meanwhile. A tag that a person or another system
 * took off stays off, unless the evidence is newer; one that is on stays as it is. With a message that talked to the tagger,
 * everything is suggested only.
 */
export async function writeDown(
  tx: Tx,
  taken: Taken,
  judged: Judged,
  transcript: readonly TranscriptTurn[],
): Promise<void> {
  const contactId = await lockTaken(tx, taken)
  if (contactId === null) return
  const actor = actorOf(taken.org_id)
  const guarded = judged.talking.length > 0
  const tags = await stillAllowed(tx, taken.org_id, judged.judgements)
  const on = await tagsOn(tx, taken.org_id, contactId)
  const counts = { applied: 0, suggested: 0, held_back: 0 }
  for (const judgement of judged.judgements) {
    const tag = tags.get(judgement.tag)
    const evidence = transcript.find(({ n }) => n === judgement.evidence)
    if (tag === undefined || evidence?.from !== 'customer') continue
    const held = on.has(tag.id) || (await isHeldBack(tx, actor, contactId, tag.id, evidence))
    if (held) counts.held_back++
    else if (tag.ai_mode === 'apply' && judgement.confidence >= tag.ai_threshold && !guarded) {
      await apply(tx, actor, contactId, taken, judgement, evidence)
      counts.applied++
    } else if (await suggest(tx, taken, judgement, evidence)) counts.suggested++
  }
  if (counts.suggested > 0) await recordEvents(tx, actor, [{ kind: 'suggestions.changed', contact_id: contactId }])
  await sql`
    update analyses set state = 'done', finished_at = now(), engine = ${BUILT_IN.id}, guarded = ${guarded},
      applied = ${counts.applied}, suggested = ${counts.suggested}, held_back = ${counts.held_back}
    where org_id = ${taken.org_id} and conversation_id = ${taken.conversation_id}`.execute(tx)
}

/** Locks the contact, as every change of tags does, then the analysis; null when it is not this attempt's any more. */
async function lockTaken(tx: Tx, { org_id, conversation_id, attempts }: Taken): Promise<string | null> {
  const { rows } = await sql<{ contact_id: string }>`
    select c.id as contact_id from conversations v join contacts c on c.org_id = v.org_id and c.id = v.contact_id
    where v.org_id = ${org_id} and v.id = ${conversation_id} for no key update of c`.execute(tx)
  const contactId = rows[0]?.contact_id
  if (contactId === undefined) return null
  const { rows: mine } = await sql`
    select from analyses where org_id = ${org_id} and conversation_id = ${conversation_id} and state = 'waiting' and attempts = ${attempts}
    for update`.execute(tx)
  return mine.length === 0 ? null : contactId
}

/** The tags among those found that are in the catalog now, and that AIs may use. */
async function stillAllowed(tx: Tx, orgId: string, judgements: readonly Judgement[]): Promise<Map<string, TagRow>> {
  const { rows } = await sql<TagRow>`
    select id, ai_mode, ai_threshold from tags
    where org_id = ${orgId} and id = any(${judgements.map(({ tag }) => tag)}::uuid[]) and deleted_at is null and ai_mode <> 'off'`.execute(
    tx,
  )
  return new Map(rows.map((row) => [row.id, row]))
}

async function tagsOn(tx: Tx, orgId: string, contactId: string): Promise<Set<string>> {
  const { rows } = await sql<{ tag_id: string }>`
    select tag_id from tag_assignments where org_id = ${orgId} and contact_id = ${contactId} and removed_at is null`.execute(
    tx,
  )
  return new Set(rows.map(({ tag_id }) => tag_id))
}

/** Taken off, or rejected, by a person after the evidence was written. */
async function isHeldBack(
  tx: Tx,
  actor: Actor,
  contactId: string,
  tagId: string,
  evidence: TranscriptTurn,
): Promise<boolean> {
  if ((await heldBack(tx, actor, [contactId], [tagId], evidence.sent_at)).length > 0) return true
  const { rows } = await sql`
    select from suggestions s join conversations v on v.org_id = s.org_id and v.id = s.conversation_id
    where s.org_id = ${actor.org_id} and v.contact_id = ${contactId} and s.tag_id = ${tagId} and s.state = 'rejected' and s.decided_at >= ${evidence.sent_at}
    limit 1`.execute(tx)
  return rows.length > 0
}

async function apply(
  tx: Tx,
  actor: Actor,
  contactId: string,
  { conversation_id }: Taken,
  { tag, confidence }: Judgement,
  { message_id, sent_at }: TranscriptTurn,
): Promise<void> {
  const why = { reason: 'analysis', conversation_id, message_id, confidence, engine: BUILT_IN.id, evidence_at: sent_at }
  await changeTags(tx, actor, [contactId], { add: [tag], why })
}

/** Suggests it once for a contact; answers whether it is new. */
async function suggest(
  tx: Tx,
  taken: Taken,
  { tag, confidence }: Judgement,
  { message_id }: TranscriptTurn,
): Promise<boolean> {
  const { rows } = await sql`
    insert into suggestions (org_id, id, conversation_id, tag_id, message_id, confidence, engine)
    select ${taken.org_id}, ${newId()}, ${taken.conversation_id}, ${tag}, ${message_id}, ${confidence}, ${BUILT_IN.id}
    where not exists (
      select from suggestions s join conversations v on v.org_id = s.org_id and v.id = s.conversation_id
        join conversations mine on mine.org_id = v.org_id and mine.contact_id = v.contact_id
      where s.org_id = ${taken.org_id} and mine.id = ${taken.conversation_id} and s.tag_id = ${tag} and s.state = 'open')
    on conflict do nothing
    returning id`.execute(tx)
  return rows.length > 0
}
