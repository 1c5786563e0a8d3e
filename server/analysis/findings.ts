// What becomes of the tags that an AI found for a contact: put on, suggested, or held back. For every AI.
import { sql } from 'kysely'
import type { Actor } from '../access/actor.ts'
import { recordEvents } from '../events/events.ts'
import type { Tx } from '../lib/db.ts'
import { newId } from '../lib/ids.ts'
import { heldBack } from '../tags/held-back.ts'
import { changeTags } from '../tags/tagging.ts'
import { leadsTo } from '../tags/resolving.ts'
import { sourceOf } from '../tags/rules.ts'
import { evidenceAt, forgetTakenOff } from './suggestions.ts'
import type { TranscriptTurn } from './transcript.ts'
import { raised, trustOf, UNTRIED, type Trust } from './trust.ts'

/** A tag that an AI found, with what speaks for it. */
export interface Finding {
  /** Its id. */
  tag: string
  /** From 0 to 1. */
  confidence: number
  evidence: TranscriptTurn
  /** In the AI's words, one sentence; it is shown, so it must have been bounded and checked. */
  reason: string | null
}

/** In which conversation, and how, they were found. */
export interface FindingRun {
  contactId: string
  conversationId: string
  /** The model, or the built-in classifier: kept with each tag. */
  engine: string
  /** What the history names as the occasion. */
  reason: 'analysis' | 'agent'
  /** A message talked to whoever tags: everything is suggested only. */
  guarded: boolean
}

export type Outcome = 'applied' | 'suggested' | 'held_back' | 'refused'

interface TagRow {
  id: string
  ai_mode: 'off' | 'suggest' | 'apply'
  ai_threshold: number
}

/**
 * Puts on what the tag's mode and threshold allow, and suggests the rest; of a tag that people took off too often lately
 * the threshold is higher; answers what became of each finding. A tag that a
 * person or another system took off stays off, unless the evidence is newer; one that is on stays as it is (held_back). A tag
 * that is not in the catalog, that AIs may not use, or whose evidence no customer wrote, is refused. The contact must be locked.
 */
export async function decideOn(
  tx: Tx,
  actor: Actor,
  run: FindingRun,
  findings: readonly Finding[],
): Promise<Outcome[]> {
  const tags = await stillAllowed(tx, actor.org_id, findings)
  const trust = await trustOf(tx, actor.org_id, [...tags.keys()])
  const on = await tagsOn(tx, actor.org_id, run.contactId)
  const outcomes: Outcome[] = []
  for (const finding of findings) {
    const tag = tags.get(finding.tag)
    if (tag === undefined || finding.evidence.from !== 'customer') outcomes.push('refused')
    else if (on.has(tag.id) || (await isHeldBack(tx, actor, run.contactId, finding))) outcomes.push('held_back')
    else if (tag.ai_mode === 'apply' && finding.confidence >= thresholdOf(tag, trust) && !run.guarded) {
      await apply(tx, actor, run, finding)
      outcomes.push('applied')
    } else outcomes.push((await suggest(tx, actor, run, finding)) ? 'suggested' : 'held_back')
  }
  if (outcomes.includes('suggested'))
    await recordEvents(tx, actor, [{ kind: 'suggestions.changed', contact_id: run.contactId }])
  return outcomes
}

const thresholdOf = ({ id, ai_threshold }: TagRow, trust: ReadonlyMap<string, Trust>): number =>
  raised(ai_threshold, trust.get(id) ?? UNTRIED)

/** The tags among those found that are in the catalog now, and that AIs may use. */
async function stillAllowed(tx: Tx, orgId: string, findings: readonly Finding[]): Promise<Map<string, TagRow>> {
  const { rows } = await sql<TagRow>`
    select id, ai_mode, ai_threshold from tags
    where org_id = ${orgId} and id = any(${findings.map(({ tag }) => tag)}::uuid[]) and deleted_at is null and ai_mode <> 'off'`.execute(
    tx,
  )
  return new Map(rows.map((row) => [row.id, row]))
}

async function tagsOn(tx: Tx, orgId: string, contactId: string): Promise<Set<string>> {
  const { rows } = await sql<{ tag_id: string }>`
    select ${leadsTo('a')} as tag_id from tag_assignments a where a.org_id = ${orgId} and a.contact_id = ${contactId} and a.removed_at is null`.execute(
    tx,
  )
  return new Set(rows.map(({ tag_id }) => tag_id))
}

/** Taken off, or rejected, by a person after the evidence was written. */
async function isHeldBack(tx: Tx, actor: Actor, contactId: string, { tag, evidence }: Finding): Promise<boolean> {
  if ((await heldBack(tx, actor, [contactId], [tag], evidence.sent_at)).length > 0) return true
  const { rows } = await sql`
    select from suggestions s join conversations v on v.org_id = s.org_id and v.id = s.conversation_id
    where s.org_id = ${actor.org_id} and v.contact_id = ${contactId} and ${leadsTo('s')} = ${tag} and s.state = 'rejected' and s.decided_at >= ${evidence.sent_at}
    limit 1`.execute(tx)
  return rows.length > 0
}

async function apply(
  tx: Tx,
  actor: Actor,
  run: FindingRun,
  { tag, confidence, evidence, reason }: Finding,
): Promise<void> {
  const why = {
    reason: run.reason,
    conversation_id: run.conversationId,
    message_id: evidence.message_id,
    confidence,
    engine: run.engine,
    evidence_at: evidence.sent_at,
    ...(reason === null ? {} : { words: reason }),
  }
  await changeTags(tx, actor, [run.contactId], { add: [tag], why })
}

/** Suggests it once for a contact, by the newest that speaks for it; answers whether this is new. */
async function suggest(
  tx: Tx,
  actor: Actor,
  { contactId, conversationId, engine }: FindingRun,
  { tag, confidence, evidence, reason }: Finding,
): Promise<boolean> {
  const of = sql`s.org_id = ${actor.org_id} and v.contact_id = ${contactId} and ${leadsTo('s')} = ${tag} and s.state = 'open'`
  await forgetTakenOff(tx, actor.org_id, [contactId], [tag])
  const { rows: open } = await sql<{ id: string; older: boolean }>`
    select s.id, ${evidenceAt} < ${evidence.sent_at} as older from suggestions s join conversations v on v.org_id = s.org_id and v.id = s.conversation_id
    where ${of} order by s.conversation_id = ${conversationId} desc, s.id desc`.execute(tx)
  if (open.some(({ older }) => !older)) return false
  if (open[0] !== undefined) {
    await sql`
      update suggestions set conversation_id = ${conversationId}, message_id = ${evidence.message_id}, confidence = ${confidence},
        engine = ${engine}, reason = ${reason}, source = ${sourceOf(actor)}
      where org_id = ${actor.org_id} and id = ${open[0].id}`.execute(tx)
    return true
  }
  await sql`
    insert into suggestions (org_id, id, conversation_id, tag_id, message_id, confidence, engine, reason, source)
    values (${actor.org_id}, ${newId()}, ${conversationId}, ${tag}, ${evidence.message_id}, ${confidence}, ${engine}, ${reason}, ${sourceOf(actor)})`.execute(
    tx,
  )
  return true
}
