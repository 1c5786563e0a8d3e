// A short message that something was done, with the way back for as long as it stands.
import { notifications } from '@mantine/notifications'
import { m } from '../paraglide/messages.js'
import classes from './undo-toast.module.css'

/** Tells of something done to what `id` names, in place of what was told of it before; `onUndo` is called at most once. */
export function tellUndoable(id: string, message: string, onUndo: () => void): void {
  withdrawUndo(id)
  notifications.show({
    id,
    role: 'status',
    autoClose: 12_000,
    message: (
      <span className={classes.root}>
        <span>{message}</span>
        <button
          type="button"
          className={classes.undo}
          onClick={() => {
            withdrawUndo(id)
            onUndo()
          }}
        >
          {m.undo()}
        </button>
      </span>
    ),
  })
}

/** Once it was undone elsewhere there is nothing left to undo here. */
export const withdrawUndo = (id: string): void => {
  notifications.hide(id)
}
