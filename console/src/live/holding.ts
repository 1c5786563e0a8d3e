// Contacts whose tags are being changed in this tab: what it shows already must not give way to an older word of the stream.
import type { QueryClient } from '@tanstack/react-query'

/** The word of the change itself is there by then, and is newer than any before it. */
const AFTER_MS = 1000

/** The key of the mutations that change the tags of a contact. */
export const changeTagKey = (organization: string, contactId: string) =>
  ['change-tag', organization, contactId] as const

export interface Held {
  has: (contactId: string) => boolean
  close: () => void
}

export function heldContacts(queryClient: QueryClient, organization: string): Held {
  const until = new Map<string, number>()
  const stop = queryClient.getMutationCache().subscribe(({ type, mutation }) => {
    // Forgotten by the cache it tells nothing new.
    if (type === 'removed') return
    const [what, where, id] = mutation?.options.mutationKey ?? []
    if (what !== 'change-tag' || where !== organization) return
    until.set(String(id), performance.now() + AFTER_MS)
  })
  return {
    has(id) {
      const end = until.get(id)
      if (end === undefined) return false
      if (end > performance.now() || queryClient.isMutating({ mutationKey: changeTagKey(organization, id) }) > 0)
        return true
      until.delete(id)
      return false
    },
    close: stop,
  }
}
