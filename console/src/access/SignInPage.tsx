// Signing in with e-mail and password; afterwards back to where one was going.
import { Button, PasswordInput, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useQuery } from '@tanstack/react-query'
import { useRouter, useSearch } from '@tanstack/react-router'
import { useFormFailure } from '../lib/forms.ts'
import { m } from '../paraglide/messages.js'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import { EntryCard } from './EntryCard.tsx'
import { setupQuery, useSignIn } from './queries.ts'

export function SignInPage() {
  const { return_to: returnTo = '/' } = useSearch({ from: '/sign-in' })
  const router = useRouter()
  const setup = useQuery({ ...setupQuery(undefined), retry: false })
  const form = useForm({
    initialValues: { email: '', password: '' },
    validate: {
      email: (email) => (email.trim() === '' ? m.sign_in_email_missing() : null),
      password: (password) => (password === '' ? m.sign_in_password_missing() : null),
    },
  })
  const failure = useFormFailure(form, ['email', 'password'])
  const signIn = useSignIn(() => router.history.push(returnTo))

  if (setup.data?.needed) return <EntryCard title={m.setup_needed_title()} text={m.setup_needed_text()} />
  return (
    <EntryCard title={m.sign_in_title()}>
      <form
        noValidate
        onSubmit={form.onSubmit((values) => {
          failure.clear()
          signIn.mutate(values, { onError: failure.sort })
        })}
      >
        {failure.failure !== null && <ErrorNotice error={failure.failure} signingIn />}
        <TextInput label={m.email()} type="email" autoComplete="username" autoFocus {...form.getInputProps('email')} />
        <PasswordInput
          label={m.password()}
          autoComplete="current-password"
          visibilityToggleButtonProps={{ 'aria-label': m.password_toggle(), 'aria-hidden': undefined, tabIndex: 0 }}
          {...form.getInputProps('password')}
        />
        <Button type="submit" loading={signIn.isPending} fullWidth>
          {m.sign_in()}
        </Button>
      </form>
    </EntryCard>
  )
}
