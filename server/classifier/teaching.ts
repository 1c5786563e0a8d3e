// Teaching a catalog: conversations come in page by page, and then one tag after another is learned from all of them.
import { hash } from 'node:crypto'
import { backgroundOf, exampleOf, newClassifier, read, type Prior } from './classifier.ts'
import { DIMENSIONS, knowing, prepared, type Embedder } from './embedder.ts'
import { textsOf, type CatalogTag } from './features.ts'
import { messagesToTagger } from './guard.ts'
import { learnTag, type Example } from './learner.ts'
import { packVectors, packWeights, unpackVectors } from './packing.ts'
import type { Turn } from './text.ts'

/** A conversation with what people said of it. */
export type LessonText = {
  turns: Turn[]
  tags: string[]
  not: string[]
  unsaid: string[]
  /** What `take` answered for it the last time; null when there is nothing. */
  vectors: Uint8Array | null
}

/** What was learned of a tag, to be kept. */
export type LearnedBytes = { tag: string; positives: number; negatives: number; weights: Uint8Array<ArrayBuffer> }

export interface Teaching {
  /** Takes lessons; answers for each what its texts mean, to be given along the next time, or null when that is so already. */
  take(lessons: readonly LessonText[]): Promise<(Uint8Array<ArrayBuffer> | null)[]>
  /** Learns the tag in this place of the catalog; null when there is no example of it. */
  learn(place: number): LearnedBytes | null
}

const MARK_BYTES = 8

export async function openTeaching(
  tags: readonly CatalogTag[],
  embedder: Embedder | null,
  prior: Prior,
): Promise<Teaching> {
  const classifier = await newClassifier(tags, embedder, prior)
  const examples: Example[] = await backgroundOf(classifier)
  return {
    async take(lessons) {
      const heard = lessons.map(({ turns, vectors }) => {
        const talking = messagesToTagger(turns, tags)
        const rest = turns.filter((turn) => !talking.has(turn.n))
        const texts = textsOf(rest)
        const mark = markOf(texts)
        return { turns: rest, texts, mark, kept: vectors === null ? null : unmarked(vectors, mark, texts.length) }
      })
      const known = new Map<string, Float32Array>()
      for (const { texts, kept } of heard) if (kept !== null) texts.forEach((text, i) => known.set(text, kept[i]!))
      const missing = heard.filter(({ kept }) => kept === null).flatMap(({ texts }) => texts)
      const ready = embedder === null ? null : knowing(await prepared(embedder, missing), known)
      const answers: (Uint8Array<ArrayBuffer> | null)[] = []
      for (const [i, { turns, texts, mark, kept }] of heard.entries()) {
        const { reading } = await read({ ...classifier, embedder: ready }, turns)
        const { tags: given, not, unsaid } = lessons[i]!
        const said = { tags: new Set(given), not: new Set(not), unsaid: new Set(unsaid), background: false }
        if (reading.turns.length > 0) examples.push(exampleOf(classifier, { reading, ...said }))
        const isNew = ready !== null && kept === null && texts.length > 0
        answers.push(isNew ? marked(mark, packVectors(await ready.embed(texts))) : null)
      }
      return answers
    },
    learn(place) {
      const tag = tags[place]!.id
      const learned = learnTag(tag, place, examples)
      return learned === null ? null : { tag, ...learned, weights: packWeights(learned.weights) }
    },
  }
}

/** By which it is seen that the vectors are those of other texts, as after a message was edited. */
const markOf = (texts: readonly string[]) => hash('sha256', texts.join('\n'), 'buffer').subarray(0, MARK_BYTES)

function marked(mark: Uint8Array, vectors: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(mark.length + vectors.length)
  bytes.set(mark)
  bytes.set(vectors, mark.length)
  return bytes
}

function unmarked(bytes: Uint8Array, mark: Buffer, count: number): Float32Array[] | null {
  if (!mark.equals(bytes.subarray(0, MARK_BYTES))) return null
  return unpackVectors(bytes.subarray(MARK_BYTES), { count, length: DIMENSIONS })
}
