// What contacts can be filtered by beside the search, in the order of the filter panel.
import { useSearch } from '@tanstack/react-router'
import { m } from '../paraglide/messages.js'
import { timeLabel } from './filter-words.ts'
import { idsOf, TAG_MODES, type ContactSearch } from './search.ts'

export const FACETS = ['tags', 'sources', 'tagged', 'first_seen', 'last_seen', 'channels'] as const
export type Facet = (typeof FACETS)[number]

export function facetLabel(facet: Facet): string {
  if (facet === 'tags') return m.tags()
  if (facet === 'sources') return m.filter_source()
  return facet === 'channels' ? m.channel() : timeLabel(facet)
}

/** How many choices are made there. */
export function appliedCount(search: ContactSearch, facet: Facet): number {
  if (facet === 'tags')
    return TAG_MODES.reduce((sum, mode) => sum + idsOf(search[mode]).length, search.untagged === undefined ? 0 : 1)
  if (facet === 'sources' || facet === 'channels') return search[facet]?.split(',').length ?? 0
  return [search[facet], search[`${facet}_from`], search[`${facet}_before`]].some((each) => each !== undefined) ? 1 : 0
}

export const useAppliedCount = (): number =>
  useSearch({
    from: '/o/$organization/contacts',
    select: (search) => FACETS.reduce((sum, facet) => sum + appliedCount(search, facet), 0),
  })
