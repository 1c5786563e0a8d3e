// A key is replaced by a new one, or revoked.
import { Radio, Stack } from '@mantine/core'
import { useState } from 'react'
import { GRACE_HOURS, type ApiKey } from '../../../server/api-keys/schema.ts'
import { useOrganization } from '../access/queries.ts'
import { m } from '../paraglide/messages.js'
import { ConfirmDialog } from '../ui/ConfirmDialog.tsx'
import { tell } from '../ui/toasts.ts'
import { useRevokeKey, useRotateKey } from './queries.ts'
import { SecretDialog } from './SecretDialog.tsx'

interface KeyDialogProps {
  apiKey: ApiKey
  onClose: () => void
}

type Hours = (typeof GRACE_HOURS)[number]
const HOURS: Record<Hours, () => string> = {
  0: m.api_key_stops_now,
  1: m.api_key_stops_hour,
  24: m.api_key_stops_day,
  168: m.api_key_stops_week,
}

export function RotateKeyDialog({ apiKey, onClose }: KeyDialogProps) {
  const { slug } = useOrganization()
  const rotate = useRotateKey(slug, apiKey.id)
  const [hours, setHours] = useState<Hours>(24)
  if (rotate.data) return <SecretDialog title={m.api_key_rotated()} secret={rotate.data.secret} onClose={onClose} />
  return (
    <ConfirmDialog
      title={m.api_key_rotate()}
      confirmLabel={m.api_key_rotate()}
      confirming={rotate.isPending}
      failure={rotate.error}
      onConfirm={() => rotate.mutate({ grace_hours: hours })}
      onClose={onClose}
    >
      <p>
        <bdi>{apiKey.name}</bdi>
      </p>
      <p>{m.api_key_rotate_text()}</p>
      <Radio.Group
        label={m.api_key_stops()}
        value={String(hours)}
        onChange={(value) => setHours(GRACE_HOURS.find((each) => String(each) === value)!)}
      >
        <Stack gap={8} mt={8}>
          {GRACE_HOURS.map((each) => (
            <Radio key={each} value={String(each)} label={HOURS[each]()} />
          ))}
        </Stack>
      </Radio.Group>
    </ConfirmDialog>
  )
}

export function RevokeKeyDialog({ apiKey, onClose }: KeyDialogProps) {
  const { slug } = useOrganization()
  const revoke = useRevokeKey(slug, apiKey.id)
  return (
    <ConfirmDialog
      title={m.api_key_revoke()}
      confirmLabel={m.api_key_revoke()}
      danger
      confirming={revoke.isPending}
      failure={revoke.error}
      onConfirm={() =>
        revoke.mutate(undefined, {
          onSuccess: () => {
            tell(m.api_key_was_revoked())
            onClose()
          },
        })
      }
      onClose={onClose}
    >
      <p>
        <bdi>{apiKey.name}</bdi>
      </p>
      <p>{m.api_key_revoke_text()}</p>
    </ConfirmDialog>
  )
}
