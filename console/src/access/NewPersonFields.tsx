// Name, e-mail and first password of somebody who gets an account; the form has them under these names.
import { TextInput } from '@mantine/core'
import type { UseFormReturnType } from '@mantine/form'
import { PASSWORD_MIN_LENGTH } from '../../../server/access/schema.ts'
import { m } from '../paraglide/messages.js'
import { PasswordField } from '../ui/PasswordField.tsx'

interface NewPerson {
  name: string
  email: string
  password: string
}

interface NewPersonFieldsProps<T extends NewPerson> {
  form: UseFormReturnType<T>
  /** The name is the first field of the form. */
  first?: boolean
}

export function NewPersonFields<T extends NewPerson>({ form, first = false }: NewPersonFieldsProps<T>) {
  return (
    <>
      <TextInput label={m.your_name()} autoComplete="name" autoFocus={first} {...form.getInputProps('name')} />
      <TextInput label={m.email()} type="email" autoComplete="username" {...form.getInputProps('email')} />
      <PasswordField
        label={m.password()}
        description={m.setup_password_hint({ count: PASSWORD_MIN_LENGTH })}
        autoComplete="new-password"
        {...form.getInputProps('password')}
      />
    </>
  )
}
