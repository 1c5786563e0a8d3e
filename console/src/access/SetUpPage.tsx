// First set-up: the link printed at the server's start makes the first organization and its administrator.
import { Button, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { SetUp } from '../../../server/access/schema.ts'
import { isProblem } from '../lib/api.ts'
import { useFormFailure } from '../lib/forms.ts'
import { useTypedText } from '../lib/typed-text.ts'
import { rulesOf } from '../lib/rules.ts'
import { m } from '../paraglide/messages.js'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import { EntryCard } from './EntryCard.tsx'
import { NewPersonFields } from './NewPersonFields.tsx'
import { setupQuery, useSetUp } from './queries.ts'

export function SetUpPage() {
  const { token } = useSearch({ from: '/setup' })
  const state = useQuery(setupQuery(token))
  if (state.isPending) return <EntryCard title={m.setup_title()} text={m.setup_checking()} />
  if (state.isError) {
    return (
      <EntryCard title={m.setup_title()}>
        <ErrorNotice error={state.error} onRetry={() => void state.refetch()} />
      </EntryCard>
    )
  }
  if (!state.data.needed) {
    return (
      <EntryCard title={m.setup_done_title()} text={m.setup_done_text()}>
        <Button renderRoot={(props) => <Link to="/sign-in" {...props} />}>{m.sign_in()}</Button>
      </EntryCard>
    )
  }
  if (!state.data.valid || token === undefined)
    return <EntryCard title={m.setup_invalid_title()} text={m.setup_invalid_text()} />
  return <SetUpForm token={token} onStale={() => void state.refetch()} />
}

const FIELDS = ['organization', 'name', 'email', 'password'] as const

function SetUpForm({ token, onStale }: { token: string; onStale: () => void }) {
  const navigate = useNavigate()
  const form = useForm({
    initialValues: { token, organization: '', name: '', email: '', password: '' },
    validate: rulesOf(SetUp),
  })
  const failure = useFormFailure(form, FIELDS)
  const setUp = useSetUp(() => void navigate({ to: '/' }))
  useTypedText(form.isDirty() && !setUp.isSuccess)
  return (
    <EntryCard title={m.setup_title()} text={m.setup_text()}>
      <form
        noValidate
        onSubmit={form.onSubmit((values) => {
          failure.clear()
          setUp.mutate(values, {
            onError: (error) => {
              failure.sort(error)
              if (isProblem(error, 409)) onStale()
            },
          })
        })}
      >
        {failure.failure !== null && <ErrorNotice error={failure.failure} signingIn />}
        <TextInput
          label={m.setup_organization()}
          description={m.setup_organization_hint()}
          autoComplete="organization"
          autoFocus
          {...form.getInputProps('organization')}
        />
        <NewPersonFields form={form} />
        <Button type="submit" loading={setUp.isPending} fullWidth>
          {m.setup_submit()}
        </Button>
      </form>
    </EntryCard>
  )
}
