// Screens that failed. Loaded with the first one: the way to any other may be what is broken.
import { Button } from '@mantine/core'
import { useRouter } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import { sentenceOf } from '../lib/api.ts'
import { m } from '../paraglide/messages.js'
import { EmptyState } from '../ui/EmptyState.tsx'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import { EntryCard } from './EntryCard.tsx'
import { OrganizationMissingError } from './guards.ts'

const OrganizationMissingPage = lazy(() =>
  import('./NotFoundPage.tsx').then((file) => ({ default: file.OrganizationMissingPage })),
)

/** When not even the session could be read. */
export function FailurePage({ error }: { error: unknown }) {
  const router = useRouter()
  return (
    <EntryCard title={m.failure_title()}>
      <ErrorNotice error={error} onRetry={() => void router.invalidate()} />
    </EntryCard>
  )
}

/** An organization could not be opened: there is none to open, or something failed. */
export const OrganizationFailure = ({ error }: { error: unknown }) =>
  error instanceof OrganizationMissingError ? (
    <Suspense>
      <OrganizationMissingPage />
    </Suspense>
  ) : (
    <FailurePage error={error} />
  )

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
