// The secret of a webhook, shown once.
import { m } from '../paraglide/messages.js'
import { LinkDialog } from '../ui/LinkDialog.tsx'

interface SigningSecretDialogProps {
  title: string
  secret: string
  onClose: () => void
}

export const SigningSecretDialog = ({ title, secret, onClose }: SigningSecretDialogProps) => (
  <LinkDialog title={title} url={secret} what={m.webhook_secret()} onClose={onClose}>
    <p>{m.webhook_secret_text()}</p>
  </LinkDialog>
)
