// What is asked before somebody's role changes, somebody is removed, or an invitation is withdrawn.
import type { Role } from '../../../server/access/schema.ts'
import type { Invitation, Person } from '../../../server/people/schema.ts'
import { useOrganization, useSession } from '../access/queries.ts'
import { m } from '../paraglide/messages.js'
import { ConfirmDialog } from '../ui/ConfirmDialog.tsx'
import { tell } from '../ui/toasts.ts'
import { useChangeRole, useRemovePerson, useWithdrawInvitation } from './queries.ts'

interface PersonDialogProps {
  person: Person
  onClose: () => void
}

export function ChangeRoleDialog({ person, onClose }: PersonDialogProps) {
  const { slug } = useOrganization()
  const { user } = useSession()
  const change = useChangeRole(slug)
  const role: Role = person.role === 'admin' ? 'agent' : 'admin'
  const oneself = person.id === user.id
  return (
    <ConfirmDialog
      title={role === 'admin' ? m.person_make_admin() : m.person_make_agent()}
      confirmLabel={role === 'admin' ? m.person_make_admin() : m.person_make_agent()}
      confirming={change.isPending}
      failure={change.error}
      onConfirm={() =>
        change.mutate(
          { id: person.id, role },
          {
            onSuccess: () => {
              tell(m.person_role_changed())
              onClose()
            },
          },
        )
      }
      onClose={onClose}
    >
      <p>
        <bdi>{person.name}</bdi>
        {' · '}
        {role === 'admin' ? m.role_admin_text() : m.role_agent_text()}
      </p>
      {role === 'agent' && <p>{m.person_demote_text()}</p>}
      {oneself && <p>{m.person_demote_oneself()}</p>}
    </ConfirmDialog>
  )
}

export function RemovePersonDialog({ person, onClose }: PersonDialogProps) {
  const { slug } = useOrganization()
  const { user } = useSession()
  const remove = useRemovePerson(slug)
  return (
    <ConfirmDialog
      title={m.person_remove_title()}
      confirmLabel={m.person_remove()}
      danger
      confirming={remove.isPending}
      failure={remove.error}
      onConfirm={() =>
        remove.mutate(person.id, {
          onSuccess: () => {
            tell(m.person_removed())
            onClose()
          },
        })
      }
      onClose={onClose}
    >
      <p>
        <bdi>{person.name}</bdi> ({person.email})
      </p>
      <p>{person.id === user.id ? m.person_remove_oneself() : m.person_remove_text()}</p>
      <p>{m.person_remove_history()}</p>
    </ConfirmDialog>
  )
}

export function WithdrawDialog({ invitation, onClose }: { invitation: Invitation; onClose: () => void }) {
  const { slug } = useOrganization()
  const withdraw = useWithdrawInvitation(slug)
  return (
    <ConfirmDialog
      title={m.invitation_withdraw_title()}
      confirmLabel={m.invitation_withdraw()}
      danger
      confirming={withdraw.isPending}
      failure={withdraw.error}
      onConfirm={() =>
        withdraw.mutate(invitation.id, {
          onSuccess: () => {
            tell(m.invitation_withdrawn())
            onClose()
          },
        })
      }
      onClose={onClose}
    >
      <p>{m.invitation_withdraw_text()}</p>
    </ConfirmDialog>
  )
}
