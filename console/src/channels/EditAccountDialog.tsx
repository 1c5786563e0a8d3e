// Edit account: secrets that are left empty stay as they are.
import { Button, Modal } from '@mantine/core'
import { schemaResolver, useForm } from '@mantine/form'
import { UpdateWhatsAppAccount, type WhatsAppAccount } from '../../../server/channels/schema.ts'
import { useOrganization } from '../access/queries.ts'
import { useFormFailure } from '../lib/forms.ts'
import { useTypedText } from '../lib/typed-text.ts'
import { m } from '../paraglide/messages.js'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import { FormFoot } from '../ui/FormFoot.tsx'
import { tell } from '../ui/toasts.ts'
import { ACCOUNT_FIELDS, AccountFields } from './AccountFields.tsx'
import { useUpdateAccount } from './queries.ts'
import classes from './WhatsAppPage.module.css'

export function EditAccountDialog({ account, onClose }: { account: WhatsAppAccount; onClose: () => void }) {
  const organization = useOrganization()
  const update = useUpdateAccount(organization.slug, account.id)
  const validate = schemaResolver(UpdateWhatsAppAccount, { sync: true })
  const form = useForm({
    initialValues: {
      name: account.name,
      portfolio_id: account.portfolio_id,
      waba_id: account.waba_id,
      app_secret: '',
      access_token: '',
    },
    validate: (values) => validate(withoutEmptySecrets(values)),
  })
  const failure = useFormFailure(form, ACCOUNT_FIELDS)
  const typed = form.isDirty()
  useTypedText(typed)
  return (
    <Modal opened onClose={onClose} title={m.account_edit()} size={560} closeOnClickOutside={!typed}>
      <form
        noValidate
        className={classes.form}
        onSubmit={form.onSubmit((values) => {
          if (update.isPending) return
          failure.clear()
          update.mutate(withoutEmptySecrets(values), {
            onSuccess: () => {
              tell(m.account_updated())
              onClose()
            },
            onError: failure.sort,
          })
        })}
      >
        {failure.failure !== null && <ErrorNotice error={failure.failure} />}
        <AccountFields form={form} editing />
        <FormFoot>
          <Button variant="default" onClick={onClose}>
            {m.cancel()}
          </Button>
          <Button type="submit" loading={update.isPending}>
            {m.save()}
          </Button>
        </FormFoot>
      </form>
    </Modal>
  )
}

function withoutEmptySecrets<T extends { app_secret: string; access_token: string }>({ app_secret, access_token, ...rest }: T) {
  return {
    ...rest,
    ...(app_secret.trim() === '' ? {} : { app_secret }),
    ...(access_token.trim() === '' ? {} : { access_token }),
  }
}
