// The fields of a WhatsApp account and of a number, with where in Meta each is found.
import { TextInput } from '@mantine/core'
import { m } from '../paraglide/messages.js'
import { PasswordField } from '../ui/PasswordField.tsx'
import classes from './WhatsAppPage.module.css'

interface FormLike {
  getInputProps: (path: never) => object
}

const input = (form: FormLike, path: string) => form.getInputProps(path as never)

export function AccountFields({ form, editing = false }: { form: FormLike; editing?: boolean }) {
  return (
    <>
      <TextInput
        data-autofocus
        label={m.account_name()}
        description={m.account_name_hint()}
        autoComplete="off"
        dir="auto"
        {...input(form, 'name')}
      />
      <div className={classes.pair}>
        <TextInput
          label={m.portfolio_id()}
          description={m.portfolio_id_hint()}
          inputMode="numeric"
          autoComplete="off"
          {...input(form, 'portfolio_id')}
        />
        <TextInput
          label={m.waba_id()}
          description={m.waba_id_hint()}
          inputMode="numeric"
          autoComplete="off"
          {...input(form, 'waba_id')}
        />
      </div>
      <PasswordField
        label={m.app_secret()}
        description={editing ? m.app_secret_hint_edit() : m.app_secret_hint()}
        autoComplete="off"
        toggle={m.secret_toggle()}
        {...input(form, 'app_secret')}
      />
      <PasswordField
        label={m.access_token_optional()}
        description={editing ? m.access_token_hint_edit() : m.access_token_hint()}
        autoComplete="off"
        toggle={m.secret_toggle()}
        {...input(form, 'access_token')}
      />
    </>
  )
}

/** `prefix` is where the number stands in the form: `channels.0.` or nothing. */
export function NumberFields({
  form,
  prefix = '',
  autofocus = false,
}: {
  form: FormLike
  prefix?: string
  autofocus?: boolean
}) {
  return (
    <>
      <TextInput
        {...(autofocus ? { 'data-autofocus': true } : {})}
        label={m.number_name()}
        description={m.number_name_hint()}
        autoComplete="off"
        dir="auto"
        {...input(form, `${prefix}name`)}
      />
      <div className={classes.pair}>
        <TextInput
          label={m.phone_number_id()}
          description={m.phone_number_id_hint()}
          inputMode="numeric"
          autoComplete="off"
          {...input(form, `${prefix}phone_number_id`)}
        />
        <TextInput
          label={m.phone_number()}
          description={m.phone_number_hint()}
          type="tel"
          autoComplete="off"
          {...input(form, `${prefix}phone`)}
        />
      </div>
    </>
  )
}

export const ACCOUNT_FIELDS = ['name', 'portfolio_id', 'waba_id', 'app_secret', 'access_token'] as const
export const NUMBER_FIELDS = ['name', 'phone_number_id', 'phone'] as const
