// Clear test contacts: how many are erased, and that it is for good.
import { useOrganization } from '../access/queries.ts'
import { formatCount } from '../lib/numbers.ts'
import { m } from '../paraglide/messages.js'
import { ConfirmDialog } from '../ui/ConfirmDialog.tsx'
import { tell } from '../ui/toasts.ts'
import { useClearTestPhone } from './queries.ts'

/** The list that is counted here holds at most so many. */
const MOST = 200

interface ClearDialogProps {
  count: number
  onClose: () => void
  onCleared: () => void
}

export function ClearDialog({ count, onClose, onCleared }: ClearDialogProps) {
  const organization = useOrganization()
  const clear = useClearTestPhone(organization.slug)
  const many = count >= MOST
  const words = { count, shown: formatCount(count) }
  return (
    <ConfirmDialog
      title={m.test_clear_title()}
      confirmLabel={many ? m.test_clear_submit_many() : m.test_clear_submit(words)}
      danger
      confirming={clear.isPending}
      failure={clear.error}
      onConfirm={() =>
        clear.mutate(undefined, {
          onSuccess: (erased) => {
            tell(m.test_cleared({ count: erased.count, shown: formatCount(erased.count) }))
            onClose()
            onCleared()
          },
        })
      }
      onClose={onClose}
    >
      <p>{many ? m.test_clear_text_many({ shown: words.shown }) : m.test_clear_text(words)}</p>
      <p>{m.test_clear_undo()}</p>
    </ConfirmDialog>
  )
}
