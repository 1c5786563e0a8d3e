// Tells whoever started something in the background how it ended, and offers the way back.
import { useEffect } from 'react'
import type { Operation } from '../../../server/operations/schema.ts'
import { useOrganization } from '../access/queries.ts'
import { tell, tellFailure } from '../ui/toasts.ts'
import { tellUndoable } from '../ui/undo-toast.tsx'
import { isUnderWay, startedHere } from './latest.ts'
import { useUndoOperation } from './queries.ts'
import { endWords } from './words.ts'

export function OperationEnds({ operations }: { operations: readonly Operation[] }) {
  const organization = useOrganization()
  const { mutate: undo } = useUndoOperation(organization.slug)

  useEffect(() => {
    const mine = startedHere.ids()
    for (const operation of operations ?? []) {
      if (isUnderWay(operation) || !mine.includes(operation.id)) continue
      startedHere.remove(operation.id)
      if (!isShown(operation)) tellEnd(operation, undo)
    }
  }, [operations, undo])
  return null
}

/** A dialog that shows the operation tells of its end itself. */
const isShown = ({ id }: Operation): boolean => document.querySelector(`[data-operation="${id}"]`) !== null

function tellEnd(operation: Operation, undo: (id: string) => void): void {
  if (operation.status === 'failed') tellFailure(endWords(operation))
  else if (operation.can_undo) tellUndoable(operation.id, endWords(operation), () => undo(operation.id))
  else tell(endWords(operation))
}
