// Closing by a key, or over somebody’s head, is asked for once more: a letter is soon pressed by mistake, and nobody opens a conversation again but the customer.
import { Button, Modal } from '@mantine/core'
import { formatCount } from '../lib/numbers.ts'
import { m } from '../paraglide/messages.js'
import classes from '../ui/ConfirmDialog.module.css'
import { useReturnsFocus } from '../ui/returns-focus.ts'
import paneClasses from './ConversationPane.module.css'

interface CloseDialogProps {
  name: string
  /** What the button says that closes. */
  label: string
  /** How many of one's messages did not get out. */
  unsent: number
  closing: boolean
  onConfirm: () => void
  onClose: () => void
}

export function CloseDialog({ name, label, unsent, closing, onConfirm, onClose }: CloseDialogProps) {
  useReturnsFocus()
  return (
    <Modal opened onClose={onClose} title={m.conversation_close_title({ name })} size={440} returnFocus={false}>
      <div className={classes.body}>
        {unsent > 0 && <p>{m.conversation_close_unsent({ count: unsent, shown: formatCount(unsent) })}</p>}
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

/** While what was written goes out first. */
export const ClosesWhenSent = ({ onKeepOpen }: { onKeepOpen: () => void }) => (
  <div className={paneClasses.bar} role="status">
    <p className={paneClasses.barWords}>{m.conversation_closes_when_sent()}</p>
    <Button variant="default" size="xs" onClick={onKeepOpen}>
      {m.conversation_keep_open()}
    </Button>
  </div>
)
