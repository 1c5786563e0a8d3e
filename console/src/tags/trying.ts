// What trying a tag on closed conversations comes to, contact by contact.
import type { Tried } from '../../../server/analysis/trying-schema.ts'

/** A contact with the conversation that speaks for it, or spoke for it before. */
export interface TriedContact {
  id: string
  name: string | null
  phone: string | null
  username: string | null
  confidence: number
  evidence: NonNullable<Tried['after']>['evidence']
  /** Why, by whom. */
  reason: string | null
  engine: string
}

export interface TriedSummary {
  /** Would get the tag, and do not carry it. */
  gains: TriedContact[]
  /** Carry it by an AI, and would no longer get it: by the saved description they do. */
  losses: TriedContact[]
  /** Would only be suggested. */
  suggested: TriedContact[]
  /** Would get it, and carry it already. */
  kept: number
  /** A person took it off, or rejected it, after what speaks for it. */
  heldBack: number
}

/**
 * A contact with several conversations counts once: one that gives the tag is enough. What people or other systems put on
 * is never a loss.
 */
export function summaryOf(tried: readonly Tried[]): TriedSummary {
  const summary: TriedSummary = { gains: [], losses: [], suggested: [], kept: 0, heldBack: 0 }
  for (const group of Map.groupBy(tried, ({ contact }) => contact.id).values()) {
    const applied = group.filter(({ after }) => after?.outcome === 'apply')
    const { carries } = group[0]!
    if (carries !== null) {
      const spoke = group.find(({ before }) => before?.outcome === 'apply')
      if (applied.length > 0) summary.kept++
      else if (spoke !== undefined && byAi(carries)) summary.losses.push(contactOf(spoke, spoke.before!))
      continue
    }
    const free = group.filter(({ held_back, after }) => !held_back && after !== null)
    const gain = free.find(({ after }) => after!.outcome === 'apply')
    if (gain !== undefined) summary.gains.push(contactOf(gain, gain.after!))
    else if (free.length > 0) summary.suggested.push(contactOf(free[0]!, free[0]!.after!))
    else if (group.some(({ after }) => after !== null)) summary.heldBack++
  }
  return summary
}

const byAi = (source: Tried['carries']) => source === 'ai_tool' || source === 'ai_auto_close'

const contactOf = ({ contact }: Tried, verdict: NonNullable<Tried['after']>): TriedContact => {
  const { confidence, evidence, reason, engine } = verdict
  return { ...contact, confidence, evidence, reason, engine }
}
