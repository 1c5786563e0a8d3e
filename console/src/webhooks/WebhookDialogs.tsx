// A webhook gets another secret, is switched off or on, or is deleted.
import { Radio, Stack } from '@mantine/core'
import { useState } from 'react'
import { BOTH_SIGN_HOURS, type Webhook } from '../../../server/webhooks/schema.ts'
import { useOrganization } from '../access/queries.ts'
import { m } from '../paraglide/messages.js'
import { ConfirmDialog } from '../ui/ConfirmDialog.tsx'
import { tell } from '../ui/toasts.ts'
import { useDeleteWebhook, useRotateWebhook, useSwitchOff, useSwitchOn } from './queries.ts'
import { SigningSecretDialog } from './SigningSecretDialog.tsx'
import { shortUrl } from './words.ts'

interface DialogProps {
  webhook: Webhook
  onClose: () => void
}

const Address = ({ webhook }: { webhook: Webhook }) => (
  <p dir="ltr" style={{ overflowWrap: 'anywhere' }}>
    <code>{shortUrl(webhook.url)}</code>
  </p>
)

/** Says that it is done, and closes. */
const told = (words: string, onClose: () => void) => ({
  onSuccess: () => {
    tell(words)
    onClose()
  },
})

export function RotateWebhookDialog({ webhook, onClose }: DialogProps) {
  const { slug } = useOrganization()
  const rotate = useRotateWebhook(slug, webhook.id)
  if (rotate.data)
    return <SigningSecretDialog title={m.webhook_rotated()} secret={rotate.data.secret} onClose={onClose} />
  return (
    <ConfirmDialog
      title={m.webhook_rotate()}
      confirmLabel={m.webhook_rotate()}
      confirming={rotate.isPending}
      failure={rotate.error}
      onConfirm={() => rotate.mutate()}
      onClose={onClose}
    >
      <Address webhook={webhook} />
      <p>{m.webhook_rotate_text({ hours: String(BOTH_SIGN_HOURS) })}</p>
    </ConfirmDialog>
  )
}

export function SwitchOffDialog({ webhook, onClose }: DialogProps) {
  const { slug } = useOrganization()
  const off = useSwitchOff(slug, webhook.id)
  const isOff = webhook.off_at !== null
  const label = isOff ? m.webhook_leave_off() : m.webhook_switch_off()
  return (
    <ConfirmDialog
      title={label}
      confirmLabel={label}
      confirming={off.isPending}
      failure={off.error}
      onConfirm={() => off.mutate(undefined, told(m.webhook_was_switched_off(), onClose))}
      onClose={onClose}
    >
      <Address webhook={webhook} />
      <p>{isOff ? m.webhook_leave_off_text() : m.webhook_switch_off_text()}</p>
    </ConfirmDialog>
  )
}

export function SwitchOnDialog({ webhook, onClose }: DialogProps) {
  const { slug } = useOrganization()
  const on = useSwitchOn(slug, webhook.id)
  const [from, setFrom] = useState<'waiting' | 'now'>('waiting')
  return (
    <ConfirmDialog
      title={m.webhook_switch_on()}
      confirmLabel={m.webhook_switch_on()}
      confirming={on.isPending}
      failure={on.error}
      onConfirm={() => on.mutate({ from }, told(m.webhook_was_switched_on(), onClose))}
      onClose={onClose}
    >
      <Address webhook={webhook} />
      <Radio.Group
        label={m.webhook_resume()}
        value={from}
        onChange={(value) => setFrom(value === 'now' ? 'now' : 'waiting')}
      >
        <Stack gap={10} mt={8}>
          <Radio value="waiting" label={m.webhook_resume_waiting()} description={m.webhook_resume_waiting_text()} />
          <Radio value="now" label={m.webhook_resume_now()} description={m.webhook_resume_now_text()} />
        </Stack>
      </Radio.Group>
    </ConfirmDialog>
  )
}

export function DeleteWebhookDialog({ webhook, onClose }: DialogProps) {
  const { slug } = useOrganization()
  const remove = useDeleteWebhook(slug, webhook.id)
  return (
    <ConfirmDialog
      title={m.webhook_delete()}
      confirmLabel={m.webhook_delete()}
      danger
      confirming={remove.isPending}
      failure={remove.error}
      onConfirm={() => remove.mutate(undefined, told(m.webhook_was_deleted(), onClose))}
      onClose={onClose}
    >
      <Address webhook={webhook} />
      <p>{m.webhook_delete_text()}</p>
    </ConfirmDialog>
  )
}
