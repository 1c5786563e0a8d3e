// The field for a second factor: the six digits of an authenticator app, or one of the recovery codes.
import { Button, TextInput } from '@mantine/core'
import { useState, type ReactNode } from 'react'
import { m } from '../paraglide/messages.js'
import classes from './CodeField.module.css'

interface CodeFieldProps {
  /** What `form.getInputProps` answers. */
  input: { value?: string; error?: ReactNode }
  onSwitch: () => void
  autoFocus?: boolean
}

export function CodeField({ input, onSwitch, autoFocus = false }: CodeFieldProps) {
  const [recovery, setRecovery] = useState(false)
  return (
    <div>
      <TextInput
        key={recovery ? 'recovery' : 'app'}
        label={recovery ? m.code_recovery() : m.code_app()}
        inputMode={recovery ? 'text' : 'numeric'}
        autoComplete={recovery ? 'off' : 'one-time-code'}
        autoCapitalize="none"
        spellCheck={false}
        autoFocus={autoFocus || recovery}
        maxLength={40}
        classNames={{ input: classes.code }}
        {...input}
      />
      <Button
        variant="transparent"
        size="compact-sm"
        className={classes.switch}
        onClick={() => {
          setRecovery(!recovery)
          onSwitch()
        }}
      >
        {recovery ? m.code_use_app() : m.code_use_recovery()}
      </Button>
    </div>
  )
}
