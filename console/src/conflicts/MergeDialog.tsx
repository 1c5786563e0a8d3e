// Merge two contacts: which one stays, what joins it, and that it can be undone.
import type { Conflict } from '../../../server/contacts/conflicts-schema.ts'
import type { Contact } from '../../../server/contacts/schema.ts'
import { useOrganization } from '../access/queries.ts'
import { addressOf } from '../contacts/identity.ts'
import { m } from '../paraglide/messages.js'
import { ConfirmDialog } from '../ui/ConfirmDialog.tsx'
import classes from './MergeDialog.module.css'
import { isFinal, useDecideConflict } from './queries.ts'
import { nameOf } from './words.ts'

interface MergeDialogProps {
  conflict: Conflict
  onClose: () => void
  onDecided: () => void
}

export function MergeDialog({ conflict, onClose, onDecided }: MergeDialogProps) {
  const organization = useOrganization()
  const decide = useDecideConflict(organization.slug, () => {
    onClose()
    // Once the dialog has given the focus back.
    window.setTimeout(onDecided, 50)
  })
  return (
    <ConfirmDialog
      title={m.conflict_merge_title()}
      confirmLabel={m.conflict_merge()}
      confirming={decide.isPending}
      failure={isFinal(decide.error) ? null : decide.error}
      onConfirm={() => decide.mutate({ conflict, decision: 'merged' })}
      onClose={onClose}
    >
      <dl className={classes.two}>
        <Side label={m.conflict_merge_stays()} contact={conflict.contact} />
        <Side label={m.conflict_merge_joins()} contact={conflict.other_contact} />
      </dl>
      <ul className={classes.list}>
        <li>{m.conflict_merge_what()}</li>
        <li>{m.conflict_merge_tags()}</li>
        <li>{m.conflict_merge_undo()}</li>
      </ul>
    </ConfirmDialog>
  )
}

function Side({ label, contact }: { label: string; contact: Contact | null }) {
  if (contact === null) return null
  const address = addressOf(contact)
  return (
    <div className={classes.side}>
      <dt>{label}</dt>
      <dd>
        <span className={classes.name} dir="auto">
          {nameOf(contact)}
        </span>
        {contact.display_name !== null && (
          <bdi className={classes.address} title={address.whole}>
            {address.text}
          </bdi>
        )}
      </dd>
    </div>
  )
}
