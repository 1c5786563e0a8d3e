// A field for what nobody shall read over a shoulder; the button that shows it has a name and is reached by keyboard.
import { PasswordInput, type PasswordInputProps } from '@mantine/core'
import { m } from '../paraglide/messages.js'

interface PasswordFieldProps extends PasswordInputProps {
  /** What the button is called where it is no password. */
  toggle?: string
}

export const PasswordField = ({ toggle = m.password_toggle(), ...rest }: PasswordFieldProps) => (
  <PasswordInput
    visibilityToggleButtonProps={{ 'aria-label': toggle, 'aria-hidden': undefined, tabIndex: 0 }}
    {...rest}
  />
)
