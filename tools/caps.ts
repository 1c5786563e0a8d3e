// How long a conversation takes that is as long as is read, with a catalog as large as many businesses will ever have.
import { judgeReading, newClassifier, read, type Prior } from '../server/classifier/classifier.ts'
import type { Embedder } from '../server/classifier/embedder.ts'
import type { CatalogTag } from '../server/classifier/features.ts'
import { seeded, shuffled } from '../server/classifier/network.ts'
import { MOST_TURNS, MOST_WORDS, type Turn } from '../server/classifier/text.ts'
import type { LabelledCatalog } from './labelled.ts'
import { quantile } from './scoring.ts'

const TAGS = 150
const CONVERSATIONS = 40
/** For each turn that is wanted. */
const MOST_TRIES = 5
export const PROMISED_MS = 1000

/** So many tags of these catalogs; where they have fewer, again under other names. */
export function tagsAtTheCaps(catalogs: readonly LabelledCatalog[]): CatalogTag[] {
  const all = catalogs.flatMap(({ tags }) => tags)
  return Array.from({ length: TAGS }, (_, n) => {
    const { name, description } = all[n % all.length]!
    const round = Math.floor(n / all.length)
    return { id: `t${n}`, name: round === 0 ? name : `${name} ${round + 1}`, description }
  })
}

/**
 * Conversations of as many turns, each of as many words, as are read; in words of the catalogs' customers. Without turns that
 * would be taken for one who talks to the tagger, which are not read: among so many words are often three tags' names.
 */
export async function conversationsAtTheCaps(
  catalogs: readonly LabelledCatalog[],
  tags: readonly CatalogTag[],
  prior: Prior,
): Promise<Turn[][]> {
  const texts = catalogs.flatMap(({ items }) =>
    items.test.flatMap(({ turns }) => turns.filter(({ from }) => from === 'customer').map(({ text }) => text)),
  )
  const words = shuffled(texts, seeded(7)).flatMap((text) => text.split(/\s+/u).filter((word) => word !== ''))
  const byWords = await newClassifier(tags, null, prior)
  const wanted = CONVERSATIONS * MOST_TURNS
  const fit: string[] = []
  for (let n = 0; n < wanted * MOST_TRIES && fit.length < wanted && words.length > 0; n++) {
    const text = Array.from({ length: MOST_WORDS }, (_, i) => words[(n * MOST_WORDS + i) % words.length]!).join(' ')
    const { talking } = await read(byWords, [{ n: 1, from: 'customer', text }])
    if (talking.length === 0) fit.push(text)
  }
  return Array.from({ length: Math.floor(fit.length / MOST_TURNS) }, (_, conversation) =>
    fit
      .slice(conversation * MOST_TURNS, (conversation + 1) * MOST_TURNS)
      .map((text, turn): Turn => ({ n: turn + 1, from: 'customer', text })),
  )
}

/** Reads and judges each of them once; none of their texts is known from before. */
export async function timeAtTheCaps(
  catalogs: readonly LabelledCatalog[],
  embedder: Embedder | null,
  prior: Prior,
): Promise<{ conversations: number; tags: number; p50: number; p95: number }> {
  const tags = tagsAtTheCaps(catalogs)
  const classifier = await newClassifier(tags, embedder, prior)
  const times: number[] = []
  for (const turns of await conversationsAtTheCaps(catalogs, tags, prior)) {
    const begun = performance.now()
    judgeReading(classifier, await read(classifier, turns))
    times.push(performance.now() - begun)
  }
  return { conversations: times.length, tags: TAGS, p50: quantile(times, 0.5), p95: quantile(times, 0.95) }
}
