// The built-in classifier: which tags of a catalog a conversation deserves, by the tags' names and descriptions and by what people taught.
import { readFileSync } from 'node:fs'
import { detect } from 'tinyld/light'
import { BACKGROUND } from './background.ts'
import type { Embedder } from './embedder.ts'
import {
  featuresOf,
  readCatalog,
  readConversation,
  type CatalogReading,
  type CatalogTag,
  type Reading,
} from './features.ts'
import { messagesToTagger } from './guard.ts'
import { fused, learn, lessonOf, type Example, type Learner } from './learner.ts'
import { judge, type Network } from './network.ts'
import type { Turn } from './text.ts'

/** The networks that judge without examples: by meaning and words, and by words alone. */
export type Prior = { meaning: Network; words: Network }

/** At and above APPLY a tag is put on, at and above SUGGEST it is proposed. Logits; found on data for development. */
export const APPLY = 0
export const SUGGEST = -0.75

/** A conversation gets no more tags than these at once. */
export const MOST_TAGS = 3

// The share of a conversation's letters below which its language cannot be told.
const SHORTEST_TOLD = 20

export type Classifier = {
  tags: readonly CatalogTag[]
  embedder: Embedder | null
  prior: Prior
  catalog: CatalogReading
  learner: Learner
}

/** A tag that a conversation deserves: how sure that is, from 0 to 1, and the customer's message that speaks for it most. */
export type Judgement = {
  tag: string
  score: number
  confidence: number
  verdict: 'apply' | 'suggest'
  evidence: number
}

export type Judged = {
  judgements: Judgement[]
  /** The messages that talked to the tagger and were left out; with any, nothing is applied, only suggested. */
  talking: number[]
}

/** The networks that ship with the product; `npm run train-prior` makes them. */
export function shippedPrior(): Prior {
  return JSON.parse(readFileSync(new URL('prior.json', import.meta.url), 'utf8')) as Prior
}

/** A classifier for a catalog that has learned nothing yet. */
export async function newClassifier(
  tags: readonly CatalogTag[],
  embedder: Embedder | null,
  prior: Prior,
): Promise<Classifier> {
  return { tags, embedder, prior, catalog: await readCatalog(tags, embedder), learner: new Map() }
}

/** A conversation that people tagged: the tags that they gave it, and those that they took off. */
export type Taught = { reading: Reading; tags: ReadonlySet<string>; not: ReadonlySet<string> }

/** Reads a transcript for this catalog, without the messages that talk to the tagger. */
export async function read(
  classifier: Classifier,
  turns: readonly Turn[],
): Promise<{ reading: Reading; talking: number[] }> {
  const talking = messagesToTagger(turns, classifier.tags)
  const reading = await readConversation(
    turns.filter((turn) => !talking.has(turn.n)),
    classifier.embedder,
  )
  return { reading, talking: [...talking] }
}

/** The classifier that has learned from these conversations, and from nothing else but what any business is written. */
export async function taught(classifier: Classifier, lessons: readonly Taught[]): Promise<Classifier> {
  const background = await Promise.all(BACKGROUND.map((text) => readBackground(text, classifier.embedder)))
  const nothing = new Set<string>()
  const all = [
    ...lessons.map((lesson) => ({ ...lesson, background: false })),
    ...background.map((reading) => ({ reading, tags: nothing, not: nothing, background: true })),
  ]
  const examples: Example[] = all.map(({ reading, ...rest }) => {
    const logits = priorOf(classifier, reading)
    return { ...rest, lesson: lessonOf(reading), prior: new Map(classifier.tags.map((tag, i) => [tag.id, logits[i]!])) }
  })
  return {
    ...classifier,
    learner: learn(
      classifier.tags.map((tag) => tag.id),
      examples,
    ),
  }
}

const readBackground = (text: string, embedder: Embedder | null): Promise<Reading> =>
  readConversation([{ n: 1, from: 'customer', text }], embedder)

/** What is thought of each tag without examples. English is judged by meaning too, other languages by words alone. */
function priorOf(classifier: Classifier, reading: Reading): number[] {
  const byMeaning = classifier.catalog.meaning && isEnglish(reading.text)
  const network = byMeaning ? classifier.prior.meaning : classifier.prior.words
  return featuresOf(classifier.catalog, reading, byMeaning).map((features) => judge(network, features))
}

function isEnglish(text: string): boolean {
  if (/[^\p{Script=Latin}\p{Script=Common}\p{Script=Inherited}]/u.test(text)) return false
  return text.length < SHORTEST_TOLD || ['en', ''].includes(detect(text))
}

/**
 * Which tags a conversation deserves, the surest first, three at most. It abstains when nothing fits. What talked to the
 * tagger was not read, and then nothing is more than a suggestion.
 */
export function judgeReading(
  classifier: Classifier,
  { reading, talking }: { reading: Reading; talking: number[] },
): Judged {
  if (reading.turns.length === 0 || classifier.tags.length === 0) return { judgements: [], talking }
  const prior = priorOf(classifier, reading)
  const lesson = lessonOf(reading)
  const deserved = classifier.tags
    .map((tag, i) => ({ i, tag: tag.id, score: fused(classifier.learner.get(tag.id), lesson, prior[i]!) }))
    .filter(({ score }) => score >= SUGGEST)
    .toSorted((a, b) => b.score - a.score || (a.tag < b.tag ? -1 : 1))
    .slice(0, MOST_TAGS)
  const judgements = deserved.map(({ i, tag, score }): Judgement => ({
    tag,
    score,
    confidence: 1 / (1 + Math.exp(-score)),
    verdict: score >= APPLY && talking.length === 0 ? 'apply' : 'suggest',
    evidence: evidenceFor(classifier, reading, i),
  }))
  return { judgements, talking }
}

/** The message that, read alone, speaks for the tag most. */
function evidenceFor(classifier: Classifier, reading: Reading, i: number): number {
  let best = { n: reading.turns[0]!.n, score: -Infinity }
  if (reading.turns.length === 1) return best.n
  for (const turn of reading.turns) {
    const alone: Reading = {
      turns: [turn],
      text: turn.text,
      words: turn.words,
      vector: turn.vector,
      mean: turn.vector,
      agent: new Map(),
    }
    const tag = classifier.tags[i]!.id
    const score = fused(classifier.learner.get(tag), lessonOf(alone), priorOf(classifier, alone)[i]!)
    if (score > best.score) best = { n: turn.n, score }
  }
  return best.n
}
