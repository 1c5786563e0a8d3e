// Comparing and counting text as people do: without case and accents, and in the characters that they see.

/** Text without case, accents and width, for searching in what is already loaded. */
export const fold = (text: string): string =>
  text.normalize('NFKD').toLowerCase().replace(/\p{M}/gu, '').replace(/\s+/gu, ' ').trim()

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** How many characters a person counts: a family emoji is one. */
export const characterCount = (text: string): number => [...graphemes.segment(text)].length

/** Those whose name contains the search, names that begin with it first; otherwise the order stays. */
export function searchByName<T extends { name: string }>(items: readonly T[], search: string): T[] {
  const wanted = fold(search)
  if (wanted === '') return [...items]
  const places = items.map((item) => ({ item, at: fold(item.name).indexOf(wanted) })).filter(({ at }) => at >= 0)
  return [...places.filter(({ at }) => at === 0), ...places.filter(({ at }) => at > 0)].map(({ item }) => item)
}
