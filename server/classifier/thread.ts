// The thread in which the classifier computes, so that no request waits for it.
import { readlinkSync } from 'node:fs'
import { constants, setPriority } from 'node:os'
import { basename } from 'node:path'
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
import type { Learned } from './learner.ts'
import { overlapsOf, type Overlap } from './overlaps.ts'
import { unpackWeights } from './packing.ts'
import { openTeaching, type LearnedBytes, type LessonText, type Teaching } from './teaching.ts'
import type { Turn } from './text.ts'

/** What people taught, as it is handed over once, page by page; the key is another whenever they taught more. */
type Held = { key: string; learned: Omit<LearnedBytes, 'negatives'>[]; last: boolean }

export type Question = { id: number } & (
  | { ask: 'judge'; tags: CatalogTag[]; turns: Turn[]; learned: string | null }
  | { ask: 'compare'; tags: CatalogTag[] }
  | ({ ask: 'hold' } & Held)
  | { ask: 'begin'; teaching: number; tags: CatalogTag[] }
  | { ask: 'take'; teaching: number; lessons: LessonText[] }
  | { ask: 'learn'; teaching: number; place: number }
  | { ask: 'end'; teaching: number }
)
export type Answer =
  | { judged: Judged; meaning: boolean }
  | { overlaps: Overlap[]; meaning: boolean }
  /** What people taught is not held under this key. */
  | 'not held'
  | { vectors: (Uint8Array<ArrayBuffer> | null)[] }
  | { learned: LearnedBytes | null }
  | 'done'
export type Reply = { id: number } & ({ answer: Answer } | { error: string })
/** Said once, when the embeddings cannot be loaded and words alone have to do. */
export type Notice = { notice: string }

const KEPT_CATALOGS = 8
/** Two kilobytes each: a catalog that is tried with one tag changed has all its other texts embedded already. */
const KEPT_VECTORS = 4000

const port = parentPort
if (port === null) throw new Error('thread.ts runs as a worker thread.')
letOthersGoBefore()

let prior: Prior | null = null
let embedder: Promise<Embedder | null> | null = null
const catalogs = new Map<string, Promise<Classifier>>()
const held = new Map<string, Map<string, Learned>>()
/** Of which not all pages are here. */
const coming = new Map<string, Map<string, Learned>>()
const teachings = new Map<number, Teaching>()

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
const say = (message: Reply | Notice, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer)

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

/** Puts it in, and lets go of what was put in first. */
function keep<V>(kept: Map<string, V>, key: string, value: V): V {
  kept.delete(key)
  kept.set(key, value)
  const oldest = kept.keys().next().value
  if (kept.size > KEPT_CATALOGS && oldest !== undefined) kept.delete(oldest)
  return value
}

async function classifierFor(tags: CatalogTag[]): Promise<Classifier> {
  const key = JSON.stringify(tags)
  prior ??= shippedPrior()
  return catalogs.get(key) ?? keep(catalogs, key, newClassifier(tags, await loadedEmbedder(), prior))
}

async function answerTo(question: Question): Promise<Answer> {
  switch (question.ask) {
    case 'judge': {
      const { tags, turns, learned } = question
      const learner = learned === null ? new Map<string, Learned>() : held.get(learned)
      if (learner === undefined) return 'not held'
      const classifier = { ...(await classifierFor(tags)), learner }
      return {
        judged: judgeReading(classifier, await read(classifier, turns)),
        meaning: classifier.embedder !== null,
      }
    }
    case 'compare': {
      const { catalog, embedder: meaning } = await classifierFor(question.tags)
      return { overlaps: overlapsOf(catalog), meaning: meaning !== null }
    }
    case 'hold': {
      const { key, learned, last } = question
      const all = coming.get(key) ?? keep(coming, key, new Map<string, Learned>())
      for (const { tag, positives, weights } of learned)
        all.set(tag, { positives, negatives: 0, weights: unpackWeights(weights) })
      if (!last) return 'done'
      coming.delete(key)
      // Two may hand it over at the same time: the first that is through has all of it.
      if (!held.has(key)) keep(held, key, all)
      return 'done'
    }
    case 'begin':
      prior ??= shippedPrior()
      teachings.set(question.teaching, await openTeaching(question.tags, await loadedEmbedder(), prior))
      return 'done'
    case 'take':
      return { vectors: await taughtBy(question.teaching).take(question.lessons) }
    case 'learn':
      return { learned: taughtBy(question.teaching).learn(question.place) }
    case 'end':
      teachings.delete(question.teaching)
      return 'done'
  }
}

function taughtBy(id: number): Teaching {
  const teaching = teachings.get(id)
  if (teaching === undefined) throw new Error('this teaching has not begun, or has ended')
  return teaching
}

/** What is handed over without being copied. */
function bytesOf(answer: Answer): ArrayBuffer[] {
  if (answer === 'done' || answer === 'not held') return []
  if ('vectors' in answer) return answer.vectors.flatMap((vectors) => (vectors === null ? [] : [vectors.buffer]))
  return 'learned' in answer && answer.learned !== null ? [answer.learned.weights.buffer] : []
}

/** Requests and the database: learning takes a minute of a processor. On Linux a thread has a priority of its own. */
function letOthersGoBefore(): void {
  if (process.platform !== 'linux') return
  try {
    setPriority(Number(basename(readlinkSync('/proc/thread-self'))), constants.priority.PRIORITY_BELOW_NORMAL)
  } catch {
    // This system gives no priorities: what is computed is the same.
  }
}

port.on('message', (question: Question) => {
  const { id } = question
  void (async () => {
    try {
      const answer = await answerTo(question)
      say({ id, answer }, bytesOf(answer))
    } catch (error) {
      say({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) })
    }
  })()
})
