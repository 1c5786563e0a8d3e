// An address where there is nothing, and other screens without a page of their own.
import { Button } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { Link, useRouter } from '@tanstack/react-router'
import { sentenceOf } from '../lib/api.ts'
import { m } from '../paraglide/messages.js'
import { EmptyState } from '../ui/EmptyState.tsx'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import { EntryCard } from './EntryCard.tsx'
import { OrganizationMissingError } from './guards.ts'
import { sessionQuery, useSignOut } from './queries.ts'

export function NotFoundPage() {
  return (
    <EntryCard title={m.not_found_title()} text={m.not_found_text()}>
      <Button renderRoot={(props) => <Link to="/" {...props} />}>{m.not_found_home()}</Button>
    </EntryCard>
  )
}

/** When not even the session could be read. */
export function FailurePage({ error }: { error: unknown }) {
  const router = useRouter()
  return (
    <EntryCard title={m.failure_title()}>
      <ErrorNotice error={error} onRetry={() => void router.invalidate()} />
    </EntryCard>
  )
}

/** An organization that one does not belong to, or no more: the way to those that one does. */
export function OrganizationFailure({ error }: { error: unknown }) {
  // Looked up, not observed: trying again takes this page away, and that would break off the reading.
  const session = useQueryClient().getQueryData(sessionQuery.queryKey)
  if (!(error instanceof OrganizationMissingError)) return <FailurePage error={error} />
  return (
    <EntryCard title={m.organization_missing_title()} text={m.organization_missing_text()}>
      {session?.organizations.map(({ slug, name }) => (
        <Button
          key={slug}
          variant="default"
          renderRoot={(props) => <Link to="/o/$organization/contacts" params={{ organization: slug }} {...props} />}
        >
          <bdi>{name}</bdi>
        </Button>
      ))}
      {session?.organizations.length === 0 && <SignOutButton />}
    </EntryCard>
  )
}

/** A screen that broke within the frame: the navigation stays usable. */
export function ScreenFailure({ error }: { error: unknown }) {
  const router = useRouter()
  return (
    <EmptyState title={m.failure_title()} text={sentenceOf(error)} heading="h1">
      <Button variant="default" onClick={() => void router.invalidate()}>
        {m.retry()}
      </Button>
    </EmptyState>
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
