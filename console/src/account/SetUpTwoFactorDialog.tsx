// Setting two-factor up: the password, the key for the app as a QR code, and a code of the app.
import { TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { CodeProof, PasswordProof } from '../../../server/account/schema.ts'
import { useFormFailure } from '../lib/forms.ts'
import { rulesOf } from '../lib/rules.ts'
import { m } from '../paraglide/messages.js'
import { CopyButton } from '../ui/CopyButton.tsx'
import { FormDialog } from '../ui/FormDialog.tsx'
import { PresentPassword } from './PresentPassword.tsx'
import { QrCode } from './QrCode.tsx'
import { useBeginTwoFactor, useConfirmTwoFactor } from './queries.ts'
import classes from './TwoFactorDialogs.module.css'

interface SetUpTwoFactorDialogProps {
  email: string
  onOn: (recoveryCodes: readonly string[]) => void
  onClose: () => void
}

export function SetUpTwoFactorDialog({ email, onOn, onClose }: SetUpTwoFactorDialogProps) {
  const begin = useBeginTwoFactor()
  if (begin.data) return <AppStep {...begin.data} onOn={onOn} onClose={onClose} />
  return <PasswordStep email={email} begin={begin} onClose={onClose} />
}

interface PasswordStepProps {
  email: string
  begin: ReturnType<typeof useBeginTwoFactor>
  onClose: () => void
}

function PasswordStep({ email, begin, onClose }: PasswordStepProps) {
  const form = useForm({ initialValues: { password: '' }, validate: rulesOf(PasswordProof) })
  const failure = useFormFailure(form, ['password'])
  return (
    <FormDialog
      title={m.two_factor_set_up_title()}
      size={440}
      typed={form.isDirty()}
      failure={failure.failure}
      submitLabel={m.two_factor_next()}
      submitting={begin.isPending}
      onSubmit={form.onSubmit((values) => {
        failure.clear()
        begin.mutate(values, { onError: failure.sort })
      })}
      onClose={onClose}
    >
      <p>{m.two_factor_set_up_password()}</p>
      <PresentPassword label={m.password()} email={email} input={form.getInputProps('password')} />
    </FormDialog>
  )
}

interface AppStepProps {
  secret: string
  uri: string
  onOn: (recoveryCodes: readonly string[]) => void
  onClose: () => void
}

function AppStep({ secret, uri, onOn, onClose }: AppStepProps) {
  const form = useForm({ initialValues: { code: '' }, validate: rulesOf(CodeProof) })
  const failure = useFormFailure(form, ['code'])
  const confirm = useConfirmTwoFactor()
  return (
    <FormDialog
      title={m.two_factor_set_up_title()}
      size={440}
      typed
      failure={failure.failure}
      submitLabel={m.two_factor_turn_on()}
      submitting={confirm.isPending}
      onSubmit={form.onSubmit((values) => {
        failure.clear()
        confirm.mutate(values, { onSuccess: ({ recovery_codes: codes }) => onOn(codes), onError: failure.sort })
      })}
      onClose={onClose}
    >
      <p>{m.two_factor_scan()}</p>
      <QrCode text={uri} label={m.two_factor_qr()} />
      <div>
        <p className={classes.hint}>{m.two_factor_key()}</p>
        <p className={classes.key}>
          <code>{secret.match(/.{1,4}/g)!.join(' ')}</code>
          <CopyButton text={secret} what={m.two_factor_key_what()} />
        </p>
      </div>
      <TextInput
        label={m.code_app()}
        description={m.two_factor_then_code()}
        inputMode="numeric"
        autoComplete="one-time-code"
        data-autofocus
        maxLength={10}
        {...form.getInputProps('code')}
      />
    </FormDialog>
  )
}
