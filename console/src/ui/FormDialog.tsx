// A dialog with a form: typed text is not lost by a click beside it, and the focus goes back to where it came from.
import { Button, Modal } from '@mantine/core'
import { useEffect, useRef, type FormEvent, type ReactNode } from 'react'
import { useTypedText } from '../lib/typed-text.ts'
import { m } from '../paraglide/messages.js'
import { ErrorNotice } from './ErrorNotice.tsx'
import classes from './FormDialog.module.css'
import { useReturnsFocus } from './returns-focus.ts'

interface FormDialogProps {
  title: string
  size: number
  /** Whether something was typed that is not saved. */
  typed: boolean
  /** What stands above the fields because it belongs to none of them; null for nothing. */
  failure: unknown
  submitLabel: string
  submitting: boolean
  onSubmit: (event?: FormEvent<HTMLFormElement>) => void
  onClose: () => void
  children: ReactNode
}

export function FormDialog({
  title,
  size,
  typed,
  failure,
  submitLabel,
  submitting,
  onSubmit,
  onClose,
  children,
}: FormDialogProps) {
  useTypedText(typed)
  useReturnsFocus()
  const top = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (failure !== null) top.current?.scrollIntoView({ block: 'nearest' })
  }, [failure])
  return (
    <Modal opened onClose={onClose} title={title} size={size} closeOnClickOutside={!typed} returnFocus={false}>
      <form
        noValidate
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault()
          if (!submitting) onSubmit(event)
        }}
      >
        {failure !== null && (
          <div ref={top}>
            <ErrorNotice error={failure} />
          </div>
        )}
        {children}
        <div className={classes.foot}>
          <Button variant="default" onClick={onClose}>
            {m.cancel()}
          </Button>
          <Button type="submit" loading={submitting}>
            {submitLabel}
          </Button>
        </div>
      </form>
    </Modal>
  )
}
