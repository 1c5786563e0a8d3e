// The field in which a signed-in person proves who they are; password managers learn for whom it is.
import type { ReactNode } from 'react'
import { PasswordField } from '../ui/PasswordField.tsx'

interface PresentPasswordProps {
  label: string
  email: string
  /** What `form.getInputProps` answers. */
  input: { value?: string; error?: ReactNode }
}

export function PresentPassword({ label, email, input }: PresentPasswordProps) {
  return (
    <>
      <input type="email" autoComplete="username" value={email} readOnly hidden />
      <PasswordField label={label} autoComplete="current-password" data-autofocus {...input} />
    </>
  )
}
