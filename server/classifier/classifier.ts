// The built-in classifier: which tags of a catalog a conversation deserves, by the tags' names and descriptions and by what people taught.
import { readFileSync } from 'node:fs'
import { detect } from 'tinyld/light'
import { BACKGROUND } from './background.ts'
import { prepared, type Embedder } from './embedder.ts'
import {
  featuresOf,
  readCatalog,
  readConversation,
  textsOf,
  type CatalogReading,
  type CatalogTag,
  type Reading,
} from './features.ts'
import { messagesToTagger } from './guard.ts'
import { fused, learnTag, lessonOf, type Example, type Learned, type Learner } from './learner.ts'
import { judge, type Network } from './network.ts'
import { reasonOf } from './reasons.ts'
import type { Turn } from './text.ts'

/** The networks that judge without examples: by meaning and words, and by words alone. */
export type Prior = { meaning: Network; words: Network }

/** At and above APPLY a tag is put on, at and above SUGGEST it is proposed. Logits; found on data for development. */
export const APPLY = 0
export const SUGGEST = -0.75
/** Taken from every score: of what is foreign to a business less is tagged, for a little of what is not. */
const CAUTION = 0.2

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

/** A tag that a conversation deserves: how sure that is, from 0 to 1, the customer's message that speaks for it most, and why. */
export type Judgement = {
  tag: string
  score: number
  confidence: number
  verdict: 'apply' | 'suggest'
  evidence: number
  reason: string
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

/** A conversation that people tagged: the tags that they gave it, those that they took off, and those of which it says nothing. */
export type Taught = Pick<Example, 'tags' | 'not' | 'unsaid' | 'background'> & { reading: Reading }

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

/** A conversation as an example for the tags of this catalog. */
export function exampleOf(classifier: Classifier, { reading, ...said }: Taught): Example {
  return { ...said, lesson: lessonOf(reading), prior: Float32Array.from(priorOf(classifier, reading)) }
}

/** What customers of any business write, as examples of what no tag is. */
export async function backgroundOf(classifier: Classifier): Promise<Example[]> {
  const nothing = new Set<string>()
  const said = { tags: nothing, not: nothing, unsaid: nothing, background: true }
  return (await readBackground(classifier.embedder)).map((reading) => exampleOf(classifier, { reading, ...said }))
}

const backgrounds = new Map<Embedder['embed'] | null, Promise<Reading[]>>()

/** Reads it once for each embedder. */
function readBackground(embedder: Embedder | null): Promise<Reading[]> {
  const key = embedder?.embed ?? null
  const known = backgrounds.get(key) ?? readEach(embedder)
  backgrounds.set(key, known)
  return known
}

async function readEach(embedder: Embedder | null): Promise<Reading[]> {
  const conversations = BACKGROUND.map((text): Turn[] => [{ n: 1, from: 'customer', text }])
  const ready = embedder === null ? null : await prepared(embedder, conversations.flatMap(textsOf))
  const readings: Reading[] = []
  for (const turns of conversations) readings.push(await readConversation(turns, ready))
  return readings
}

/** The classifier that has learned from these conversations, and from nothing else but what any business is written. */
export async function taught(classifier: Classifier, lessons: readonly Taught[]): Promise<Classifier> {
  const examples = [...lessons.map((lesson) => exampleOf(classifier, lesson)), ...(await backgroundOf(classifier))]
  const learner = new Map<string, Learned>()
  classifier.tags.forEach((tag, place) => {
    const learned = learnTag(tag.id, place, examples)
    if (learned !== null) learner.set(tag.id, learned)
  })
  return { ...classifier, learner }
}

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
    .map((tag, i) => ({ i, tag: tag.id, score: fused(classifier.learner.get(tag.id), lesson, prior[i]!) - CAUTION }))
    .filter(({ score }) => score >= SUGGEST)
    .toSorted((a, b) => b.score - a.score || (a.tag < b.tag ? -1 : 1))
    .slice(0, MOST_TAGS)
  const judgements = deserved.map(({ i, tag, score }): Judgement => {
    const evidence = evidenceFor(classifier, reading, i)
    const message = reading.turns.find(({ n }) => n === evidence)!
    return {
      tag,
      score,
      confidence: 1 / (1 + Math.exp(-score)),
      verdict: score >= APPLY && talking.length === 0 ? 'apply' : 'suggest',
      evidence,
      reason: reasonOf({
        catalog: classifier.catalog,
        tag: classifier.tags[i]!,
        words: { message: message.words, all: reading.words },
        learned: standing(score) > standing(prior[i]! - CAUTION),
      }),
    }
  })
  return { judgements, talking }
}

/** Whether it is put on, suggested, or neither, from the highest down. */
const standing = (score: number): number => (score >= APPLY ? 2 : score >= SUGGEST ? 1 : 0)

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
