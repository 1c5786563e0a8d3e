// The thread in which the classifier computes, so that no request waits for it.
import { parentPort } from 'node:worker_threads'
import {
  judgeReading,
  newClassifier,
  read,
  shippedPrior,
  type Classifier,
  type Judged,
  type Prior,
} from './classifier.ts'
import { openEmbedder, remembering, type Embedder } from './embedder.ts'
import type { CatalogTag } from './features.ts'
import { overlapsOf, type Overlap } from './overlaps.ts'
import type { Turn } from './text.ts'

/** Without turns, which tags of the catalog are alike. */
export type Question = { id: number; tags: CatalogTag[]; turns?: Turn[] }
export type Answered = { judged: Judged; meaning: boolean }
export type Compared = { overlaps: Overlap[]; meaning: boolean }
export type Reply = { id: number } & (Answered | Compared | { error: string })
/** Said once, when the embeddings cannot be loaded and words alone have to do. */
export type Notice = { notice: string }

const KEPT_CATALOGS = 8
/** Two kilobytes each: a catalog that is tried with one tag changed has all its other texts embedded already. */
const KEPT_VECTORS = 4000

const port = parentPort
if (port === null) throw new Error('thread.ts runs as a worker thread.')

let prior: Prior | null = null
let embedder: Promise<Embedder | null> | null = null
const catalogs = new Map<string, Promise<Classifier>>()

const say = (message: Reply | Notice) => port.postMessage(message)

function loadedEmbedder(): Promise<Embedder | null> {
  embedder ??= openEmbedder().then(
    (opened) => remembering(opened, KEPT_VECTORS),
    (error: unknown) => {
      say({ notice: String(error) })
      return null
    },
  )
  return embedder
}

async function classifierFor(tags: CatalogTag[]): Promise<Classifier> {
  const key = JSON.stringify(tags)
  const known = catalogs.get(key)
  if (known !== undefined) return known
  prior ??= shippedPrior()
  const made = newClassifier(tags, await loadedEmbedder(), prior)
  catalogs.set(key, made)
  const oldest = catalogs.keys().next().value
  if (catalogs.size > KEPT_CATALOGS && oldest !== undefined) catalogs.delete(oldest)
  return made
}

port.on('message', ({ id, tags, turns }: Question) => {
  void (async () => {
    try {
      const classifier = await classifierFor(tags)
      const meaning = classifier.embedder !== null
      if (turns === undefined) return say({ id, overlaps: overlapsOf(classifier.catalog), meaning })
      const judged = judgeReading(classifier, await read(classifier, turns))
      say({ id, judged, meaning })
    } catch (error) {
      say({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) })
    }
  })()
})
