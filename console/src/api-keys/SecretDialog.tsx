// A new key, shown once.
import { m } from '../paraglide/messages.js'
import { LinkDialog } from '../ui/LinkDialog.tsx'

interface SecretDialogProps {
  title: string
  secret: string
  onClose: () => void
}

export const SecretDialog = ({ title, secret, onClose }: SecretDialogProps) => (
  <LinkDialog title={title} url={secret} what={m.api_key()} onClose={onClose}>
    <p>{m.api_key_made_text()}</p>
  </LinkDialog>
)
