// Your account: name, password, two-factor, and the browsers in which one is signed in.
import { Button, Skeleton, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useQuery } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { AccountName, type Account } from '../../../server/account/schema.ts'
import { useOrganization } from '../access/queries.ts'
import { useFormFailure } from '../lib/forms.ts'
import { rulesOf } from '../lib/rules.ts'
import { useTypedText } from '../lib/typed-text.ts'
import { m } from '../paraglide/messages.js'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import { PageHeader } from '../ui/PageHeader.tsx'
import { tell } from '../ui/toasts.ts'
import classes from './AccountPage.module.css'
import { PasswordDialog } from './PasswordDialog.tsx'
import { accountQuery, useRename } from './queries.ts'
import { SessionList } from './SessionList.tsx'
import { TwoFactorPart } from './TwoFactorPart.tsx'

export function AccountPage() {
  const organization = useOrganization()
  const { data: account, error, refetch } = useQuery(accountQuery)
  return (
    <div className={classes.page}>
      <PageHeader title={m.your_account()} organization={organization.name} text={m.account_text()} />
      <div className={classes.parts}>
        {account ? (
          <Parts account={account} />
        ) : error ? (
          <ErrorNotice error={error} onRetry={() => void refetch()} />
        ) : (
          <div role="status" aria-label={m.account_loading()}>
            <Skeleton height={300} radius={10} />
          </div>
        )}
      </div>
    </div>
  )
}

function Parts({ account }: { account: Account }) {
  const [changing, setChanging] = useState(false)
  return (
    <>
      <Part title={m.account_profile()} text={m.account_profile_text({ email: account.email })}>
        <NameForm name={account.name} />
      </Part>
      <Part title={m.password()} text={m.account_password_text()}>
        <Button variant="default" onClick={() => setChanging(true)}>
          {m.account_password_change()}
        </Button>
        {changing && <PasswordDialog email={account.email} onClose={() => setChanging(false)} />}
      </Part>
      <Part title={m.two_factor()} text={m.two_factor_text()}>
        <TwoFactorPart state={account.two_factor} email={account.email} />
      </Part>
      <Part title={m.sessions()} text={m.sessions_text()}>
        <SessionList sessions={account.sessions} />
      </Part>
    </>
  )
}

function Part({ title, text, children }: { title: string; text: string; children: ReactNode }) {
  return (
    <section className={classes.part}>
      <div>
        <h2 className={classes.title}>{title}</h2>
        <p className={classes.text}>{text}</p>
      </div>
      <div className={classes.body}>{children}</div>
    </section>
  )
}

function NameForm({ name }: { name: string }) {
  const form = useForm({ initialValues: { name }, validate: rulesOf(AccountName) })
  const failure = useFormFailure(form, ['name'])
  const rename = useRename()
  useTypedText(form.isDirty())
  return (
    <form
      noValidate
      className={classes.nameForm}
      onSubmit={form.onSubmit((values) => {
        failure.clear()
        rename.mutate(values, {
          onSuccess: () => {
            form.resetDirty(values)
            tell(m.account_renamed())
          },
          onError: failure.sort,
        })
      })}
    >
      {failure.failure !== null && <ErrorNotice error={failure.failure} />}
      <div className={classes.nameRow}>
        <TextInput
          label={m.your_name()}
          autoComplete="name"
          dir="auto"
          className={classes.name}
          {...form.getInputProps('name')}
        />
        <Button type="submit" variant="default" loading={rename.isPending} disabled={!form.isDirty()}>
          {m.save()}
        </Button>
      </div>
    </form>
  )
}
