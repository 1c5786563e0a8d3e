// Closing by a key, or over somebody’s head, is asked for once more: a letter is soon pressed by mistake, and nobody opens a conversation again but the customer.
import { Button, Modal } from '@mantine/core'
import { m } from '../paraglide/messages.js'
import classes from '../ui/ConfirmDialog.module.css'
import { useReturnsFocus } from '../ui/returns-focus.ts'

interface CloseDialogProps {
  name: string
  /** What the button says that closes. */
  label: string
  closing: boolean
  onConfirm: () => void
  onClose: () => void
}

export function CloseDialog({ name, label, closing, onConfirm, onClose }: CloseDialogProps) {
  useReturnsFocus()
  return (
    <Modal opened onClose={onClose} title={m.conversation_close_title({ name })} size={440} returnFocus={false}>
      <div className={classes.body}>
        <p>{m.conversation_close_text()}</p>
        <div className={classes.foot}>
          <Button variant="default" onClick={onClose}>
            {m.cancel()}
          </Button>
          <Button loading={closing} onClick={onConfirm} data-autofocus>
            {label}
          </Button>
        </div>
      </div>
    </Modal>
  )
}
