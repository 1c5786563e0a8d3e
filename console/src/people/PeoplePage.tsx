// Settings → People: who belongs to the organization, as what, and who is invited.
import { ActionIcon, Button, Menu, Skeleton } from '@mantine/core'
import { IconDots, IconUserPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useRef, useState } from 'react'
import type { Invitation, Person } from '../../../server/people/schema.ts'
import { Allowed } from '../access/Allowed.tsx'
import { useOrganization, useSession } from '../access/queries.ts'
import { m } from '../paraglide/messages.js'
import { OnlineMark } from '../presence/OnlineMark.tsx'
import { usePresence } from '../presence/told.ts'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import { PageHeader } from '../ui/PageHeader.tsx'
import { SmallBadge } from '../ui/SmallBadge.tsx'
import { Time } from '../ui/Time.tsx'
import classes from './PeoplePage.module.css'
import { ChangeRoleDialog, RemovePersonDialog, WithdrawDialog } from './PersonDialogs.tsx'
import { invitationsQuery, peopleQuery } from './queries.ts'
import { ResetLinkDialog } from './ResetLinkDialog.tsx'

const InviteDialog = lazy(() => import('./InviteDialog.tsx').then((file) => ({ default: file.InviteDialog })))

type Dialog =
  | { kind: 'invite' }
  | { kind: 'role' | 'remove' | 'reset'; person: Person }
  | { kind: 'withdraw'; invitation: Invitation }

export const PeoplePage = () => (
  <Allowed permission="people:manage">
    <People />
  </Allowed>
)

function People() {
  const organization = useOrganization()
  const people = useQuery(peopleQuery(organization.slug))
  const invitations = useQuery(invitationsQuery(organization.slug))
  const [dialog, setDialog] = useState<Dialog | null>(null)
  const close = () => setDialog(null)
  const error = people.error ?? invitations.error
  const administrators = people.data?.filter((each) => each.role === 'admin').length ?? 0
  return (
    <div className={classes.page}>
      <PageHeader title={m.people()} organization={organization.name} text={m.people_text()}>
        <Button leftSection={<IconUserPlus size={15} stroke={2} />} onClick={() => setDialog({ kind: 'invite' })}>
          {m.person_invite()}
        </Button>
      </PageHeader>
      <div className={classes.content} tabIndex={-1}>
        {error && (
          <ErrorNotice
            error={error}
            onRetry={() => {
              void people.refetch()
              void invitations.refetch()
            }}
          />
        )}
        {people.data ? (
          <ul className={classes.list} aria-label={m.people()} tabIndex={-1}>
            {people.data.map((person) => (
              <PersonRow
                key={person.id}
                person={person}
                last={person.role === 'admin' && administrators < 2}
                onAct={(kind) => setDialog({ kind, person })}
              />
            ))}
          </ul>
        ) : (
          !error && (
            <div role="status" aria-label={m.people_loading()}>
              <Skeleton height={160} radius={10} />
            </div>
          )
        )}
        {invitations.data && invitations.data.length > 0 && (
          <section>
            <h2 className={classes.title} id="open-invitations">
              {m.invitations()}
            </h2>
            <ul className={classes.list} aria-labelledby="open-invitations" tabIndex={-1}>
              {invitations.data.map((invitation) => (
                <InvitationRow
                  key={invitation.id}
                  invitation={invitation}
                  onWithdraw={() => setDialog({ kind: 'withdraw', invitation })}
                />
              ))}
            </ul>
          </section>
        )}
      </div>
      <Suspense>{dialog?.kind === 'invite' && <InviteDialog onClose={close} />}</Suspense>
      {dialog?.kind === 'role' && <ChangeRoleDialog person={dialog.person} onClose={close} />}
      {dialog?.kind === 'remove' && <RemovePersonDialog person={dialog.person} onClose={close} />}
      {dialog?.kind === 'reset' && <ResetLinkDialog person={dialog.person} onClose={close} />}
      {dialog?.kind === 'withdraw' && <WithdrawDialog invitation={dialog.invitation} onClose={close} />}
    </div>
  )
}

const roleName = (role: Person['role']) => (role === 'admin' ? m.role_admin() : m.role_agent())

interface PersonRowProps {
  person: Person
  /** The only administrator. */
  last: boolean
  onAct: (kind: 'role' | 'remove' | 'reset') => void
}

function PersonRow({ person, last, onAct }: PersonRowProps) {
  const { user } = useSession()
  const { online } = usePresence(useOrganization().slug)
  const button = useRef<HTMLButtonElement>(null)
  const act = (kind: 'role' | 'remove' | 'reset') => () => {
    // The item goes with the menu: a dialog gives the focus back to what stays.
    button.current?.focus({ preventScroll: true })
    onAct(kind)
  }
  return (
    <li className={classes.row}>
      <div className={classes.who}>
        <span className={classes.name}>
          <bdi>{person.name}</bdi> {person.id === user.id && <SmallBadge>{m.person_you()}</SmallBadge>}{' '}
          {person.two_factor && <SmallBadge>{m.two_factor()}</SmallBadge>}
        </span>
        <span className={classes.soft}>{person.email}</span>
      </div>
      <span className={classes.role}>{roleName(person.role)}</span>
      <span className={classes.when}>
        {online.includes(person.id) ? (
          <OnlineMark />
        ) : person.last_seen_at === null ? (
          m.person_never_seen()
        ) : (
          <>
            {m.column_last_seen()} <Time at={person.last_seen_at} />
          </>
        )}
      </span>
      <Menu width={240} position="bottom-end">
        <Menu.Target>
          <ActionIcon ref={button} className={classes.act} aria-label={m.person_actions({ name: person.name })}>
            <IconDots size={17} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {last && <Menu.Label>{m.person_last_admin()}</Menu.Label>}
          <Menu.Item disabled={last} onClick={act('role')}>
            {person.role === 'admin' ? m.person_make_agent() : m.person_make_admin()}
          </Menu.Item>
          {person.id !== user.id && <Menu.Item onClick={act('reset')}>{m.reset_link_make()}</Menu.Item>}
          <Menu.Divider />
          <Menu.Item disabled={last} className={classes.danger} onClick={act('remove')}>
            {m.person_remove()}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </li>
  )
}

function InvitationRow({ invitation, onWithdraw }: { invitation: Invitation; onWithdraw: () => void }) {
  return (
    <li className={classes.row}>
      <div className={classes.who}>
        <span className={classes.name}>{invitation.email === '' ? m.invitation_unnamed() : invitation.email}</span>
        <span className={classes.soft}>
          {m.invitation_by()} <bdi>{invitation.invited_by.name}</bdi>
        </span>
      </div>
      <span className={classes.role}>{roleName(invitation.role)}</span>
      <span className={classes.when}>
        {m.expires()} <Time at={invitation.expires_at} form="day" />
      </span>
      <Button className={classes.act} size="xs" variant="default" onClick={onWithdraw}>
        {m.invitation_withdraw()}
      </Button>
    </li>
  )
}
