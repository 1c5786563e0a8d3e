// New organization: its name; whoever creates it is its only administrator.
import { TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { NameOrganization, type createOrganization } from '../../../server/access/schema.ts'
import { call } from '../lib/api.ts'
import { useFormFailure } from '../lib/forms.ts'
import { rulesOf } from '../lib/rules.ts'
import { m } from '../paraglide/messages.js'
import { FormDialog } from '../ui/FormDialog.tsx'
import { sessionQuery, useSession } from './queries.ts'

export function NewOrganizationDialog({ onClose }: { onClose: () => void }) {
  const { organizations } = useSession()
  const queryClient = useQueryClient()
  const navigate = useNavigate()
  // Any in which they are an administrator lets them.
  const from = organizations.find((each) => each.role === 'admin')!.slug
  const create = useMutation({
    mutationFn: (body: { name: string }) =>
      call<typeof createOrganization>('post', '/v1/organizations', { organization: from, body }),
    // The way to it reads again where they belong: a failure of that is no failure of this.
    onSuccess: () => queryClient.removeQueries(sessionQuery),
  })
  const form = useForm({ initialValues: { name: '' }, validate: rulesOf(NameOrganization) })
  const failure = useFormFailure(form, ['name'])
  return (
    <FormDialog
      title={m.organization_new()}
      size={440}
      typed={form.isDirty()}
      failure={failure.failure}
      submitLabel={m.create()}
      submitting={create.isPending}
      onSubmit={form.onSubmit((values) => {
        failure.clear()
        create.mutate(values, {
          onSuccess: ({ slug }) => {
            onClose()
            void navigate({ to: '/o/$organization/contacts', params: { organization: slug } })
          },
          onError: failure.sort,
        })
      })}
      onClose={onClose}
    >
      <TextInput
        label={m.setup_organization()}
        description={m.organization_new_text()}
        dir="auto"
        data-autofocus
        {...form.getInputProps('name')}
      />
    </FormDialog>
  )
}
