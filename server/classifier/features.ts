// What of a conversation speaks for a tag, as numbers: likeness of meaning and common words, each also beside the other tags.
import { COHORT } from './cohort.ts'
import { cosine, prepared, unit, type Embedder } from './embedder.ts'
import { plain, readTurns, type Turn } from './text.ts'
import { isIn, stemsOf, type Words } from './words.ts'

export type CatalogTag = { id: string; name: string; description: string }

/** A conversation as the classifier has read it. */
export type Reading = {
  turns: { n: number; text: string; words: Words; vector: Float32Array | null }[]
  text: string
  words: Words
  vector: Float32Array | null
  mean: Float32Array | null
  agent: Words
}

type Facet = { vector: Float32Array; mean: number; deviation: number }

type TagReading = { id: string; name: Words; description: Words; facets: Facet[] }

/** A catalog as the classifier has read it; made anew when a tag changes. */
export type CatalogReading = { tags: TagReading[]; meaning: boolean }

/** The texts of a conversation whose meaning is asked for: each turn that is read, and with several all of them together. */
export function textsOf(turns: readonly Turn[]): string[] {
  const texts = readTurns(turns).customer.map((turn) => turn.text)
  return texts.length > 1 ? [...texts, plain(texts.join('. '))] : texts
}

/** Reads a conversation once for all tags. Without an embedder, by its words alone. */
export async function readConversation(turns: readonly Turn[], embedder: Embedder | null): Promise<Reading> {
  const { customer, agent } = readTurns(turns)
  const text = customer.map((turn) => turn.text).join('. ')
  const vectors = embedder === null ? null : await embedder.embed(textsOf(turns))
  const words: Words = new Map()
  const read = customer.map((turn, i) => {
    const own = stemsOf(turn.text)
    for (const [word, times] of own) words.set(word, (words.get(word) ?? 0) + times)
    return { n: turn.n, text: turn.text, words: own, vector: vectors?.[i] ?? null }
  })
  return {
    turns: read,
    text,
    words,
    vector: vectors?.at(-1) ?? null,
    mean: vectors === null || customer.length === 0 ? null : meanOf(vectors.slice(0, customer.length)),
    agent: stemsOf(agent),
  }
}

function meanOf(vectors: readonly Float32Array[]): Float32Array {
  const mean = new Float32Array(vectors[0]!.length)
  for (const vector of vectors) for (let i = 0; i < mean.length; i++) mean[i]! += vector[i]!
  return unit(mean)
}

const plainName = (tag: CatalogTag): string => plain(tag.name.replace(/[_-]/gu, ' '))

/** The name, the description, and both; where there is no description, the name in its place. */
function textsOfTag(tag: CatalogTag): string[] {
  const [name, description] = [plainName(tag), plain(tag.description)]
  return description === '' ? [name, name, name] : [name, description, plain(`${name}. ${description}`)]
}

/** Reads a catalog. What any customer writes is compared with each tag, so that likeness means the same for all of them. */
export async function readCatalog(tags: readonly CatalogTag[], embedder: Embedder | null): Promise<CatalogReading> {
  const cohort = embedder === null ? [] : await cohortBy(embedder)
  const read: TagReading[] = []
  const ready = embedder === null ? null : await prepared(embedder, tags.flatMap(textsOfTag))
  for (const tag of tags) {
    const vectors = ready === null ? [] : await ready.embed(textsOfTag(tag))
    read.push({
      id: tag.id,
      name: stemsOf(plainName(tag)),
      description: stemsOf(plain(tag.description)),
      facets: vectors.map((v) => facetOf(v, cohort)),
    })
  }
  return { tags: read, meaning: embedder !== null }
}

const cohorts = new WeakMap<Embedder['embed'], Promise<Float32Array[]>>()

/** What any customer writes, as vectors; worked out once for each embedder. */
function cohortBy({ embed }: Embedder): Promise<Float32Array[]> {
  const known = cohorts.get(embed) ?? embed(COHORT.map(plain))
  cohorts.set(embed, known)
  return known
}

function facetOf(vector: Float32Array, cohort: readonly Float32Array[]): Facet {
  const likes = cohort.map((other) => cosine(vector, other))
  const mean = likes.reduce((sum, x) => sum + x, 0) / likes.length
  const variance = likes.reduce((sum, x) => sum + (x - mean) ** 2, 0) / likes.length
  return { vector, mean, deviation: Math.sqrt(variance) + 0.02 }
}

/** The weight of a word within a catalog: what few tags say tells more. */
export function weights(catalog: CatalogReading): (word: string) => number {
  const tagsWith = new Map<string, number>()
  for (const tag of catalog.tags) {
    for (const word of new Set([...tag.name.keys(), ...tag.description.keys()]))
      tagsWith.set(word, (tagsWith.get(word) ?? 0) + 1)
  }
  const n = catalog.tags.length
  return (word) => Math.log(1 + (n + 1) / ((tagsWith.get(word) ?? 0) + 0.5)) / Math.log(1 + (n + 1) / 0.5)
}

type Weigh = (word: string) => number

/** What share of the tag's words, by weight, the text has. */
function coverage(tag: Words, text: Words, weigh: Weigh): number {
  let all = 0
  let found = 0
  for (const word of tag.keys()) {
    const w = weigh(word)
    all += w
    if (isIn(word, text)) found += w
  }
  return all === 0 ? 0 : found / all
}

/** The weight of the tag's words that the text has, as BM25 counts them without the length of texts. */
function matched(tag: Words, text: Words, weigh: Weigh): number {
  let sum = 0
  for (const word of tag.keys()) if (isIn(word, text)) sum += weigh(word)
  return sum
}

/** What share of the text's words the tag has. */
function explained(tag: TagReading, text: Words): number {
  if (text.size === 0) return 0
  let found = 0
  for (const word of text.keys()) if (isIn(word, tag.name) || isIn(word, tag.description)) found++
  return found / text.size
}

function best(reading: Reading, of: (turn: Words) => number): number {
  let most = 0
  for (const turn of reading.turns) most = Math.max(most, of(turn.words))
  return most
}

function lexicalOf(tag: TagReading, reading: Reading, weigh: Weigh): number[] {
  const { words, agent } = reading
  return [
    best(reading, (turn) => coverage(tag.name, turn, weigh)),
    coverage(tag.name, words, weigh),
    best(reading, (turn) => coverage(tag.description, turn, weigh)),
    coverage(tag.description, words, weigh),
    best(reading, (turn) => matched(tag.name, turn, weigh)),
    best(reading, (turn) => matched(tag.description, turn, weigh)),
    matched(tag.description, words, weigh),
    best(reading, (turn) => explained(tag, turn)),
    explained(tag, words),
    coverage(tag.name, agent, weigh),
    coverage(tag.description, agent, weigh),
  ]
}

function meaningOf(tag: TagReading, reading: Reading): number[] {
  const z = (facet: Facet, vector: Float32Array) => (cosine(facet.vector, vector) - facet.mean) / facet.deviation
  const values: number[] = []
  for (const facet of tag.facets) {
    let most = -3
    for (const turn of reading.turns) if (turn.vector !== null) most = Math.max(most, z(facet, turn.vector))
    values.push(most, reading.vector === null ? -3 : z(facet, reading.vector))
  }
  const both = tag.facets[2]!
  let most = 0
  for (const turn of reading.turns) if (turn.vector !== null) most = Math.max(most, cosine(both.vector, turn.vector))
  values.push(most, reading.vector === null ? 0 : cosine(both.vector, reading.vector))
  return values
}

/**
 * For each tag of the catalog the numbers by which the networks judge: each measure, how far it is above the best other tag's
 * and above the catalog's mean, and how many turns and tags there are.
 */
export function featuresOf(catalog: CatalogReading, reading: Reading, withMeaning: boolean): number[][] {
  const weigh = weights(catalog)
  const raw = catalog.tags.map((tag) => [
    ...lexicalOf(tag, reading, weigh),
    ...(withMeaning && catalog.meaning ? meaningOf(tag, reading) : []),
  ])
  const n = raw.length
  const width = raw[0]?.length ?? 0
  const globals = [Math.log(1 + reading.turns.length), Math.log(n), Math.log(1 + reading.words.size)]
  const features = raw.map((row) => [...row])
  for (let k = 0; k < width; k++) {
    let top = -Infinity
    let second = -Infinity
    let sum = 0
    for (const row of raw) {
      const x = row[k]!
      sum += x
      if (x > top) [top, second] = [x, top]
      else if (x > second) second = x
    }
    const mean = sum / n
    raw.forEach((row, i) => {
      const other = n === 1 ? mean : row[k] === top ? second : top
      features[i]!.push(row[k]! - other, row[k]! - mean)
    })
  }
  for (const row of features) row.push(...globals)
  return features
}
