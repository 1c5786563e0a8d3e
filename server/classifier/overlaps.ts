// Which tags of a catalog are alike, by what the classifier reads of them: whoever deserves one will often be given the other.
import { cosine } from './embedder.ts'
import { weights, type CatalogReading } from './features.ts'
import { isIn, type Words } from './words.ts'

export interface Overlap {
  /** Ids of two tags. */
  tags: [string, string]
  /** What share of the words that tell something the two have in common, from 0 to 1. */
  words: number
  /** How alike their meanings are, from 0 to 1; null when only words are compared. */
  meaning: number | null
}

/** Below both of these nobody would call them alike. */
const WORDS = 0.5
const MEANING = 0.8
const MOST = 50

/** The pairs that are most alike, the likest first. */
export function overlapsOf(catalog: CatalogReading): Overlap[] {
  const weigh = weights(catalog)
  const read = catalog.tags.map(({ id, name, description, facets }) => {
    const words: Words = new Map([...name, ...description])
    return { id, words, weight: weightOf([...words.keys()], weigh), vector: facets[2]?.vector ?? null }
  })
  const pairs: Overlap[] = []
  for (const [i, a] of read.entries())
    for (const b of read.slice(i + 1)) {
      const all = Math.min(a.weight, b.weight)
      const shared = [...a.words.keys()].filter((word) => isIn(word, b.words))
      const words = all === 0 ? 0 : Math.min(1, weightOf(shared, weigh) / all)
      const meaning = a.vector === null || b.vector === null ? null : Math.max(0, cosine(a.vector, b.vector))
      if (words >= WORDS || (meaning ?? 0) >= MEANING) pairs.push({ tags: [a.id, b.id], words, meaning })
    }
  const likeness = ({ words, meaning }: Overlap) => words + (meaning ?? 0)
  return pairs.toSorted((a, b) => likeness(b) - likeness(a)).slice(0, MOST)
}

const weightOf = (words: readonly string[], weigh: (word: string) => number): number =>
  words.reduce((sum, word) => sum + weigh(word), 0)
