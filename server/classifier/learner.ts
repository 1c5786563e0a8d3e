// What an organization's own people teach: for each tag a logistic regression on the conversations that they tagged.
import type { Reading } from './features.ts'
import { DIMENSIONS } from './embedder.ts'
import { seeded, shuffled } from './network.ts'

/** A conversation as the learner sees it: its meaning, and its runs of three to five letters, hashed. */
export type Lesson = { meaning: Float32Array | null; grams: { at: Uint16Array; weight: number } }

/** A lesson with the tags that people gave it, or took off; `prior` is what was thought of each tag without examples. */
export type Example = {
  lesson: Lesson
  tags: ReadonlySet<string>
  not: ReadonlySet<string>
  prior: ReadonlyMap<string, number>
  /** Written by us, not by a customer of the organization: it only says what tags are not. */
  background: boolean
}

type Weights = { meaning: Float32Array; grams: Float32Array; bias: number }

/** What was learned of one tag: from how many examples, alone, and on top of the prior. */
export type Learned = { examples: number; alone: Weights; beside: Weights }

export type Learner = ReadonlyMap<string, Learned>

const GRAMS = 8192
const PASSES = 12
const STEP = 0.5
const DECAY = 1e-3
// What is judged rightly by so much teaches nothing more; most examples of other tags are, and cost no step.
const SETTLED = 0.02
/** A person who takes a tag off says more than one who did not put it on. */
const TAKEN_OFF = 3
/** What may mean a tag, as a logit of the prior, is not taught as what it is not. */
const UNLIKE = -2

function hash(text: string): number {
  let h = 2166136261
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 16777619)
  return (h ^ (h >>> 13)) >>> 0
}

/** What the learner takes from a reading. */
export function lessonOf(reading: Reading): Lesson {
  const found = new Set<number>()
  for (const word of reading.text.split(/[^\p{L}\p{N}]+/u)) {
    const marked = Array.from(` ${word} `)
    if (word === '') continue
    for (let size = 3; size <= 5; size++) {
      for (let i = 0; i + size <= marked.length; i++) found.add(hash(marked.slice(i, i + size).join('')) % GRAMS)
    }
  }
  let meaning: Float32Array | null = null
  if (reading.vector !== null && reading.mean !== null) {
    meaning = new Float32Array(2 * DIMENSIONS)
    meaning.set(reading.vector)
    meaning.set(reading.mean, DIMENSIONS)
  }
  return { meaning, grams: { at: Uint16Array.from(found), weight: found.size === 0 ? 0 : 1 / Math.sqrt(found.size) } }
}

function weigh(weights: Weights, lesson: Lesson): number {
  let sum = weights.bias
  if (lesson.meaning !== null) {
    const { meaning } = lesson
    for (let i = 0; i < meaning.length; i++) sum += weights.meaning[i]! * meaning[i]!
  }
  let grams = 0
  for (const at of lesson.grams.at) grams += weights.grams[at]!
  return sum + grams * lesson.grams.weight
}

/** Stochastic descent with steps that shrink where much was learned already (AdaGrad); the same for the same examples. */
function regress(examples: readonly { lesson: Lesson; y: 0 | 1; offset: number; favour: number }[]): Weights {
  const positives = examples.filter((example) => example.y === 1).length
  const negatives = examples.length - positives
  const rarity = Math.max(1, Math.sqrt(negatives / positives))
  const weights: Weights = { meaning: new Float32Array(2 * DIMENSIONS), grams: new Float32Array(GRAMS), bias: 0 }
  const meaningSum = new Float32Array(2 * DIMENSIONS).fill(1e-3)
  const gramSum = new Float32Array(GRAMS).fill(1e-3)
  let biasSum = 1e-3
  const random = seeded(1)
  for (let pass = 0; pass < PASSES; pass++) {
    for (const { lesson, y, offset, favour } of shuffled(examples, random)) {
      const p = 1 / (1 + Math.exp(-(weigh(weights, lesson) + offset)))
      const pull = (p - y) * favour * (y === 1 ? rarity : 1)
      if (Math.abs(pull) < SETTLED) continue
      biasSum += pull * pull
      weights.bias -= (STEP * pull) / Math.sqrt(biasSum)
      if (lesson.meaning !== null) {
        const { meaning } = lesson
        for (let i = 0; i < meaning.length; i++) {
          const g = pull * meaning[i]! + DECAY * weights.meaning[i]!
          meaningSum[i]! += g * g
          weights.meaning[i]! -= (STEP * g * 0.1) / Math.sqrt(meaningSum[i]!)
        }
      }
      for (const at of lesson.grams.at) {
        const g = pull * lesson.grams.weight + DECAY * weights.grams[at]!
        gramSum[at]! += g * g
        weights.grams[at]! -= (STEP * g) / Math.sqrt(gramSum[at]!)
      }
    }
  }
  return weights
}

/** Learns the tags that have an example. What people took off speaks against a tag, and so does every example without it. */
export function learn(tags: readonly string[], examples: readonly Example[]): Learner {
  const learner = new Map<string, Learned>()
  for (const tag of tags) {
    const count = examples.filter((example) => example.tags.has(tag)).length
    if (count === 0) continue
    const fitting = examples.filter((example) => !example.background || (example.prior.get(tag) ?? 0) < UNLIKE)
    const of = (offset: (example: Example) => number) =>
      regress(
        fitting.map((example) => ({
          lesson: example.lesson,
          y: example.tags.has(tag) ? 1 : 0,
          offset: offset(example),
          favour: example.not.has(tag) ? TAKEN_OFF : 1,
        })),
      )
    learner.set(tag, { examples: count, alone: of(() => 0), beside: of((example) => example.prior.get(tag) ?? 0) })
  }
  return learner
}

/**
 * How strongly a tag is meant, as a logit: the prior alone without examples, and more and more what was learned. The weights
 * of the three were found on data for development.
 */
export function fused(learned: Learned | undefined, lesson: Lesson, prior: number): number {
  if (learned === undefined) return prior
  const c = learned.examples
  const alone = weigh(learned.alone, lesson)
  const beside = weigh(learned.beside, lesson) + prior
  return (alone * c + prior * 3) / (c + 3) + 0.3 * beside
}
