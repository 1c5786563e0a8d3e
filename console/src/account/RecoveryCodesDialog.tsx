// The recovery codes, shown this once, to be copied or downloaded.
import { Button, Modal } from '@mantine/core'
import { copyText } from '../lib/clipboard.ts'
import { saveFile } from '../lib/files.ts'
import { useTypedText } from '../lib/typed-text.ts'
import { m } from '../paraglide/messages.js'
import { useReturnsFocus } from '../ui/returns-focus.ts'
import { tell, tellFailure } from '../ui/toasts.ts'
import classes from './TwoFactorDialogs.module.css'

interface RecoveryCodesDialogProps {
  codes: readonly string[]
  email: string
  onClose: () => void
}

export function RecoveryCodesDialog({ codes, email, onClose }: RecoveryCodesDialogProps) {
  useReturnsFocus()
  // They cannot be had again, so the tab asks before it closes.
  useTypedText(true)
  const copy = async () => {
    if (await copyText(codes.join('\n'))) tell(m.recovery_codes_copied())
    else tellFailure(m.copy_failed())
  }
  const download = () => {
    const text = `${m.app_name()} · ${m.recovery_codes()} · ${email}\n\n${codes.join('\n')}\n`
    saveFile('earmark-recovery-codes.txt', new Blob([text], { type: 'text/plain' }))
  }
  return (
    <Modal
      opened
      onClose={onClose}
      title={m.recovery_codes()}
      size={440}
      closeOnClickOutside={false}
      closeOnEscape={false}
      withCloseButton={false}
      returnFocus={false}
    >
      <div className={classes.body}>
        <p>{m.recovery_codes_text()}</p>
        <ul className={classes.codes}>
          {codes.map((code) => (
            <li key={code}>
              <code>{code}</code>
            </li>
          ))}
        </ul>
        <div className={classes.foot}>
          <Button variant="default" onClick={() => void copy()} data-autofocus>
            {m.recovery_codes_copy()}
          </Button>
          <Button variant="default" onClick={download}>
            {m.recovery_codes_download()}
          </Button>
          <Button onClick={onClose} className={classes.last}>
            {m.recovery_codes_kept()}
          </Button>
        </div>
      </div>
    </Modal>
  )
}
