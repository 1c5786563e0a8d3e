// The filters and the open contact as they stand in the address, and how they are changed there.
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useMemo } from 'react'

/** What the address of the contact list carries: text only, lists as ids separated by commas. */
export interface ContactSearch {
  search?: string
  any_tags?: string
  all_tags?: string
  no_tags?: string
  contact?: string
}

export const TAG_MODES = ['any_tags', 'all_tags', 'no_tags'] as const
export type TagMode = (typeof TAG_MODES)[number]

const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const SEARCH_MAX = 200

/** Keeps what can be meant and drops the rest, so that a mangled link still opens the list. */
export function readContactSearch(given: Record<string, unknown>): ContactSearch {
  const read: ContactSearch = {}
  if (typeof given['search'] === 'string' && given['search'] !== '') read.search = given['search'].slice(0, SEARCH_MAX)
  for (const mode of TAG_MODES) {
    const list = idsOf(given[mode]).join(',')
    if (list !== '') read[mode] = list
  }
  if (typeof given['contact'] === 'string' && ID.test(given['contact'])) read.contact = given['contact']
  return read
}

export const idsOf = (list: unknown): string[] =>
  typeof list === 'string' ? [...new Set(list.split(',').filter((id) => ID.test(id)))] : []

/** The filters without the open contact: what list, count and export ask the server with. */
export interface ContactQuery {
  search?: string
  any_tags?: string
  all_tags?: string
  no_tags?: string
}

export const isFiltered = (query: ContactQuery): boolean => Object.keys(query).length > 0

export function useContactQuery(): ContactQuery {
  const { search, any_tags, all_tags, no_tags } = useSearch({ from: '/o/$organization/contacts' })
  return useMemo(
    () => ({
      ...(search === undefined ? {} : { search }),
      ...(any_tags === undefined ? {} : { any_tags }),
      ...(all_tags === undefined ? {} : { all_tags }),
      ...(no_tags === undefined ? {} : { no_tags }),
    }),
    [search, any_tags, all_tags, no_tags],
  )
}

/** Changes the address; what is undefined or empty leaves it. */
export function useChangeSearch() {
  const navigate = useNavigate({ from: '/o/$organization/contacts' })
  return useMemo(() => {
    const change = (
      changes: { [K in keyof ContactSearch]: ContactSearch[K] | undefined },
      options: { replace?: boolean } = {},
    ) =>
      void navigate({
        search: (before) => readContactSearch({ ...before, ...changes }),
        replace: options.replace ?? false,
      })
    return {
      change,
      setTagMode: (tagId: string, mode: TagMode | null) =>
        void navigate({
          search: (before) => {
            const lists = Object.fromEntries(
              TAG_MODES.map((each) => {
                const others = idsOf(before[each]).filter((id) => id !== tagId)
                return [each, (each === mode ? [...others, tagId] : others).join(',')]
              }),
            )
            return readContactSearch({ ...before, ...lists })
          },
        }),
      clearFilters: () => change({ search: undefined, any_tags: undefined, all_tags: undefined, no_tags: undefined }),
      openContact: (id: string) => change({ contact: id }),
      closeContact: () => change({ contact: undefined }),
    }
  }, [navigate])
}
