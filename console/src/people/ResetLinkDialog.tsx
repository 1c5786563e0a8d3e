// For an administrator: makes a link by which a person of the organization sets a new password.
import { Checkbox } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { makeResetLink } from '../../../server/account/schema.ts'
import { useOrganization } from '../access/queries.ts'
import { call } from '../lib/api.ts'
import { momentWords } from '../lib/time.ts'
import { m } from '../paraglide/messages.js'
import { FormDialog } from '../ui/FormDialog.tsx'
import { LinkDialog } from '../ui/LinkDialog.tsx'

interface Person {
  id: string
  name: string
}

export function ResetLinkDialog({ person, onClose }: { person: Person; onClose: () => void }) {
  const organization = useOrganization()
  const [turnOff, setTurnOff] = useState(false)
  const title = m.reset_link_title({ name: person.name })
  const make = useMutation({
    mutationFn: () =>
      call<typeof makeResetLink>('post', '/v1/people/{id}/reset-link', {
        organization: organization.slug,
        params: { id: person.id },
        body: { turn_off_two_factor: turnOff },
      }),
  })
  if (make.data) {
    return (
      <LinkDialog title={title} url={make.data.url} what={m.reset_link_what()} onClose={onClose}>
        <p>{m.reset_link_until({ moment: momentWords(make.data.expires_at, 'minute') })}</p>
      </LinkDialog>
    )
  }
  return (
    <FormDialog
      title={title}
      size={480}
      typed={false}
      failure={make.error}
      submitLabel={m.reset_link_create()}
      submitting={make.isPending}
      onSubmit={() => make.mutate()}
      onClose={onClose}
    >
      <p>{m.reset_link_text()}</p>
      <Checkbox
        label={m.reset_link_two_factor()}
        description={m.reset_link_two_factor_hint()}
        checked={turnOff}
        onChange={(event) => setTurnOff(event.currentTarget.checked)}
      />
    </FormDialog>
  )
}
