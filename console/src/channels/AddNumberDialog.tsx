// Add number: another phone number of a WhatsApp account that is connected.
import { Button, Modal } from '@mantine/core'
import { schemaResolver, useForm } from '@mantine/form'
import { addChannel, type WhatsAppAccount } from '../../../server/channels/schema.ts'
import { useOrganization } from '../access/queries.ts'
import { useFormFailure } from '../lib/forms.ts'
import { useTypedText } from '../lib/typed-text.ts'
import { m } from '../paraglide/messages.js'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import { FormFoot } from '../ui/FormFoot.tsx'
import { tell } from '../ui/toasts.ts'
import { NUMBER_FIELDS, NumberFields } from './AccountFields.tsx'
import { useAddChannel } from './queries.ts'
import classes from './WhatsAppPage.module.css'

export function AddNumberDialog({ account, onClose }: { account: WhatsAppAccount; onClose: () => void }) {
  const organization = useOrganization()
  const add = useAddChannel(organization.slug, account.id)
  const form = useForm({
    initialValues: { name: '', phone_number_id: '', phone: '' },
    validate: schemaResolver(addChannel.body, { sync: true }),
  })
  const failure = useFormFailure(form, NUMBER_FIELDS)
  const typed = form.isDirty()
  useTypedText(typed)
  return (
    <Modal opened onClose={onClose} title={m.number_add()} size={520} closeOnClickOutside={!typed}>
      <form
        noValidate
        className={classes.form}
        onSubmit={form.onSubmit((values) => {
          if (add.isPending) return
          failure.clear()
          add.mutate(values, {
            onSuccess: () => {
              tell(m.number_added())
              onClose()
            },
            onError: failure.sort,
          })
        })}
      >
        {failure.failure !== null && <ErrorNotice error={failure.failure} />}
        <NumberFields form={form} autofocus />
        <FormFoot>
          <Button variant="default" onClick={onClose}>
            {m.cancel()}
          </Button>
          <Button type="submit" loading={add.isPending}>
            {m.number_add()}
          </Button>
        </FormFoot>
      </form>
    </Modal>
  )
}
