// What a contact is searched and sorted by: texts derived from names and ids, written beside them.
import { foldForSearch } from '../lib/fold.ts'

/** What the search looks in, for one contact: each part on a line of its own, so that no match spans two. */
export function searchText(contact: {
  display_name: string | null
  username: string | null
  ids: readonly string[]
}): string {
  const parts = [contact.display_name, contact.username === null ? null : `@${contact.username}`, ...contact.ids]
  return parts
    .filter((part): part is string => part !== null)
    .map(foldForSearch)
    .filter((part) => part !== '')
    .join('\n')
}

const ASCII = /[^\u{80}-\u{10ffff}]+/u

/** The single letters and the pairs of letters outside ASCII in a search text; null when it has none. */
export function searchGrams(text: string): string[] | null {
  const grams = new Set<string>()
  for (const run of text.split(ASCII)) {
    const letters = Array.from(run)
    for (const [n, letter] of letters.entries()) {
      grams.add(letter)
      if (n > 0) grams.add(letters[n - 1]! + letter)
    }
  }
  return grams.size === 0 ? null : [...grams]
}

/** Whether a folded term is one that `searchGrams` can answer: one or two letters, none of them ASCII. */
export const isGram = (term: string): boolean => !ASCII.test(term) && term !== '' && Array.from(term).length <= 2

export const SORTED_CHARACTERS = 200

/** What the list is sorted by: the beginning of the name; null for a contact without one. */
export function sortName(displayName: string | null): string | null {
  const folded = displayName === null ? '' : foldForSearch(displayName)
  return folded === '' ? null : Array.from(folded).slice(0, SORTED_CHARACTERS).join('')
}
