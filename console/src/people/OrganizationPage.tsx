// Settings → Organization: its name, and the address that stays.
import { Button, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useQueryClient } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { NameOrganization } from '../../../server/access/schema.ts'
import { Allowed } from '../access/Allowed.tsx'
import { readSessionAgain } from '../access/membership.ts'
import { useOrganization } from '../access/queries.ts'
import { useFormFailure } from '../lib/forms.ts'
import { rulesOf } from '../lib/rules.ts'
import { useTypedText } from '../lib/typed-text.ts'
import { m } from '../paraglide/messages.js'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import { PageHeader } from '../ui/PageHeader.tsx'
import { tell } from '../ui/toasts.ts'
import classes from './PeoplePage.module.css'
import { useRenameOrganization } from './queries.ts'

export function OrganizationPage() {
  const { id } = useOrganization()
  return (
    <Allowed permission="organization:manage">
      <NameForm key={id} />
    </Allowed>
  )
}

function NameForm() {
  const organization = useOrganization()
  const queryClient = useQueryClient()
  const router = useRouter()
  const rename = useRenameOrganization(organization.slug)
  const form = useForm({ initialValues: { name: organization.name }, validate: rulesOf(NameOrganization) })
  const failure = useFormFailure(form, ['name'])
  useTypedText(form.isDirty())
  const save = ({ name }: { name: string }) => {
    failure.clear()
    rename.mutate(
      { name },
      {
        onSuccess: (named) => {
          form.setInitialValues({ name: named.name })
          form.setValues({ name: named.name })
          tell(m.organization_renamed())
          void readSessionAgain(queryClient, router)
        },
        onError: failure.sort,
      },
    )
  }
  return (
    <div className={classes.page}>
      <PageHeader title={m.organization()} organization={organization.name} />
      <form noValidate className={classes.form} onSubmit={form.onSubmit(save)}>
        {failure.failure !== null && <ErrorNotice error={failure.failure} />}
        <TextInput className={classes.wide} label={m.setup_organization()} dir="auto" {...form.getInputProps('name')} />
        <TextInput
          className={classes.wide}
          label={m.organization_address()}
          description={m.organization_address_text()}
          value={`${window.location.origin}/o/${organization.slug}`}
          readOnly
        />
        <Button type="submit" loading={rename.isPending} disabled={!form.isDirty()}>
          {m.save()}
        </Button>
      </form>
    </div>
  )
}
