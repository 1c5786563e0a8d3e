// What the address of the catalog carries: the search, which tags, and their order; and the rows that follow from it.
import type { Tag } from '../../../server/tags/schema.ts'
import { searchByName } from '../lib/fold.ts'

export interface TagSearch {
  search?: string
  /** Without it the active ones. */
  status?: 'all' | 'deleted'
  /** Without it by name. */
  sort?: 'contacts' | 'created'
  /** Without it what one wants first: A to Z, most contacts, newest. */
  order?: 'asc' | 'desc'
}

const SEARCH_MAX = 200

/** Keeps what can be meant and drops the rest, so that a mangled link still opens the catalog. */
export function readTagSearch(given: Record<string, unknown>): TagSearch {
  const { search, status, sort, order } = given
  const read: TagSearch = {}
  if (typeof search === 'string' && search !== '') read.search = search.slice(0, SEARCH_MAX)
  if (status === 'all' || status === 'deleted') read.status = status
  if (sort === 'contacts' || sort === 'created') read.sort = sort
  if ((order === 'asc' || order === 'desc') && order !== naturalOrder(read.sort ?? 'name')) read.order = order
  return read
}

export type TagSort = NonNullable<TagSearch['sort']> | 'name'

/** How the rows stand now. */
export function orderOf(search: TagSearch): { sort: TagSort; order: 'asc' | 'desc' } {
  const sort: TagSort = search.sort ?? 'name'
  return { sort, order: search.order ?? naturalOrder(sort) }
}

export const naturalOrder = (sort: TagSort): 'asc' | 'desc' => (sort === 'name' ? 'asc' : 'desc')

/** The address after a click on a column's name: another column, or the other way round. */
export function sortedBy(before: TagSearch, sort: TagSort): TagSearch {
  const now = orderOf(before)
  const turned = now.sort === sort ? (now.order === 'asc' ? 'desc' : 'asc') : undefined
  return readTagSearch({ ...before, sort, order: turned })
}

/** The tags that match, in their order; with a search, without an order asked for, names that begin with it come first. */
export function rowsOf(tags: readonly Tag[], search: TagSearch, locale: string): Tag[] {
  const { status, search: text = '' } = search
  const wanted = tags.filter((tag) => status === 'all' || (tag.deleted_at !== null) === (status === 'deleted'))
  const names = new Intl.Collator(locale, { numeric: true })
  const { sort, order } = orderOf(search)
  const sign = order === 'asc' ? 1 : -1
  const byName = (a: Tag, b: Tag) => names.compare(a.name, b.name)
  const compare = {
    name: (a: Tag, b: Tag) => sign * byName(a, b),
    contacts: (a: Tag, b: Tag) => sign * (a.contact_count - b.contact_count) || byName(a, b),
    created: (a: Tag, b: Tag) =>
      a.created_at === b.created_at ? byName(a, b) : a.created_at < b.created_at ? -sign : sign,
  }[sort]
  const ordered = wanted.toSorted(compare)
  const found = searchByName(ordered, text)
  return sort === 'name' && order === 'asc' ? found : found.toSorted(compare)
}
