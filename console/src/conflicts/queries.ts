// What the conflict screens write: a decision and its undoing.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type {
  Conflict,
  ConflictDecision,
  decideConflict,
  undoConflictDecision,
} from '../../../server/contacts/conflicts-schema.ts'
import { contactKeys } from '../contacts/queries.ts'
import { call, isProblem } from '../lib/api.ts'
import { m } from '../paraglide/messages.js'
import { tell, tellFailure } from '../ui/toasts.ts'
import { tellUndoable, withdrawUndo } from '../ui/undo-toast.tsx'
import { conflictKeys, conflictsQuery } from './listing.ts'

/**
 * Decides a conflict, takes its card away and offers the way back. That it is no longer as it was shown is said, and
 * what is there is read again. `onGone` is called when the conflict leaves the open ones.
 */
export function useDecideConflict(organization: string, onGone: () => void) {
  const queryClient = useQueryClient()
  const undo = useUndoDecision(organization)
  const refresh = useRefresh(organization)
  return useMutation({
    mutationFn: ({ conflict, decision }: { conflict: Conflict; decision: ConflictDecision }) =>
      call<typeof decideConflict>('post', '/v1/conflicts/{id}/decision', {
        organization,
        params: { id: conflict.id },
        body: { decision },
      }),
    onSuccess: (_, { conflict, decision }) => {
      queryClient.setQueryData(conflictsQuery(organization, 'open').queryKey, (before) => {
        if (!before) return before
        const conflicts = before.conflicts.filter((each) => each.id !== conflict.id)
        return { conflicts, open_count: before.open_count - (before.conflicts.length - conflicts.length) }
      })
      tellUndoable(conflict.id, doneWords(decision), () => undo.mutate(conflict))
      onGone()
    },
    onError: (error) => {
      if (!isFinal(error)) return
      tellFailure(m.conflict_not_decided(), error)
      onGone()
    },
    onSettled: refresh,
  })
}

/** Takes a decision back. `onGone` is called when the conflict leaves the decided ones. */
export function useUndoDecision(organization: string, onGone?: () => void) {
  const refresh = useRefresh(organization)
  return useMutation({
    mutationFn: ({ id }: Pick<Conflict, 'id'>) =>
      call<typeof undoConflictDecision>('delete', '/v1/conflicts/{id}/decision', { organization, params: { id } }),
    onSuccess: (_, { id }) => {
      withdrawUndo(id)
      tell(m.undone())
      onGone?.()
    },
    onError: (error) => tellFailure(m.undo_failed(), error),
    onSettled: refresh,
  })
}

/** Whether trying the same again cannot help, because the conflict is no longer as it was shown. */
export const isFinal = (error: unknown): boolean => isProblem(error, 409) || isProblem(error, 404)

function useRefresh(organization: string) {
  const queryClient = useQueryClient()
  return () => {
    void queryClient.invalidateQueries({ queryKey: contactKeys.all(organization) })
    void queryClient.invalidateQueries({ queryKey: ['tags', organization] })
    void queryClient.invalidateQueries({ queryKey: ['test-phone', organization] })
    void queryClient.invalidateQueries({ queryKey: conflictKeys.all(organization) })
  }
}

const doneWords = (decision: ConflictDecision): string =>
  ({ merged: m.conflict_merged, same_person: m.conflict_same_person_done, kept_apart: m.conflict_kept_apart })[
    decision
  ]()
