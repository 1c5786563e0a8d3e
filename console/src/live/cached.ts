// What is cached of one organization, patched query by query and read again; a reading that was under way when something
// was patched is patched again when it ends, as it may have looked before the change.
import type { Query, QueryClient, QueryFilters } from '@tanstack/react-query'
import { notifyManager } from '@tanstack/react-query'
import type { Contact, ContactDetail } from '../../../server/contacts/schema.ts'
import type { Tag } from '../../../server/tags/schema.ts'
import { patchCatalog, patchChips, patchDetail, patchPages, sortAssignments, type Patch } from './patching.ts'

export interface Cached {
  /** Puts contacts and tags in place wherever they are cached. */
  patch: (patch: Patch) => void
  /** Changes what is cached under keys that begin so. */
  change: (queryKey: readonly unknown[], change: (data: unknown) => unknown) => void
  /** Reads again what is shown, and lets the rest be read again when it is shown. */
  readAgain: (filters: QueryFilters) => Promise<void>
  close: () => void
}

export function openCached(queryClient: QueryClient, organization: string): Cached {
  const cache = queryClient.getQueryCache()
  const isOurs = ({ queryKey }: Pick<Query, 'queryKey'>): boolean => queryKey[1] === organization
  const startedAt = new WeakMap<Query, number>()
  /** Only while something is being read. */
  let recent: { at: number; patch: Patch }[] = []

  const stop = cache.subscribe((event) => {
    if (event.type !== 'updated' || !isOurs(event.query)) return
    const { query, action } = event
    if (action.type === 'fetch') startedAt.set(query, performance.now())
    else if (action.type === 'success' && action.manual !== true) {
      const since = startedAt.get(query) ?? Infinity
      const missed = recent.filter(({ at }) => at >= since)
      if (missed.length > 0) queueMicrotask(() => missed.forEach(({ patch }) => patchQuery(query, patch)))
    }
  })

  const isReading = () => queryClient.isFetching({ predicate: isOurs }) > 0

  return {
    patch(patch) {
      if (isReading()) recent.push({ at: performance.now(), patch })
      else recent = []
      notifyManager.batch(() => {
        for (const query of cache.findAll({ predicate: isOurs })) patchQuery(query, patch)
      })
    },
    change(queryKey, change) {
      for (const query of cache.findAll({ queryKey })) write(query, change(query.state.data))
    },
    async readAgain(filters) {
      // The first reading of something cannot be broken off, and may have looked before the change.
      const first = cache
        .findAll(filters)
        .filter(({ state }) => state.data === undefined && state.fetchStatus !== 'idle')
      await queryClient.invalidateQueries(filters)
      await Promise.all(
        first.map(({ queryHash }) =>
          queryClient.invalidateQueries({ predicate: (query) => query.queryHash === queryHash }),
        ),
      )
    },
    close: stop,
  }
}

function patchQuery(query: Query, patch: Patch): void {
  const { data } = query.state
  if (data === undefined) return
  const [topic, , what, id] = query.queryKey
  if (topic === 'contacts' && what === 'list')
    write(query, patchChips(patchPages(data as { pages: { contacts: Contact[] }[] }, patch.contacts), patch))
  else if (topic === 'contacts' && what === 'one') write(query, patchOne(data as ContactDetail, String(id), patch))
  else if (topic === 'tags') write(query, patchCatalog(patchChips(data, patch) as { tags: Tag[] }, patch))
  else write(query, patchChips(data, { chips: patch.chips, mergedTags: new Map() }))
}

function patchOne(detail: ContactDetail, id: string, patch: Patch): ContactDetail {
  const contact = patch.contacts.get(id)
  return sortAssignments(patchChips(contact ? patchDetail(detail, contact) : detail, patch))
}

/** Keeps when it was read, and that it is to be read again. */
function write(query: Query, data: unknown): void {
  const { state } = query
  if (data === undefined || data === state.data) return
  if (state.fetchStatus === 'idle') return query.setState({ data })
  // Breaking off the reading that is under way would otherwise bring back what was there before it.
  query.setData(data, { updatedAt: state.dataUpdatedAt, manual: true })
  if (state.isInvalidated) query.invalidate()
}
