// What a screen asks for before it opens: a session, and an organization that it belongs to.
import type { QueryClient } from '@tanstack/react-query'
import { redirect } from '@tanstack/react-router'
import type { CurrentSession, Organization } from '../../../server/access/schema.ts'
import { isProblem } from '../lib/api.ts'
import { sessionQuery } from './queries.ts'

/** The session, or the way to the sign-in page and back here. */
export async function requireSession(queryClient: QueryClient, href: string): Promise<CurrentSession> {
  try {
    return await queryClient.ensureQueryData(sessionQuery)
  } catch (error) {
    if (isProblem(error, 401)) throw redirect({ to: '/sign-in', search: href === '/' ? {} : { return_to: href } })
    throw error
  }
}

/** Whoever is signed in does not belong to the organization of the address, or there is none. */
export class OrganizationMissingError extends Error {}

export async function requireOrganization(
  queryClient: QueryClient,
  href: string,
  slug: string,
): Promise<{ session: CurrentSession; organization: Organization }> {
  const session = await requireSession(queryClient, href)
  const organization = session.organizations.find((each) => each.slug === slug)
  if (!organization) throw new OrganizationMissingError()
  return { session, organization }
}

/** Who is signed in already has nothing to do on the sign-in page. */
export async function leaveIfSignedIn(queryClient: QueryClient, returnTo: string): Promise<void> {
  const session = await queryClient.ensureQueryData(sessionQuery).catch(() => null)
  if (session) throw redirect({ href: returnTo })
}
