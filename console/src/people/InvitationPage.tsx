// The page of an invitation's link: join with a new account, with the one that is signed in, or sign in first. The link's
// token stands behind # in the address.
import { Button } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useQuery } from '@tanstack/react-query'
import { Link, useLocation, useNavigate } from '@tanstack/react-router'
import { Join, type OpenInvitation } from '../../../server/people/schema.ts'
import { EntryCard } from '../access/EntryCard.tsx'
import { NewPersonFields } from '../access/NewPersonFields.tsx'
import { sessionQuery, useSignOut } from '../access/queries.ts'
import { isProblem, sentenceOf } from '../lib/api.ts'
import { useFormFailure } from '../lib/forms.ts'
import { rulesOf } from '../lib/rules.ts'
import { useTypedText } from '../lib/typed-text.ts'
import { m } from '../paraglide/messages.js'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import { invitationQuery, useAcceptInvitation, useJoin } from './queries.ts'

export function InvitationPage() {
  const token = useLocation({ select: ({ hash }) => hash })
  const invitation = useQuery({ ...invitationQuery(token), enabled: token !== '' })
  const session = useQuery({ ...sessionQuery, retry: false })
  if (token === '') return <EntryCard title={m.invitation()} text={m.problem_invitation_invalid()} />
  if (isProblem(invitation.error, 404) || isProblem(invitation.error, 409)) {
    return (
      <EntryCard title={m.invitation_unusable()} text={sentenceOf(invitation.error)}>
        <Button variant="default" renderRoot={(props) => <Link to="/" {...props} />}>
          {session.data ? m.invitation_open_earmark() : m.sign_in()}
        </Button>
      </EntryCard>
    )
  }
  // What is read again while the page is open, and a failure of that, takes the form from nobody.
  if (invitation.data === undefined && invitation.error) {
    return (
      <EntryCard title={m.invitation()}>
        <ErrorNotice error={invitation.error} onRetry={() => void invitation.refetch()} />
      </EntryCard>
    )
  }
  if (invitation.data === undefined || !session.isFetched)
    return <EntryCard title={m.invitation()} text={m.setup_checking()} />
  const onStale = () => void invitation.refetch()
  return session.data ? (
    <Accept token={token} invitation={invitation.data} session={session.data} onStale={onStale} />
  ) : (
    <NewAccount token={token} invitation={invitation.data} onStale={onStale} />
  )
}

interface InvitedProps {
  token: string
  invitation: OpenInvitation
  /** It cannot be used any more. */
  onStale: () => void
}

const textOf = ({ role, invited_by: inviter }: OpenInvitation) =>
  role === 'admin' ? m.invitation_text_admin({ inviter }) : m.invitation_text_agent({ inviter })

/** To the screens of the organization that was joined. */
function useOpenOrganization(slug: string) {
  const navigate = useNavigate()
  return () => void navigate({ to: '/o/$organization', params: { organization: slug } })
}

function Accept({
  token,
  invitation,
  session,
  onStale,
}: InvitedProps & { session: { user: { name: string; email: string }; organizations: { slug: string }[] } }) {
  const { slug, name } = invitation.organization
  const open = useOpenOrganization(slug)
  const signOut = useSignOut({ stays: true })
  const accept = useAcceptInvitation(open)
  if (session.organizations.some((each) => each.slug === slug)) {
    return (
      <EntryCard title={name} text={m.problem_already_member()}>
        <Button onClick={open}>{m.invitation_open_earmark()}</Button>
      </EntryCard>
    )
  }
  return (
    <EntryCard title={m.invitation_join({ organization: name })} text={textOf(invitation)}>
      {accept.error !== null && <ErrorNotice error={accept.error} />}
      <p>{m.invitation_signed_in({ name: session.user.name, email: session.user.email })}</p>
      <Button
        loading={accept.isPending}
        onClick={() =>
          accept.mutate(token, {
            onError: (error) => {
              if (isProblem(error, 409)) onStale()
            },
          })
        }
      >
        {m.invitation_accept()}
      </Button>
      <Button variant="default" loading={signOut.isPending} onClick={() => signOut.mutate()}>
        {m.sign_out()}
      </Button>
    </EntryCard>
  )
}

const FIELDS = ['name', 'email', 'password'] as const

function NewAccount({ token, invitation, onStale }: InvitedProps) {
  const { slug, name } = invitation.organization
  const join = useJoin(useOpenOrganization(slug))
  const form = useForm({
    initialValues: { token, name: '', email: invitation.email, password: '' },
    validate: rulesOf(Join),
  })
  const failure = useFormFailure(form, FIELDS)
  useTypedText(form.isDirty() && !join.isSuccess)
  return (
    <EntryCard title={m.invitation_join({ organization: name })} text={textOf(invitation)}>
      <form
        noValidate
        onSubmit={form.onSubmit((values) => {
          failure.clear()
          join.mutate(values, {
            onError: (error) => {
              failure.sort(error)
              if (isProblem(error, 409) && error.field === undefined) onStale()
            },
          })
        })}
      >
        {failure.failure !== null && <ErrorNotice error={failure.failure} signingIn />}
        <NewPersonFields form={form} first />
        <Button type="submit" loading={join.isPending} fullWidth>
          {m.invitation_create_account()}
        </Button>
      </form>
      <Button
        variant="default"
        renderRoot={(props) => <Link to="/sign-in" search={{ return_to: '/invitation' }} hash={token} {...props} />}
      >
        {m.invitation_have_account()}
      </Button>
    </EntryCard>
  )
}
