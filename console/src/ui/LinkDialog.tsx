// A link that works once and is shown once: to be copied and handed over.
import { Button, Modal } from '@mantine/core'
import type { ReactNode } from 'react'
import { m } from '../paraglide/messages.js'
import { CopyButton } from './CopyButton.tsx'
import classes from './LinkDialog.module.css'
import { useReturnsFocus } from './returns-focus.ts'

interface LinkDialogProps {
  title: string
  url: string
  /** What the copy button copies. */
  what: string
  onClose: () => void
  /** What to do with it, and until when. */
  children: ReactNode
}

export function LinkDialog({ title, url, what, onClose, children }: LinkDialogProps) {
  useReturnsFocus()
  return (
    <Modal opened onClose={onClose} title={title} size={480} closeOnClickOutside={false} returnFocus={false}>
      <div className={classes.body}>
        <div className={classes.link}>
          <code data-link>{url}</code>
          <CopyButton text={url} what={what} />
        </div>
        {children}
        <Button className={classes.done} onClick={onClose} data-autofocus>
          {m.done()}
        </Button>
      </div>
    </Modal>
  )
}
