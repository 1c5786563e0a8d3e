// What an AI agent that works behind the scenes did with a closed conversation, for its page.
import type { Outcome } from '../analysis/findings.ts'
import type { Tx } from '../lib/db.ts'
import type { ModelReason } from '../models/schema.ts'
import { tagAct, writeActs } from './acts.ts'
import { failureOf } from './failures.ts'

/** More that could not be taken are not worth a line each. */
const MOST_REFUSED = 20

/** What its model found in a conversation, and what became of it. */
export interface ClosedReading {
  tags: readonly { tag: string; outcome: Outcome }[]
  /** Of the model's answer: what could not be taken. */
  refused: number
  guarded: boolean
  /** Why the model did not read it: another engine did. */
  fallback: ModelReason | null
}

export async function writeReading(
  tx: Tx,
  where: Parameters<typeof writeActs>[1],
  { tags, refused, guarded, fallback }: ClosedReading,
): Promise<void> {
  if (fallback !== null) return writeActs(tx, where, [{ kind: 'failed', reason: failureOf(fallback).reason }])
  await writeActs(tx, where, [
    { kind: 'read' },
    ...Array.from({ length: Math.min(refused, MOST_REFUSED) }, () => ({ kind: 'refused' as const })),
    ...tags.map(({ tag, outcome }) => tagAct(tag, outcome, { guarded })),
  ])
}
