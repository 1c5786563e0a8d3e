// An address where there is nothing, and other screens without a page of their own.
import { Button } from '@mantine/core'
import { Link, useRouter } from '@tanstack/react-router'
import { sentenceOf } from '../lib/api.ts'
import { m } from '../paraglide/messages.js'
import { EmptyState } from '../ui/EmptyState.tsx'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import { EntryCard } from './EntryCard.tsx'
import { useSignOut } from './queries.ts'

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
  const signOut = useSignOut()
  return (
    <EntryCard title={m.no_organization_title()} text={m.no_organization_text()}>
      <Button variant="default" loading={signOut.isPending} onClick={() => signOut.mutate()}>
        {m.sign_out()}
      </Button>
    </EntryCard>
  )
}
