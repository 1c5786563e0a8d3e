// What the address of the conflicts carries: which of them are shown.

/** Without it, those open. */
export interface ConflictSearch {
  status?: 'decided'
}

export const readConflictSearch = (given: Record<string, unknown>): ConflictSearch =>
  given['status'] === 'decided' ? { status: 'decided' } : {}
