// What happens when the session turns out to have ended.
import type { QueryClient } from '@tanstack/react-query'
import type { AnyRouter } from '@tanstack/react-router'
import { holdsTypedText } from '../lib/typed-text.ts'
import { sessionQuery } from './queries.ts'

/** Leads to the sign-in page and back here afterwards. Whoever is typing learns of it when saving, and keeps what was typed. */
export function leaveSignedOut(queryClient: QueryClient, router: AnyRouter): void {
  if (holdsTypedText()) return
  queryClient.removeQueries(sessionQuery)
  const { pathname, searchStr, hash } = router.state.location
  if (pathname === '/sign-in') return
  void router.navigate({ to: '/sign-in', search: { return_to: pathname + searchStr }, hash })
}
