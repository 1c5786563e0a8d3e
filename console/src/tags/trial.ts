// A trial of a tag as far as it has come, and whether it can go on from there.
import type { tryTag } from '../../../server/analysis/trying-schema.ts'
import type { RouteArgs, RouteOk } from '../../../server/lib/route.ts'

export type TrialBody = RouteArgs<typeof tryTag>['body']
type Answer = RouteOk<typeof tryTag>

export interface Trial {
  /** What was written when it was begun. */
  draft: string
  wanted: number
  engine: TrialBody['engine']
  read: number
  tried: Answer['tried']
  /** Whose judgements these are. */
  judgedBy: readonly string[]
  /** After the last conversation that was read; null before the newest. */
  cursor: Answer['next_cursor']
  /** Why a language model did not go on. */
  failed: Answer['failed']
  state: 'reading' | 'waiting' | 'done' | 'stopped'
  error: unknown
}

export const begun = (draft: string, wanted: number, engine: TrialBody['engine']): Trial => ({
  draft,
  wanted,
  engine,
  read: 0,
  tried: [],
  judgedBy: [],
  cursor: null,
  failed: null,
  state: 'reading',
  error: null,
})

/** With what a call came to. */
export function withAnswer(trial: Trial, answer: Answer): Trial {
  const read = trial.read + answer.read
  const isDone = answer.next_cursor === null || read >= trial.wanted
  return {
    ...trial,
    read,
    tried: [...trial.tried, ...answer.tried],
    judgedBy: [...new Set([...trial.judgedBy, ...answer.judged_by])],
    cursor: answer.next_cursor,
    failed: answer.failed,
    state: answer.failed !== null ? 'stopped' : isDone ? 'done' : 'reading',
  }
}

/** Stopped after something was read, and what is asked for is still the same. */
export const canGoOn = (trial: Trial, draft: string, wanted: number): boolean =>
  trial.state === 'stopped' && trial.cursor !== null && trial.draft === draft && trial.wanted === wanted

/** From where it stopped, with what was read. */
export const goneOn = (trial: Trial): Trial => ({ ...trial, failed: null, error: null, state: 'reading' })
