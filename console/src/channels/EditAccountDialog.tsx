// Edit account: secrets that are left empty stay as they are.
import { useForm } from '@mantine/form'
import { UpdateWhatsAppAccount, type WhatsAppAccount } from '../../../server/channels/schema.ts'
import { useOrganization } from '../access/queries.ts'
import { useFormFailure } from '../lib/forms.ts'
import { rulesOf } from '../lib/rules.ts'
import { m } from '../paraglide/messages.js'
import { FormDialog } from '../ui/FormDialog.tsx'
import { tell } from '../ui/toasts.ts'
import { ACCOUNT_FIELDS, AccountFields } from './AccountFields.tsx'
import { useUpdateAccount } from './queries.ts'

export function EditAccountDialog({ account, onClose }: { account: WhatsAppAccount; onClose: () => void }) {
  const organization = useOrganization()
  const update = useUpdateAccount(organization.slug, account.id)
  const validate = rulesOf(UpdateWhatsAppAccount)
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
  return (
    <FormDialog
      title={m.account_edit()}
      size={560}
      typed={typed}
      failure={failure.failure}
      submitLabel={m.save()}
      submitting={update.isPending}
      onSubmit={form.onSubmit((values) => {
        failure.clear()
        update.mutate(withoutEmptySecrets(values), {
          onSuccess: () => {
            tell(m.account_updated())
            onClose()
          },
          onError: failure.sort,
        })
      })}
      onClose={onClose}
    >
      <AccountFields form={form} editing />
    </FormDialog>
  )
}

function withoutEmptySecrets<T extends { app_secret: string; access_token: string }>({
  app_secret,
  access_token,
  ...rest
}: T) {
  return {
    ...rest,
    ...(app_secret.trim() === '' ? {} : { app_secret }),
    ...(access_token.trim() === '' ? {} : { access_token }),
  }
}
