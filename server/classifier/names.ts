// The names of tags as they are looked for in what customers write.
import type { CatalogTag } from './features.ts'
import { apart, asSeen } from './seen.ts'
import { BESIDE_NAME } from './tagger-words.ts'
import { stemOf, wordsOf } from './text.ts'
import { isIn, stemsOf, type Words } from './words.ts'

/** Without them a name says something else: "No-show" is not "show". */
const NEGATIONS = new Set(['no', 'not', 'non', 'without', 'nao', 'sin', 'sem', 'nicht', 'kein', 'ohne', 'sans', 'pas'])

/** A tag's name as it is looked for. */
export interface Name {
  seen: string
  /** Without marks before it. */
  bare: string
  stems: Words
  packed: string
  /** The stems of all its words, also of those that say nothing, but without those that may stand beside a name. */
  all: Words
}

export type Named = Pick<CatalogTag, 'id' | 'name'>

export const packed = (seen: string): string => seen.replace(/[^\p{L}\p{N}]+/gu, '')

const known = new WeakMap<readonly Named[], Name[]>()

/** Read once for each catalog. */
export function namesOf(tags: readonly Named[]): Name[] {
  const names = known.get(tags) ?? tags.map(({ name }) => readName(name)).filter(({ seen }) => seen !== '')
  known.set(tags, names)
  return names
}

function readName(name: string): Name {
  const seen = apart(asSeen(name))
  const stems = stemsOf(seen)
  if (stems.size > 0) for (const word of wordsOf(seen)) if (NEGATIONS.has(word)) stems.set(word, 1)
  const all = new Map(
    wordsOf(seen)
      .filter((word) => !BESIDE_NAME.has(word))
      .map((word) => [stemOf(word), 1]),
  )
  return { seen, bare: seen.replace(/^[\s\p{P}]+/u, ''), stems, packed: packed(seen), all }
}

/** Whether words are a name and nothing more. */
export function isAName(words: readonly string[], names: readonly Name[]): boolean {
  const rest = words.filter((word) => !BESIDE_NAME.has(word)).join(' ')
  if (rest === '') return false
  const said = stemsOf(rest)
  const all = (stems: Words, others: Words) => [...stems.keys()].every((stem) => isIn(stem, others))
  return names.some(
    ({ seen, stems }) =>
      rest === seen || (said.size > 0 && said.size === stems.size && all(stems, said) && all(said, stems)),
  )
}

/** Whether these words, and no others, are spoken where a name is: all of its own, inflected or misspelt, in any order. */
export function spell(words: readonly string[], { stems, all, packed: whole }: Name): boolean {
  if (words.join('') === whole) return true
  if (stems.size === 0 || words.length < stems.size) return false
  const said: Words = new Map(words.map((word) => [stemOf(word), 1]))
  return [...said.keys()].every((stem) => isIn(stem, all)) && [...stems.keys()].every((stem) => isIn(stem, said))
}
