// Asks before something far-reaching is done, and says in words what will happen.
import { Button, Modal } from '@mantine/core'
import type { ReactNode } from 'react'
import { m } from '../paraglide/messages.js'
import classes from './ConfirmDialog.module.css'
import { ErrorNotice } from './ErrorNotice.tsx'
import { useReturnsFocus } from './returns-focus.ts'

interface ConfirmDialogProps {
  title: string
  confirmLabel: string
  /** What cannot be taken back is red. */
  danger?: boolean
  confirming: boolean
  /** Why it failed when it was confirmed before; null for nothing. */
  failure: unknown
  onConfirm: () => void
  onClose: () => void
  children: ReactNode
}

export function ConfirmDialog({
  title,
  confirmLabel,
  danger = false,
  confirming,
  failure,
  onConfirm,
  onClose,
  children,
}: ConfirmDialogProps) {
  useReturnsFocus()
  return (
    <Modal opened onClose={onClose} title={title} size={480} returnFocus={false}>
      <div className={classes.body}>
        {failure !== null && <ErrorNotice error={failure} />}
        {children}
        <div className={classes.foot}>
          <Button variant="default" onClick={onClose} data-autofocus>
            {m.cancel()}
          </Button>
          <Button className={danger ? classes.danger : undefined} loading={confirming} onClick={onConfirm}>
            {confirmLabel}
          </Button>
        </div>
      </div>
    </Modal>
  )
}
