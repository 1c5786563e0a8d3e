// Writing down an analysis: what becomes of the tags that it found, and how many of each.
import { sql } from 'kysely'
import type { Actor } from '../access/actor.ts'
import { writeReading } from '../ai-agents/behind.ts'
import type { Tx } from '../lib/db.ts'
import type { ModelReason } from '../models/schema.ts'
import { decideOn, type Finding, type Outcome } from './findings.ts'
import type { TranscriptTurn } from './transcript.ts'

/** Who analysed: kept with each tag, by its name, and `engine` is what people know it by. */
export interface Engine {
  id: string
  name: string
  engine: string
}

export const BUILT_IN: Engine = { id: 'built-in', name: 'Built-in classifier', engine: 'built-in' }

/** What an engine found, with the numbers of messages as evidence. */
export interface Found {
  judgements: readonly { tag: string; confidence: number; evidence: number; reason?: string | null }[]
  /** The messages that talked to the tagger. */
  talking: readonly number[]
  /** Of a language model's answer: what could not be taken. */
  refused?: number
}

/** An analysis that somebody works on: the attempt is its claim. */
export type Taken = { org_id: string; conversation_id: string; attempts: number; fallback: ModelReason | null }

interface How {
  transcript: readonly TranscriptTurn[]
  by: Engine
  /** The AI agent behind the scenes that it was for. */
  agentId: string | null
  /** Why another engine did it than the one that was chosen. */
  fallback: ModelReason | null
}

/**
 * Writes down what was found, once: nothing when somebody else has done it meanwhile. A tag that a person or another system
 * took off stays off, unless the evidence is newer; one that is on stays as it is. With a message that talked to the tagger,
 * everything is suggested only.
 */
export async function writeDown(
  tx: Tx,
  taken: Taken,
  { judgements, talking, refused = 0 }: Found,
  { transcript, by, agentId, fallback }: How,
): Promise<void> {
  const contactId = await lockTaken(tx, taken)
  if (contactId === null) return
  const actor: Actor = { kind: 'ai_auto_close', org_id: taken.org_id, id: by.id, name: by.name }
  const guarded = talking.length > 0
  const run = {
    contactId,
    conversationId: taken.conversation_id,
    engine: by.engine,
    reason: 'analysis',
    guarded,
  } as const
  const findings = judgements.flatMap(({ tag, confidence, evidence: n, reason = null }): Finding[] => {
    const evidence = transcript.find((turn) => turn.n === n)
    return evidence === undefined ? [] : [{ tag, confidence, evidence, reason }]
  })
  const outcomes = await decideOn(tx, actor, run, findings)
  const count = (outcome: Outcome) => outcomes.filter((each) => each === outcome).length
  await sql`
    update analyses set state = 'done', finished_at = now(), engine = ${by.engine}, fallback = ${fallback}, guarded = ${guarded},
      applied = ${count('applied')}, suggested = ${count('suggested')}, held_back = ${count('held_back')},
      refused = ${refused + count('refused')}
    where org_id = ${taken.org_id} and conversation_id = ${taken.conversation_id}`.execute(tx)
  if (agentId !== null) {
    const tags = findings.map(({ tag }, i) => ({ tag, outcome: outcomes[i]! }))
    const where = { org_id: taken.org_id, agent_id: agentId, conversation_id: taken.conversation_id }
    await writeReading(tx, where, { tags, refused, guarded, fallback })
  }
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
