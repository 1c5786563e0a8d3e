// Putting what the stream told in place in the cache, without asking: each a function from what is cached to what is so now.
// What has not changed is answered as it is, so that nothing is shown anew for it.
import type { Contact, ContactDetail } from '../../../server/contacts/schema.ts'
import type { Tag, TagChip } from '../../../server/tags/schema.ts'
import type { Digest } from './digest.ts'

export type Patch = Pick<Digest, 'contacts' | 'chips' | 'mergedTags'>

/** The pages of a contact list with the contacts that are known anew, each in its place. */
export function patchPages<D extends { pages: { contacts: Contact[] }[] }>(data: D, contacts: Patch['contacts']): D {
  const pages = mapChanged(data.pages, (page) => {
    const rows = mapChanged(page.contacts, (row) => contacts.get(row.id) ?? row)
    return rows === page.contacts ? page : { ...page, contacts: rows }
  })
  return pages === data.pages ? data : { ...data, pages }
}

/** The pages of a contact list without the contacts that are there no more. */
export function dropContacts(data: unknown, erased: ReadonlySet<string>): unknown {
  const list = data as { pages: { contacts: Contact[] }[] } | undefined
  if (list === undefined) return data
  const pages = mapChanged(list.pages, (page) =>
    page.contacts.some(({ id }) => erased.has(id))
      ? { ...page, contacts: page.contacts.filter(({ id }) => !erased.has(id)) }
      : page,
  )
  return pages === list.pages ? data : { ...list, pages }
}

/** What the open contact shows beside its tags, which need more than the stream sends. */
export function patchDetail(detail: ContactDetail, { tags: _, ...contact }: Contact): ContactDetail {
  return { ...detail, ...contact }
}

export const carriesOtherTags = (detail: ContactDetail, { tags }: Contact): boolean => {
  const shown = new Set([...detail.active_tags, ...detail.historical_tags].map((each) => each.tag.id))
  return shown.size !== tags.length || tags.some((tag) => !shown.has(tag.id))
}

/** The open contact with its tags among the active or the historical ones, each once, as the catalog has them now. */
export function sortAssignments(detail: ContactDetail): ContactDetail {
  const all = [
    ...new Map([...detail.active_tags, ...detail.historical_tags].map((each) => [each.tag.id, each])).values(),
  ]
  const active = all.filter((each) => !each.tag.deleted)
  const historical = all.filter((each) => each.tag.deleted)
  const same = active.length === detail.active_tags.length && historical.length === detail.historical_tags.length
  return same ? detail : { ...detail, active_tags: active, historical_tags: historical }
}

/**
 * Anything cached with its tags as they are now, wherever they stand in it: in rows, assignments, history, reports. A tag
 * that was merged is shown as the one that took it over, once; history and reports go without `mergedTags`.
 */
export function patchChips<T>(data: T, patch: Omit<Patch, 'contacts'>): T {
  return patchValue(data, patch) as T
}

function patchValue(value: unknown, patch: Omit<Patch, 'contacts'>): unknown {
  if (Array.isArray(value)) {
    const list = mapChanged(value as unknown[], (each) => patchValue(each, patch))
    return list === value ? value : withoutRepeatedTags(list)
  }
  if (typeof value !== 'object' || value === null) return value
  if (isChip(value)) return chipNow(value, patch)
  let changed = false
  const entries = Object.entries(value).map(([key, each]) => {
    const now = patchValue(each, patch)
    changed ||= now !== each
    return [key, now] as const
  })
  return changed ? Object.fromEntries(entries) : value
}

function chipNow(chip: TagChip, { chips, mergedTags }: Omit<Patch, 'contacts'>): TagChip {
  const survivor = mergedTags.get(chip.id)
  // Its colour, if it is not known here, comes with the next reading.
  const now = survivor
    ? (chips.get(survivor.id) ?? { ...survivor, color: null, deleted: false })
    : (chips.get(chip.id) ?? chip)
  return now.id === chip.id && now.name === chip.name && now.color === chip.color && now.deleted === chip.deleted
    ? chip
    : now
}

const isChip = (value: object): value is TagChip =>
  'deleted' in value && 'color' in value && 'name' in value && typeof (value as { id?: unknown }).id === 'string'

/** After a merge a contact would show the survivor twice. Active tags come first, as the server sorts them. */
function withoutRepeatedTags(list: unknown[]): unknown[] {
  if (!list.every((each) => typeof each === 'object' && each !== null && isChip(each))) return list
  const chips = [...new Map(list.map((chip) => [chip.id, chip])).values()]
  return [...chips.filter((chip) => !chip.deleted), ...chips.filter((chip) => chip.deleted)]
}

/** The catalog with the names, colours and states of its tags as they are now. */
export function patchCatalog<C extends { tags: Tag[] }>(catalog: C, { chips, mergedTags }: Omit<Patch, 'contacts'>): C {
  const tags = mapChanged(catalog.tags, (tag) => {
    const { name, color, deleted } = chips.get(tag.id) ?? { ...tag, deleted: tag.deleted_at !== null }
    const survivor = mergedTags.get(tag.id)
    const intoNow = survivor ? chipNow({ ...tag, deleted }, { chips, mergedTags }) : tag.merged_into
    if (
      name === tag.name &&
      color === tag.color &&
      deleted === (tag.deleted_at !== null) &&
      intoNow?.id === tag.merged_into?.id
    )
      return tag
    const deleted_at = deleted ? (tag.deleted_at ?? new Date().toISOString()) : null
    return { ...tag, name, color, deleted_at, merged_into: intoNow }
  })
  return tags === catalog.tags ? catalog : { ...catalog, tags }
}

function mapChanged<T>(list: T[], change: (each: T) => T): T[] {
  let changed = false
  const mapped = list.map((each) => {
    const now = change(each)
    changed ||= now !== each
    return now
  })
  return changed ? mapped : list
}
