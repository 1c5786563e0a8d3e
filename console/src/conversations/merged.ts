// A conversation that went into another one when their contacts were merged, as the server tells it.
import { isProblem } from '../lib/api.ts'

/** The conversation in which it goes on; null where that is not why it is not there. */
export function mergedInto(error: unknown): string | null {
  if (!isProblem(error, 404) || error.reason !== 'conversation_merged') return null
  const into = error.data['merged_into']
  return typeof into === 'string' ? into : null
}

/** It is there no more, and goes on nowhere: it was erased with its contact, or never was. */
export const isGone = (error: unknown): boolean => isProblem(error, 404) && mergedInto(error) === null
