// Erase contact: what goes, what stays, that it is for good, and a second step before it.
import { useRef, useState } from 'react'
import { useOrganization } from '../access/queries.ts'
import { m } from '../paraglide/messages.js'
import { ConfirmDialog } from '../ui/ConfirmDialog.tsx'
import { tell } from '../ui/toasts.ts'
import classes from './EraseContactDialog.module.css'
import { useEraseContact } from './queries.ts'

interface EraseContactDialogProps {
  id: string
  /** As the panel calls the contact. */
  name: string
  onClose: () => void
  onErased: () => void
}

export function EraseContactDialog({ id, name, onClose, onErased }: EraseContactDialogProps) {
  const organization = useOrganization()
  const erase = useEraseContact(organization.slug)
  const [understood, setUnderstood] = useState(false)
  const [asked, setAsked] = useState(false)
  const missing = asked && !understood
  const box = useRef<HTMLInputElement>(null)
  const confirm = () => {
    setAsked(true)
    if (!understood) return box.current?.focus()
    erase.mutate(id, {
      onSuccess: () => {
        tell(m.erase_done())
        onClose()
        onErased()
      },
    })
  }
  return (
    <ConfirmDialog
      title={m.erase_title({ name })}
      confirmLabel={m.erase_submit()}
      danger
      confirming={erase.isPending}
      failure={erase.error}
      onConfirm={confirm}
      onClose={onClose}
    >
      <p>{m.erase_goes()}</p>
      <ul className={classes.list}>
        <li>{m.erase_goes_messages()}</li>
        <li>{m.erase_goes_ids()}</li>
        <li>{m.erase_goes_tags()}</li>
        <li>{m.erase_goes_deliveries()}</li>
      </ul>
      <p>{m.erase_stays()}</p>
      <label className={classes.understood}>
        <input
          ref={box}
          type="checkbox"
          checked={understood}
          aria-invalid={missing || undefined}
          aria-describedby={missing ? 'erase-understood-missing' : undefined}
          onChange={(event) => setUnderstood(event.currentTarget.checked)}
        />
        {m.erase_understood()}
      </label>
      {missing && (
        <p id="erase-understood-missing" role="alert" className={classes.missing}>
          {m.erase_understood_missing()}
        </p>
      )}
    </ConfirmDialog>
  )
}
