// What the contact list shows as it stands in the address: filters, order and the open contact, and how they are changed there.
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useMemo } from 'react'
import type { RouteArgs } from '../../../server/lib/route.ts'
import type { ContactSort, countContacts, SortOrder } from '../../../server/contacts/schema.ts'
import type { TagSource } from '../../../server/tags/schema.ts'
import { useToday } from '../lib/time.ts'
import { PERIODS, periodRange, readInstant, type Period, type TimeRange } from './periods.ts'

export const TAG_MODES = ['any_tags', 'all_tags', 'no_tags'] as const
export type TagMode = (typeof TAG_MODES)[number]

/** The times that are filtered by; each is a named period, or a range with `_from` and `_before`. */
export const TIMES = ['tagged', 'first_seen', 'last_seen'] as const
export type FilteredTime = (typeof TIMES)[number]

/** The five there are, in the order of the guide to sources on screen. */
export const SOURCES = [
  'manual_admin',
  'manual_agent',
  'api',
  'ai_tool',
  'ai_auto_close',
] as const satisfies TagSource[]

export const SORTS = ['last_seen', 'first_seen', 'name'] as const satisfies ContactSort[]

/** The filters as the server takes them: list, count, export and bulk changes ask with them. */
export type ContactQuery = NonNullable<RouteArgs<typeof countContacts>['query']>

/** Of the list and the export; without it last seen, newest first. */
export interface ContactOrder {
  sort?: ContactSort
  order?: SortOrder
}

type Times = { [T in FilteredTime]?: Period } & { [T in FilteredTime as `${T}_from` | `${T}_before`]?: string }

/** What the address carries: text only, lists separated by commas, what goes without saying left out. */
export interface ContactSearch extends Times, ContactOrder {
  search?: string
  any_tags?: string
  all_tags?: string
  no_tags?: string
  untagged?: 'true'
  sources?: string
  channels?: string
  contact?: string
}

const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const SEARCH_MAX = 200
const isId = (text: string) => ID.test(text)

/** Keeps what can be meant and drops the rest, so that a mangled link still opens the list. */
export function readContactSearch(given: Record<string, unknown>): ContactSearch {
  const read: ContactSearch = {}
  if (typeof given['search'] === 'string' && given['search'] !== '') read.search = given['search'].slice(0, SEARCH_MAX)
  const lists = {
    any_tags: idsOf(given['any_tags']),
    all_tags: idsOf(given['all_tags']),
    no_tags: idsOf(given['no_tags']),
    sources: sourcesOf(given['sources']),
    channels: idsOf(given['channels']),
  }
  for (const [name, list] of Object.entries(lists) as [keyof typeof lists, string[]][])
    if (list.length > 0) read[name] = list.join(',')
  if (given['untagged'] === 'true') read.untagged = 'true'
  for (const time of TIMES) {
    const from = readInstant(given[`${time}_from`])
    const before = readInstant(given[`${time}_before`])
    if (from !== null) read[`${time}_from`] = from
    if (before !== null) read[`${time}_before`] = before
    const period = oneOf(PERIODS, given[time])
    if (period !== undefined && from === null && before === null) read[time] = period
  }
  const sort = oneOf(SORTS, given['sort']) ?? 'last_seen'
  const order = oneOf(['asc', 'desc'], given['order'])
  if (sort !== 'last_seen') read.sort = sort
  if (order !== undefined && order !== naturalOrder(sort)) read.order = order
  if (typeof given['contact'] === 'string' && isId(given['contact'])) read.contact = given['contact']
  return read
}

const listOf = (text: unknown): string[] => (typeof text === 'string' ? [...new Set(text.split(','))] : [])
export const idsOf = (list: unknown): string[] => listOf(list).filter(isId)
export const sourcesOf = (list: unknown): TagSource[] => SOURCES.filter((source) => listOf(list).includes(source))

const oneOf = <T extends string>(all: readonly T[], value: unknown): T | undefined => all.find((each) => each === value)

/** Newest first for times, A to Z for names. */
export const naturalOrder = (sort: ContactSort): SortOrder => (sort === 'name' ? 'asc' : 'desc')

/** What is asked of a time: a period means the days up to `today`. */
export function timeRange(search: ContactSearch, time: FilteredTime, today: string): TimeRange {
  const period = search[time]
  if (period !== undefined) return periodRange(period, today)
  const from = search[`${time}_from`]
  const before = search[`${time}_before`]
  return { ...(from === undefined ? {} : { from }), ...(before === undefined ? {} : { before }) }
}

/**
 * The filters in the server's words, without the order and the open contact. The router hands over whatever else stands in
 * the address, such as a newsletter's mark, and the server refuses what it does not know.
 */
export function contactQueryOf(given: ContactSearch, today: string): ContactQuery {
  const search = readContactSearch({ ...given })
  const {
    contact: _,
    sort: _sort,
    order: _order,
    tagged: _tagged,
    first_seen: _first,
    last_seen: _last,
    ...query
  } = search
  for (const time of TIMES) {
    const { from, before } = timeRange(search, time, today)
    if (from !== undefined) query[`${time}_from`] = from
    if (before !== undefined) query[`${time}_before`] = before
  }
  return query
}

export const isFiltered = (query: ContactQuery): boolean => Object.keys(query).length > 0

/** Nobody carries no tag and a tag: such filters match nobody, whatever the contacts. */
export const contradictsItself = (query: ContactQuery): boolean =>
  query.untagged !== undefined &&
  [query.any_tags, query.all_tags, query.sources, query.tagged_from, query.tagged_before].some(
    (filter) => filter !== undefined,
  )

export const useContactSearch = (): ContactSearch => useSearch({ from: '/o/$organization/contacts' })

export function useContactQuery(): ContactQuery {
  const search = useContactSearch()
  const today = useToday()
  return useMemo(() => contactQueryOf(search, today), [search, today])
}

/** Who shows the order alone is not drawn anew for a letter in the search. */
export const useContactOrder = (): ContactOrder =>
  useSearch({
    from: '/o/$organization/contacts',
    select: (given) => {
      const { sort, order } = readContactSearch({ ...given })
      return { ...(sort === undefined ? {} : { sort }), ...(order === undefined ? {} : { order }) }
    },
    structuralSharing: true,
  })

type Changes = { [K in keyof ContactSearch]?: ContactSearch[K] | undefined }

const noTime = (time: FilteredTime): Changes => ({
  [time]: undefined,
  [`${time}_from`]: undefined,
  [`${time}_before`]: undefined,
})

/** What no untagged contact can meet. */
const OF_TAGGED_ONES: Changes = { any_tags: undefined, all_tags: undefined, sources: undefined, ...noTime('tagged') }

const NO_FILTERS: Changes = {
  ...OF_TAGGED_ONES,
  search: undefined,
  no_tags: undefined,
  untagged: undefined,
  channels: undefined,
  ...noTime('first_seen'),
  ...noTime('last_seen'),
}

/** The changes of one tag's place among any of, all of and none of; null takes it out of all three. */
export function withTagMode(search: ContactSearch, tagId: string, mode: TagMode | null): Changes {
  const lists = TAG_MODES.map((each) => {
    const others = idsOf(search[each]).filter((id) => id !== tagId)
    return [each, (each === mode ? [...others, tagId] : others).join(',')] as const
  })
  return { ...Object.fromEntries(lists), ...(mode === null || mode === 'no_tags' ? {} : { untagged: undefined }) }
}

/** The changes of a time's filter; without an end the time does not matter. */
export function withTime(time: FilteredTime, to: Period | TimeRange): Changes {
  if (typeof to === 'string') return { ...noTime(time), [time]: to, ...forTagged(time) }
  const { from, before } = to
  const open = from === undefined && before === undefined
  return { ...noTime(time), [`${time}_from`]: from, [`${time}_before`]: before, ...(open ? {} : forTagged(time)) }
}

const forTagged = (time: FilteredTime): Changes => (time === 'tagged' ? { untagged: undefined } : {})

/** Changes the address. Of two filters that nobody can meet together, the one chosen last stays. */
export function useChangeSearch() {
  const navigate = useNavigate({ from: '/o/$organization/contacts' })
  return useMemo(() => {
    const update = (changesOf: (before: ContactSearch) => Changes, { replace = false }: { replace?: boolean } = {}) =>
      void navigate({
        search: (before) => readContactSearch({ ...before, ...changesOf(before) }),
        replace,
      })
    const change = (changes: Changes, options?: { replace?: boolean }) => update(() => changes, options)
    return {
      change,
      setTagMode: (tagId: string, mode: TagMode | null) => update((before) => withTagMode(before, tagId, mode)),
      setUntagged: (on: boolean) =>
        change(on ? { ...OF_TAGGED_ONES, no_tags: undefined, untagged: 'true' } : { untagged: undefined }),
      setSources: (sources: readonly string[]) =>
        change({ sources: sources.join(','), ...(sources.length > 0 ? { untagged: undefined } : {}) }),
      setChannels: (ids: readonly string[]) => change({ channels: ids.join(',') }),
      setTime: (time: FilteredTime, to: Period | TimeRange) => change(withTime(time, to)),
      clearFilters: () => change(NO_FILTERS),
      sortBy: (sort: ContactSort, order: SortOrder) => change({ sort, order }),
      openContact: (id: string, options?: { replace?: boolean }) => change({ contact: id }, options),
      closeContact: () => change({ contact: undefined }),
    }
  }, [navigate])
}
