// The keys of the inbox, listed; single letters can be turned off here, for whoever speaks to the computer.
import { Kbd, Modal, Switch } from '@mantine/core'
import { m } from '../paraglide/messages.js'
import { useReturnsFocus } from '../ui/returns-focus.ts'
import { shortcutWords, turnShortcuts, useShortcutsOn } from './shortcuts.ts'
import classes from './ShortcutsDialog.module.css'

export function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  const on = useShortcutsOn()
  useReturnsFocus()
  return (
    <Modal opened onClose={onClose} title={m.shortcuts()} size={420} returnFocus={false}>
      <dl className={classes.list} data-off={!on || undefined}>
        {shortcutWords().map(({ keys, words }) => (
          <div key={words} className={classes.shortcut}>
            <dt>{words}</dt>
            <dd>
              {keys.map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
      <Switch
        label={m.shortcuts_on()}
        description={m.shortcuts_on_hint()}
        checked={on}
        onChange={(event) => turnShortcuts(event.currentTarget.checked)}
      />
    </Modal>
  )
}
