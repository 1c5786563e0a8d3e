// Invite: the role is chosen, a link is made, and shown once to be handed over.
import { TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useState } from 'react'
import type { Role } from '../../../server/access/schema.ts'
import { Invite, type NewInvitation } from '../../../server/people/schema.ts'
import { useOrganization } from '../access/queries.ts'
import { useFormFailure } from '../lib/forms.ts'
import { rulesOf } from '../lib/rules.ts'
import { m } from '../paraglide/messages.js'
import { FormDialog } from '../ui/FormDialog.tsx'
import { LinkDialog } from '../ui/LinkDialog.tsx'
import { Time } from '../ui/Time.tsx'
import classes from './PeoplePage.module.css'
import { useCreateInvitation } from './queries.ts'
import { RoleChoice } from './RoleChoice.tsx'

export function InviteDialog({ onClose }: { onClose: () => void }) {
  const { slug } = useOrganization()
  const create = useCreateInvitation(slug)
  const [made, setMade] = useState<NewInvitation | null>(null)
  const form = useForm<{ role: Role; email: string }>({
    initialValues: { role: 'agent', email: '' },
    validate: (values) => rulesOf(Invite)({ ...values, email: values.email.trim() }),
  })
  const failure = useFormFailure(form, ['email'])
  if (made) {
    return (
      <LinkDialog title={m.invitation_made()} url={made.url} what={m.invitation_link()} onClose={onClose}>
        <p>{m.invitation_made_text()}</p>
        <p className={classes.soft}>
          {m.expires()} <Time at={made.expires_at} form="minute" />
        </p>
      </LinkDialog>
    )
  }
  return (
    <FormDialog
      title={m.person_invite()}
      size={480}
      typed={form.values.email !== ''}
      failure={failure.failure}
      submitLabel={m.invitation_create()}
      submitting={create.isPending}
      onSubmit={form.onSubmit(({ role, email }) => {
        failure.clear()
        create.mutate({ role, email: email.trim() }, { onSuccess: setMade, onError: failure.sort })
      })}
      onClose={onClose}
    >
      <RoleChoice value={form.values.role} onChange={(role) => form.setFieldValue('role', role)} />
      <TextInput
        label={m.invitation_email()}
        description={m.invitation_email_hint()}
        type="email"
        autoComplete="off"
        {...form.getInputProps('email')}
      />
    </FormDialog>
  )
}
