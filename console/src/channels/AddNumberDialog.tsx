// Add number: another phone number of a WhatsApp account that is connected.
import { useForm } from '@mantine/form'
import { addChannel, type WhatsAppAccount } from '../../../server/channels/schema.ts'
import { useOrganization } from '../access/queries.ts'
import { useFormFailure } from '../lib/forms.ts'
import { rulesOf } from '../lib/rules.ts'
import { m } from '../paraglide/messages.js'
import { FormDialog } from '../ui/FormDialog.tsx'
import { tell } from '../ui/toasts.ts'
import { NUMBER_FIELDS, NumberFields } from './AccountFields.tsx'
import { useAddChannel } from './queries.ts'
import classes from './WhatsAppPage.module.css'

interface AddNumberDialogProps {
  account: WhatsAppAccount
  /** Of a number that deliveries came for already. */
  phoneNumberId?: string | undefined
  onClose: () => void
}

export function AddNumberDialog({ account, phoneNumberId, onClose }: AddNumberDialogProps) {
  const organization = useOrganization()
  const add = useAddChannel(organization.slug, account.id)
  const form = useForm({
    initialValues: { name: '', phone_number_id: phoneNumberId ?? '', phone: '' },
    validate: rulesOf(addChannel.body),
  })
  const failure = useFormFailure(form, NUMBER_FIELDS)
  const typed = form.isDirty()
  return (
    <FormDialog
      title={m.number_add()}
      size={520}
      typed={typed}
      failure={failure.failure}
      submitLabel={m.number_add()}
      submitting={add.isPending}
      onSubmit={form.onSubmit((values) => {
        failure.clear()
        add.mutate(values, {
          onSuccess: () => {
            tell(m.number_added())
            onClose()
          },
          onError: failure.sort,
        })
      })}
      onClose={onClose}
    >
      {phoneNumberId !== undefined && <p className={classes.soft}>{m.other_number_hint({ id: phoneNumberId })}</p>}
      <NumberFields form={form} autofocus />
    </FormDialog>
  )
}
