// Changing the password, for which the present one is asked.
import { useForm } from '@mantine/form'
import { PASSWORD_MIN_LENGTH } from '../../../server/access/schema.ts'
import { PasswordChange } from '../../../server/account/schema.ts'
import { useFormFailure } from '../lib/forms.ts'
import { rulesOf } from '../lib/rules.ts'
import { m } from '../paraglide/messages.js'
import { FormDialog } from '../ui/FormDialog.tsx'
import { PasswordField } from '../ui/PasswordField.tsx'
import { tell } from '../ui/toasts.ts'
import { PresentPassword } from './PresentPassword.tsx'
import { useChangePassword } from './queries.ts'

export function PasswordDialog({ email, onClose }: { email: string; onClose: () => void }) {
  const form = useForm({ initialValues: { password: '', new_password: '' }, validate: rulesOf(PasswordChange) })
  const failure = useFormFailure(form, ['password', 'new_password'])
  const change = useChangePassword()
  return (
    <FormDialog
      title={m.account_password_change()}
      size={440}
      typed={form.isDirty()}
      failure={failure.failure}
      submitLabel={m.account_password_change()}
      submitting={change.isPending}
      onSubmit={form.onSubmit((values) => {
        failure.clear()
        change.mutate(values, {
          onSuccess: () => {
            tell(m.account_password_changed())
            onClose()
          },
          onError: failure.sort,
        })
      })}
      onClose={onClose}
    >
      <PresentPassword label={m.account_password_present()} email={email} input={form.getInputProps('password')} />
      <PasswordField
        label={m.account_password_new()}
        description={m.setup_password_hint({ count: PASSWORD_MIN_LENGTH })}
        autoComplete="new-password"
        {...form.getInputProps('new_password')}
      />
    </FormDialog>
  )
}
