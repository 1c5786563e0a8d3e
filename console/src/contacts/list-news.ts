// What news of contacts mean to the list that is shown: which rows would come, go or move, and which may be out of date.
import type { Contact } from '../../../server/contacts/schema.ts'
import { fold } from '../lib/fold.ts'
import { isMany } from '../live/digest.ts'
import type { ContactNews } from '../live/news.ts'
import { idsOf, type ContactOrder, type ContactQuery } from './search.ts'

/** What has happened to a list since it was read. */
export interface ListNews {
  /** Contacts that would stand elsewhere in it, come into it or leave it. */
  moved: ReadonlySet<string>
  /** More than can be said. */
  uncertain: boolean
}

export const NO_NEWS: ListNews = { moved: new Set(), uncertain: false }

export const isNews = ({ moved, uncertain }: ListNews): boolean => uncertain || moved.size > 0

export const together = (one: ListNews, other: ListNews): ListNews => ({
  moved: new Set([...one.moved, ...other.moved]),
  uncertain: one.uncertain || other.uncertain,
})

const TAG_FILTERS = ['any_tags', 'all_tags', 'no_tags', 'untagged', 'sources', 'tagged_from', 'tagged_before'] as const

export interface ShownList {
  query: ContactQuery
  order: ContactOrder
  /** By id. */
  rows: ReadonlyMap<string, Contact>
}

export function newsOfList(news: ContactNews, { query, order, rows }: ShownList): ListNews {
  const byTags = TAG_FILTERS.some((name) => query[name] !== undefined)
  const byActivity = (order.sort ?? 'last_seen') === 'last_seen'
  const moved = new Set<string>()
  const mayCome = (id: string) => !rows.has(id) && matches(query, news.contacts.get(id)) !== false
  for (const id of news.created) if (mayCome(id)) moved.add(id)
  if (byActivity) for (const id of news.active) if (rows.has(id) || mayCome(id)) moved.add(id)
  if (byTags) {
    for (const id of news.tagged) {
      if (rows.has(id) ? matches(query, news.contacts.get(id)) !== true : mayCome(id)) moved.add(id)
    }
  }
  const { many, regrouped, catalogChanged } = news
  return {
    moved,
    uncertain: regrouped || many.created || (byActivity && many.active) || (byTags && (many.tagged || catalogChanged)),
  }
}

/** The rows whose contacts changed in a way that was not sent along; all of them when too many did. */
export function outdatedRows(news: ContactNews, rows: ReadonlyMap<string, Contact>): ReadonlySet<string> {
  if (isMany(news) || news.regrouped) return new Set(rows.keys())
  return new Set([...news.unsent].filter((id) => rows.has(id)))
}

/** Whether the filters let a contact through; null when that cannot be told here. */
export function matches(query: ContactQuery, contact: Contact | undefined): boolean | null {
  if (!contact) return null
  const { search, any_tags, all_tags, no_tags, untagged, ...rest } = query
  const active = new Set(contact.tags.filter((tag) => !tag.deleted).map((tag) => tag.id))
  const fails =
    (any_tags !== undefined && !idsOf(any_tags).some((id) => active.has(id))) ||
    (all_tags !== undefined && !idsOf(all_tags).every((id) => active.has(id))) ||
    (no_tags !== undefined && idsOf(no_tags).some((id) => active.has(id))) ||
    (untagged === 'true' && active.size > 0) ||
    (search !== undefined && !isFound(search, contact))
  if (fails) return false
  return Object.values(rest).some((value) => value !== undefined) ? null : true
}

/** As the server searches, word for word in names, and in phones and ids without what people put between the digits. */
function isFound(search: string, contact: Contact): boolean {
  const wanted = fold(search)
  const plain = wanted.replace(/[\s+()./-]/g, '')
  const names = [contact.display_name, contact.username === null ? null : `@${contact.username}`]
  const ids = [contact.phone, ...contact.identities.map((each) => each.value)]
  return (
    names.some((name) => name !== null && fold(name).includes(wanted)) ||
    ids.some((id) => id !== null && fold(id).includes(plain))
  )
}
