// The page of a reset link: a new password for whoever forgot theirs. The link's token stands behind # in the address.
import { Button } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useLocation } from '@tanstack/react-router'
import { useState } from 'react'
import { SetUp, PASSWORD_MIN_LENGTH } from '../../../server/access/schema.ts'
import type { checkResetLink, useResetLink } from '../../../server/account/schema.ts'
import { call, isProblem, sentenceOf } from '../lib/api.ts'
import { useFormFailure } from '../lib/forms.ts'
import { rulesOf } from '../lib/rules.ts'
import { useTypedText } from '../lib/typed-text.ts'
import { m } from '../paraglide/messages.js'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import { PasswordField } from '../ui/PasswordField.tsx'
import { EntryCard } from './EntryCard.tsx'
import { sessionQuery } from './queries.ts'

export function ResetPasswordPage() {
  const token = useLocation({ select: ({ hash }) => hash })
  const [changed, setChanged] = useState(false)
  const link = useQuery({
    queryKey: ['reset-link', token],
    queryFn: ({ signal }) => call<typeof checkResetLink>('post', '/auth/reset-link', { signal, body: { token } }),
    staleTime: Infinity,
    gcTime: 0,
  })
  if (changed) {
    return (
      <EntryCard title={m.reset_done_title()} text={m.reset_done_text()}>
        <Button autoFocus renderRoot={(props) => <Link to="/sign-in" {...props} />}>
          {m.sign_in()}
        </Button>
      </EntryCard>
    )
  }
  if (link.isPending) return <EntryCard title={m.reset_title()} text={m.setup_checking()} />
  if (isProblem(link.error, 403)) return <EntryCard title={m.reset_invalid_title()} text={sentenceOf(link.error)} />
  if (link.isError) {
    return (
      <EntryCard title={m.reset_title()}>
        <ErrorNotice error={link.error} onRetry={() => void link.refetch()} />
      </EntryCard>
    )
  }
  return <ResetForm token={token} link={link.data} onChanged={() => setChanged(true)} />
}

interface ResetFormProps {
  token: string
  link: { email: string; ends_two_factor: boolean }
  onChanged: () => void
}

function ResetForm({ token, link, onChanged }: ResetFormProps) {
  const queryClient = useQueryClient()
  const form = useForm({
    initialValues: { password: '' },
    validate: rulesOf(SetUp.pick({ password: true })),
  })
  const failure = useFormFailure(form, ['password'])
  const reset = useMutation({
    mutationFn: ({ password }: { password: string }) =>
      call<typeof useResetLink>('post', '/auth/reset-link/password', { body: { token, password } }),
    onSuccess: () => {
      // Whoever was signed in here is not any more.
      queryClient.removeQueries(sessionQuery)
      onChanged()
    },
  })
  useTypedText(form.isDirty() && !reset.isSuccess)
  const { email } = link
  return (
    <EntryCard
      title={m.reset_title()}
      text={link.ends_two_factor ? m.reset_text_two_factor({ email }) : m.reset_text({ email })}
    >
      <form
        noValidate
        onSubmit={form.onSubmit((values) => {
          failure.clear()
          reset.mutate(values, { onError: failure.sort })
        })}
      >
        {failure.failure !== null && <ErrorNotice error={failure.failure} signingIn />}
        <input type="email" autoComplete="username" value={email} readOnly hidden />
        <PasswordField
          label={m.account_password_new()}
          description={m.setup_password_hint({ count: PASSWORD_MIN_LENGTH })}
          autoComplete="new-password"
          autoFocus
          {...form.getInputProps('password')}
        />
        <Button type="submit" loading={reset.isPending} fullWidth>
          {m.reset_submit()}
        </Button>
      </form>
    </EntryCard>
  )
}
