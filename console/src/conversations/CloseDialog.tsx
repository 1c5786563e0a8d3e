// Closing by a key is asked for once more: a letter is soon pressed by mistake, and nobody opens a conversation again but the customer.
import { Button, Modal } from '@mantine/core'
import { m } from '../paraglide/messages.js'
import classes from '../ui/ConfirmDialog.module.css'
import { useReturnsFocus } from '../ui/returns-focus.ts'

interface CloseDialogProps {
  name: string
  closing: boolean
  onConfirm: () => void
  onClose: () => void
}

export function CloseDialog({ name, closing, onConfirm, onClose }: CloseDialogProps) {
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
            {m.conversation_close()}
          </Button>
        </div>
      </div>
    </Modal>
  )
}
