// Signing in with e-mail and password, and a code where two-factor is on; afterwards back to where one was going.
import { Button, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useQuery } from '@tanstack/react-query'
import { useLocation, useRouter, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { isProblem } from '../lib/api.ts'
import { useFormFailure } from '../lib/forms.ts'
import { returnAddress } from '../lib/search-params.ts'
import { m } from '../paraglide/messages.js'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import { PasswordField } from '../ui/PasswordField.tsx'
import { CodeField } from './CodeField.tsx'
import { EntryCard } from './EntryCard.tsx'
import { setupQuery, useSignIn } from './queries.ts'
import classes from './SignInPage.module.css'

export function SignInPage() {
  const { return_to: returnTo } = useSearch({ from: '/sign-in' })
  const hash = useLocation({ select: (location) => location.hash })
  const router = useRouter()
  const setup = useQuery({ ...setupQuery(undefined), retry: false })
  const [step, setStep] = useState<'password' | 'code'>('password')
  const form = useForm({
    initialValues: { email: '', password: '', code: '' },
    validate: {
      email: (email) => (email.trim() === '' ? m.sign_in_email_missing() : null),
      password: (password) => (password === '' ? m.sign_in_password_missing() : null),
      code: (code) => (step === 'code' && code.trim() === '' ? m.problem_code_missing() : null),
    },
  })
  const failure = useFormFailure(form, ['email', 'password', 'code'])
  const signIn = useSignIn(() => router.history.push(returnAddress(returnTo, hash)))
  const submit = form.onSubmit(({ code, ...values }) => {
    failure.clear()
    signIn.mutate(step === 'code' ? { ...values, code } : values, {
      onError: (error) => {
        if (isProblem(error) && error.reason === 'code_needed') setStep('code')
        else failure.sort(error)
      },
    })
  })

  if (setup.data?.needed) return <EntryCard title={m.setup_needed_title()} text={m.setup_needed_text()} />
  const notice = failure.failure !== null && <ErrorNotice error={failure.failure} signingIn />
  if (step === 'code') {
    const back = () => {
      form.setFieldValue('code', '')
      form.clearFieldError('code')
      failure.clear()
      setStep('password')
    }
    return (
      <EntryCard title={m.sign_in_code_title()} text={m.sign_in_code_text({ email: form.values.email.trim() })}>
        <form noValidate onSubmit={submit}>
          {notice}
          <CodeField input={form.getInputProps('code')} onSwitch={() => form.setFieldValue('code', '')} autoFocus />
          <Button type="submit" loading={signIn.isPending} fullWidth>
            {m.sign_in()}
          </Button>
          <Button variant="default" onClick={back} fullWidth>
            {m.sign_in_back()}
          </Button>
        </form>
      </EntryCard>
    )
  }
  return (
    <EntryCard title={m.sign_in_title()}>
      <form noValidate onSubmit={submit}>
        {notice}
        <TextInput label={m.email()} type="email" autoComplete="username" autoFocus {...form.getInputProps('email')} />
        <PasswordField label={m.password()} autoComplete="current-password" {...form.getInputProps('password')} />
        <Button type="submit" loading={signIn.isPending} fullWidth>
          {m.sign_in()}
        </Button>
      </form>
      <details className={classes.forgotten}>
        <summary>{m.sign_in_forgotten()}</summary>
        <p>{m.sign_in_forgotten_text()}</p>
        <code>npm run reset-password -- {form.values.email.trim() || 'ana@example.com'}</code>
      </details>
    </EntryCard>
  )
}
