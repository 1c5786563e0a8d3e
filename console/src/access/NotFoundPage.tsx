// Where there is nothing to show: at an address without a page, in an organization that is not one's own, without any.
import { Button } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { m } from '../paraglide/messages.js'
import { EntryCard } from './EntryCard.tsx'
import { sessionQuery, useSignOut } from './queries.ts'

export function NotFoundPage() {
  return (
    <EntryCard title={m.not_found_title()} text={m.not_found_text()}>
      <Button renderRoot={(props) => <Link to="/" {...props} />}>{m.not_found_home()}</Button>
    </EntryCard>
  )
}

/** An organization that one does not belong to, or no more: the way to those that one does. */
export function OrganizationMissingPage() {
  // Looked up, not observed: trying again takes this page away, and that would break off the reading.
  const session = useQueryClient().getQueryData(sessionQuery.queryKey)
  return (
    <EntryCard title={m.organization_missing_title()} text={m.organization_missing_text()}>
      {session?.organizations.map(({ slug, name }) => (
        <Button
          key={slug}
          variant="default"
          renderRoot={(props) => <Link to="/o/$organization" params={{ organization: slug }} {...props} />}
        >
          <bdi>{name}</bdi>
        </Button>
      ))}
      {session?.organizations.length === 0 && <SignOutButton />}
    </EntryCard>
  )
}

export function NoOrganizationPage() {
  return (
    <EntryCard title={m.no_organization_title()} text={m.no_organization_text()}>
      <SignOutButton />
    </EntryCard>
  )
}

function SignOutButton() {
  const signOut = useSignOut()
  return (
    <Button variant="default" loading={signOut.isPending} onClick={() => signOut.mutate()}>
      {m.sign_out()}
    </Button>
  )
}
