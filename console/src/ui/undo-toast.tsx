// A short message that something was done, with the way back for as long as it stands.
import { notifications } from '@mantine/notifications'
import { m } from '../paraglide/messages.js'
import classes from './undo-toast.module.css'

/** `onUndo` is called at most once. */
export function tellUndoable(message: string, onUndo: () => void): void {
  const id = notifications.show({
    role: 'status',
    autoClose: 12_000,
    message: (
      <span className={classes.root}>
        <span>{message}</span>
        <button
          type="button"
          className={classes.undo}
          onClick={() => {
            notifications.hide(id)
            onUndo()
          }}
        >
          {m.undo()}
        </button>
      </span>
    ),
  })
}
