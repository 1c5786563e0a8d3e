// Connect account: what Meta says of a WhatsApp account, its secrets, and its first number.
import { useForm } from '@mantine/form'
import { CreateWhatsAppAccount } from '../../../server/channels/schema.ts'
import { useOrganization } from '../access/queries.ts'
import { useFormFailure } from '../lib/forms.ts'
import { rulesOf } from '../lib/rules.ts'
import { m } from '../paraglide/messages.js'
import { FormDialog } from '../ui/FormDialog.tsx'
import { tell } from '../ui/toasts.ts'
import { ACCOUNT_FIELDS, AccountFields, NUMBER_FIELDS, NumberFields } from './AccountFields.tsx'
import { useCreateAccount } from './queries.ts'
import classes from './WhatsAppPage.module.css'

const FIELDS = [...ACCOUNT_FIELDS, ...NUMBER_FIELDS.map((field) => `channels.0.${field}`)]

export function ConnectAccountDialog({ onClose }: { onClose: () => void }) {
  const organization = useOrganization()
  const create = useCreateAccount(organization.slug)
  const form = useForm({
    initialValues: {
      name: '',
      portfolio_id: '',
      waba_id: '',
      app_secret: '',
      access_token: '',
      channels: [{ name: '', phone_number_id: '', phone: '' }],
    },
    validate: rulesOf(CreateWhatsAppAccount),
  })
  const failure = useFormFailure(form, FIELDS)
  const typed = form.isDirty()
  return (
    <FormDialog
      title={m.account_connect()}
      size={560}
      typed={typed}
      failure={failure.failure}
      submitLabel={m.connect()}
      submitting={create.isPending}
      onSubmit={form.onSubmit((values) => {
        failure.clear()
        create.mutate(values, {
          onSuccess: () => {
            tell(m.account_connected())
            onClose()
          },
          onError: failure.sort,
        })
      })}
      onClose={onClose}
    >
      <AccountFields form={form} />
      <h3 className={classes.formPart}>{m.number_first()}</h3>
      <NumberFields form={form} prefix="channels.0." />
    </FormDialog>
  )
}
