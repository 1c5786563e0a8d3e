// Folding of text: how names are compared, and how they are searched.

const INVISIBLE = /[\0\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\u00ad]/gu

/** The key under which two tag names are the same: case, composition of accents and spacing do not matter, accents do. */
export function nameKey(name: string): string {
  return name.normalize('NFC').replace(INVISIBLE, '').replace(/\s+/gu, ' ').trim().toLowerCase().normalize('NFC')
}

/** Text as the search compares it: without case, accents, width or repeated spaces, in any script. */
export function foldForSearch(text: string): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(INVISIBLE, '')
    .replace(/\s+/gu, ' ')
    .trim()
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** The number of characters as people count them (grapheme clusters): a family emoji is one. */
export function characterCount(text: string): number {
  let n = 0
  for (const _ of graphemes.segment(text)) n++
  return n
}
