// Asks for password and code before two-factor is changed.
import { useForm } from '@mantine/form'
import { useMutation } from '@tanstack/react-query'
import { TwoFactorProof } from '../../../server/account/schema.ts'
import { CodeField } from '../access/CodeField.tsx'
import { useFormFailure } from '../lib/forms.ts'
import { rulesOf } from '../lib/rules.ts'
import { m } from '../paraglide/messages.js'
import { FormDialog } from '../ui/FormDialog.tsx'
import { PresentPassword } from './PresentPassword.tsx'

interface ProofDialogProps {
  title: string
  text: string
  submitLabel: string
  email: string
  prove: (proof: { password: string; code: string }) => Promise<void>
  onClose: () => void
}

export function ProofDialog({ title, text, submitLabel, email, prove, onClose }: ProofDialogProps) {
  const form = useForm({ initialValues: { password: '', code: '' }, validate: rulesOf(TwoFactorProof) })
  const failure = useFormFailure(form, ['password', 'code'])
  const proof = useMutation({ mutationFn: prove })
  return (
    <FormDialog
      title={title}
      size={440}
      typed={form.isDirty()}
      failure={failure.failure}
      submitLabel={submitLabel}
      submitting={proof.isPending}
      onSubmit={form.onSubmit((values) => {
        failure.clear()
        proof.mutate(values, { onError: failure.sort })
      })}
      onClose={onClose}
    >
      <p>{text}</p>
      <PresentPassword label={m.password()} email={email} input={form.getInputProps('password')} />
      <CodeField input={form.getInputProps('code')} onSwitch={() => form.setFieldValue('code', '')} />
    </FormDialog>
  )
}
