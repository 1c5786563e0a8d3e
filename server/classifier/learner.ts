// What an organization's own people teach: for each tag a logistic regression on the conversations that they tagged.
import type { Reading } from './features.ts'
import { DIMENSIONS } from './embedder.ts'
import { seeded, shuffled } from './network.ts'

/** A conversation as the learner sees it: its meaning, and its runs of three to five letters, hashed. */
export type Lesson = { meaning: Float32Array | null; grams: { at: Uint16Array; weight: number } }

/** A lesson with the tags that people gave it, or took off. */
export type Example = {
  lesson: Lesson
  tags: ReadonlySet<string>
  not: ReadonlySet<string>
  /** Tags of which it says neither: the contact carried them for other reasons. */
  unsaid: ReadonlySet<string>
  /** What was thought of each tag without examples, in the order of the tags. */
  prior: Float32Array
  /** No lesson of a person: it says what tags are not, where that is likely anyway. */
  background: boolean
}

/** Meaning, then grams, then the bias: one number each. */
type Weights = Float32Array<ArrayBuffer>

/** What was learned of one tag, and from how many examples that people gave for it and against it. */
export type Learned = { positives: number; negatives: number; weights: Weights }

export type Learner = ReadonlyMap<string, Learned>

const GRAMS = 8192
const MEANING = 2 * DIMENSIONS
const BIAS = MEANING + GRAMS
const PASSES = 12
const STEP = 0.5
const DECAY = 1e-3
// What is judged rightly by so much teaches nothing more; most examples of other tags are, and cost no step.
const SETTLED = 0.02
/** A person who takes a tag off says more than one who did not put it on. */
const TAKEN_OFF = 3
/** With so many examples, what was learned counts as much as what is thought without any. */
const HALFWAY = 6
const BESIDE = 0.6
/** From so many examples on a tag must be surer: of what is foreign, more looks alike by then. */
const MANY = { examples: 50, surer: 0.5 }
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
    meaning = new Float32Array(MEANING)
    meaning.set(reading.vector)
    meaning.set(reading.mean, DIMENSIONS)
  }
  return { meaning, grams: { at: Uint16Array.from(found), weight: found.size === 0 ? 0 : 1 / Math.sqrt(found.size) } }
}

function weigh(weights: Weights, lesson: Lesson): number {
  let sum = weights[BIAS]!
  if (lesson.meaning !== null) {
    const { meaning } = lesson
    for (let i = 0; i < MEANING; i++) sum += weights[i]! * meaning[i]!
  }
  let grams = 0
  for (const at of lesson.grams.at) grams += weights[MEANING + at]!
  return sum + grams * lesson.grams.weight
}

/** Stochastic descent with steps that shrink where much was learned already (AdaGrad); the same for the same examples. */
function regress(examples: readonly { lesson: Lesson; y: 0 | 1; offset: number; favour: number }[]): Weights {
  const positives = examples.filter((example) => example.y === 1).length
  const negatives = examples.length - positives
  const rarity = Math.max(1, Math.sqrt(negatives / positives))
  const weights: Weights = new Float32Array(BIAS + 1)
  const sums = new Float32Array(BIAS + 1).fill(1e-3)
  const random = seeded(1)
  for (let pass = 0; pass < PASSES; pass++) {
    for (const { lesson, y, offset, favour } of shuffled(examples, random)) {
      const p = 1 / (1 + Math.exp(-(weigh(weights, lesson) + offset)))
      const pull = (p - y) * favour * (y === 1 ? rarity : 1)
      if (Math.abs(pull) < SETTLED) continue
      sums[BIAS]! += pull * pull
      weights[BIAS]! -= (STEP * pull) / Math.sqrt(sums[BIAS]!)
      if (lesson.meaning !== null) {
        const { meaning } = lesson
        for (let i = 0; i < MEANING; i++) {
          const g = pull * meaning[i]! + DECAY * weights[i]!
          sums[i]! += g * g
          weights[i]! -= (STEP * g * 0.1) / Math.sqrt(sums[i]!)
        }
      }
      for (const gram of lesson.grams.at) {
        const at = MEANING + gram
        const g = pull * lesson.grams.weight + DECAY * weights[at]!
        sums[at]! += g * g
        weights[at]! -= (STEP * g) / Math.sqrt(sums[at]!)
      }
    }
  }
  return weights
}

/**
 * Learns a tag, the one in this place of the order of the priors; null when it has no example. What people took off speaks
 * against it, and so does every example without it. Learned are two regressions, one alone and one on top of the prior; both
 * are sums, and so is what they come to together.
 */
export function learnTag(tag: string, place: number, examples: readonly Example[]): Learned | null {
  const taught = examples.filter((example) => !example.background)
  const positives = taught.filter((example) => example.tags.has(tag)).length
  if (positives === 0) return null
  // Nobody tagged it: perhaps because they forgot. Learned as what the tag is not, 30 % forgotten of ten examples cost 0.13 F1.
  const silent = ({ background, tags, not }: Example) => background || (tags.size === 0 && not.size === 0)
  const fitting = examples.filter(
    (example) => !example.unsaid.has(tag) && (!silent(example) || example.prior[place]! < UNLIKE),
  )
  const of = (offset: (example: Example) => number) =>
    regress(
      fitting.map((example) => ({
        lesson: example.lesson,
        y: example.tags.has(tag) ? 1 : 0,
        offset: offset(example),
        favour: example.not.has(tag) ? TAKEN_OFF : 1,
      })),
    )
  const alone = of(() => 0)
  const beside = of((example) => example.prior[place]!)
  const share = positives / (positives + HALFWAY)
  return {
    positives,
    negatives: taught.filter((example) => example.not.has(tag)).length,
    weights: alone.map((weight, i) => weight * share + beside[i]! * BESIDE),
  }
}

/**
 * How strongly a tag is meant, as a logit from which on zero is enough: the prior alone without examples, and more and more
 * what was learned. The weights of the three were found on data for development.
 */
export function fused(learned: Learned | undefined, lesson: Lesson, prior: number): number {
  if (learned === undefined) return prior
  const own = HALFWAY / (learned.positives + HALFWAY) + BESIDE
  const surer = learned.positives >= MANY.examples ? MANY.surer : 0
  return weigh(learned.weights, lesson) + prior * own - surer
}
