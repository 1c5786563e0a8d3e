// What happens when somebody's role, or where they belong, turns out to have changed while a screen is open.
import type { QueryClient } from '@tanstack/react-query'
import type { AnyRouter } from '@tanstack/react-router'
import type { CurrentSession } from '../../../server/access/schema.ts'
import { isProblem } from '../lib/api.ts'
import { afterTypedText, holdsTypedText } from '../lib/typed-text.ts'
import { sessionQuery } from './queries.ts'
import { leaveSignedOut } from './signed-out.ts'

let reading: Promise<void> | null = null
let next: Promise<void> | null = null
/** The role that was told of while the screens are still those of another. */
let told: string | null = null

/**
 * Reads again who is signed in and where they belong, and shows the screens by it; many calls at once are one, or two when
 * the answer that is on its way may be older than what they heard of. A changed role is told in words, and whoever is
 * typing keeps the screen until they are done.
 */
export function readSessionAgain(queryClient: QueryClient, router: AnyRouter): Promise<void> {
  if (reading) {
    next ??= reading
      .finally(() => {
        next = null
      })
      .then(() => readSessionAgain(queryClient, router))
    return next
  }
  reading = readAgain(queryClient, router).finally(() => {
    reading = null
  })
  return reading
}

/** By what the screens were opened. The cache may know more by now. */
function shownSession(queryClient: QueryClient, router: AnyRouter): CurrentSession | undefined {
  const organization = router.state.matches.find(({ routeId }) => routeId === '/o/$organization')
  return (
    (organization?.context as { session?: CurrentSession } | undefined)?.session ??
    queryClient.getQueryData(sessionQuery.queryKey)
  )
}

/** It seldom happens: the words need not be there before. */
const loadNews = () => import('./membership-news.ts')

async function readAgain(queryClient: QueryClient, router: AnyRouter): Promise<void> {
  const slug = /^\/o\/([^/]+)/.exec(router.state.location.pathname)?.[1]
  const before = shownSession(queryClient, router)
  const of = (session: typeof before) => session?.organizations.find((each) => each.slug === slug)
  let after: typeof before
  try {
    after = await queryClient.fetchQuery({ ...sessionQuery, staleTime: 0 })
  } catch (error) {
    if (isProblem(error, 401)) leaveSignedOut(queryClient, router)
    return
  }
  const [was, is] = [of(before), of(after)]
  const became = was && is && was.role !== is.role ? `${is.slug} ${is.role}` : null
  const isNew = became !== null && became !== told
  told = became
  if (isNew && is) (await loadNews()).tellRole(is.role)
  if (JSON.stringify(before?.organizations) === JSON.stringify(after?.organizations)) return
  if (holdsTypedText()) {
    if (was && !is) (await loadNews()).tellLeft(was.name)
    afterTypedText(() => void show(queryClient, router, slug))
    return
  }
  await show(queryClient, router, slug)
}

/** Opens the screens by what is known now; of an organization that one does not belong to nothing is kept. */
async function show(queryClient: QueryClient, router: AnyRouter, slug: string | undefined): Promise<void> {
  const { organizations } = queryClient.getQueryData(sessionQuery.queryKey) ?? {}
  if (organizations && !organizations.some((each) => each.slug === slug))
    queryClient.removeQueries({ predicate: ({ queryKey }) => slug !== undefined && queryKey[1] === slug })
  await router.invalidate()
}
