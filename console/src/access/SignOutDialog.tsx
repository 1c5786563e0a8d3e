// Asks before signing out loses what was typed.
import { m } from '../paraglide/messages.js'
import { ConfirmDialog } from '../ui/ConfirmDialog.tsx'

interface SignOutDialogProps {
  confirming: boolean
  onConfirm: () => void
  onClose: () => void
}

export function SignOutDialog({ confirming, onConfirm, onClose }: SignOutDialogProps) {
  return (
    <ConfirmDialog
      title={m.sign_out_unsent_title()}
      confirmLabel={m.sign_out()}
      danger
      confirming={confirming}
      failure={null}
      onConfirm={onConfirm}
      onClose={onClose}
    >
      <p>{m.sign_out_unsent_text()}</p>
    </ConfirmDialog>
  )
}
