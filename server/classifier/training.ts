// Trains the networks of the prior on labelled catalogs. Of each many smaller catalogs are made, and other businesses' conversations are mixed in.
import type { Embedder } from './embedder.ts'
import { featuresOf, readCatalog, type CatalogTag, type Reading } from './features.ts'
import { rectified, seeded, shuffled, slope, standardized, type Network } from './network.ts'
import type { Prior } from './classifier.ts'

export type TrainingCatalog = {
  name: string
  tags: readonly CatalogTag[]
  items: readonly { reading: Reading; labels: ReadonlySet<string> }[]
}

/** A pair of tag and conversation: what speaks for it, and whether people gave it. */
type Pair = { features: Float32Array; holds: 0 | 1 }

const CATALOGS_OF_EACH = 8
const OWN = 80
const NEAR = 12
const FOREIGN = 40
const WITHOUT_DESCRIPTIONS = 0.15
const SMALL_CATALOG = 12

const HIDDEN = 16
const PASSES = 3
const BATCH = 128
const NETWORKS = 3
const STEP = { first: 4e-3, last: 2e-4 }
const DECAY = 1e-4

/** The networks that best tell which tags these catalogs' conversations have; the same for the same input. */
export async function trainPrior(catalogs: readonly TrainingCatalog[], embedder: Embedder): Promise<Prior> {
  const prior: Partial<Prior> = {}
  for (const kind of ['meaning', 'words'] as const) {
    const pairs = await pairsOf(catalogs, embedder, kind === 'meaning')
    prior[kind] = trainNetwork(pairs)
  }
  return prior as Prior
}

/**
 * Pairs from catalogs of three tags to all: conversations that have some of their tags, some that have only other tags of
 * the business, and half as many of other businesses, which have none. Without these a small catalog tags everything.
 */
async function pairsOf(catalogs: readonly TrainingCatalog[], embedder: Embedder, meaning: boolean): Promise<Pair[]> {
  const random = seeded(11)
  const pairs: Pair[] = []
  for (const catalog of catalogs) {
    const foreign = catalogs
      .filter((other) => other !== catalog)
      .flatMap((other) => shuffled(other.items, random).slice(0, 700))
    for (let round = 0; round < CATALOGS_OF_EACH; round++) {
      const named = random() < WITHOUT_DESCRIPTIONS
      const tags = shuffled(catalog.tags, random)
        .slice(0, sizeOf(catalog.tags.length, random))
        .map((tag) => (named ? { ...tag, description: '' } : tag))
      const read = await readCatalog(tags, embedder)
      const has = (item: TrainingCatalog['items'][number]) => tags.some((tag) => item.labels.has(tag.id))
      const items = shuffled(catalog.items, random)
      const own = items.filter((item) => has(item) || item.labels.size === 0).slice(0, OWN)
      const near = items.filter((item) => !has(item) && item.labels.size > 0).slice(0, NEAR)
      const others = foreign.length === 0 ? [] : shuffled(foreign, random).slice(0, FOREIGN)
      for (const item of [...own, ...near, ...others.map(({ reading }) => ({ reading, labels: new Set<string>() }))]) {
        featuresOf(read, item.reading, meaning).forEach((features, i) =>
          pairs.push({ features: Float32Array.from(features), holds: item.labels.has(tags[i]!.id) ? 1 : 0 }),
        )
      }
    }
  }
  return pairs
}

function sizeOf(all: number, random: () => number): number {
  if (all <= SMALL_CATALOG) return random() < 0.5 ? all : Math.max(2, Math.ceil(random() * all))
  return Math.max(3, Math.round(Math.exp(Math.log(3) + random() * (Math.log(all) - Math.log(3)))))
}

function trainNetwork(pairs: readonly Pair[]): Network {
  const width = pairs[0]!.features.length
  const scale = { mean: Array.from({ length: width }, () => 0), deviation: Array.from({ length: width }, () => 0) }
  for (const { features } of pairs) features.forEach((x, i) => (scale.mean[i]! += x / pairs.length))
  for (const { features } of pairs)
    features.forEach((x, i) => (scale.deviation[i]! += (x - scale.mean[i]!) ** 2 / pairs.length))
  scale.deviation = scale.deviation.map((variance) => Math.sqrt(variance) + 1e-3)
  const inputs = pairs.map(({ features, holds }) => ({
    x: Float32Array.from(standardized(scale, [...features])),
    holds,
  }))
  return { ...scale, layers: Array.from({ length: NETWORKS }, (_, i) => descend(inputs, width, i + 1)) }
}

/** One network by stochastic descent with Adam's steps (Kingma and Ba, 2014). */
function descend(
  inputs: readonly { x: Float32Array; holds: 0 | 1 }[],
  width: number,
  seed: number,
): Network['layers'][number] {
  const random = seeded(seed)
  const bias = HIDDEN * width
  const out = bias + HIDDEN
  const outBias = out + HIDDEN
  const w = Float64Array.from({ length: outBias + 1 }, (_, i) =>
    i >= bias && i < out ? 0 : i === outBias ? -2 : ((random() + random() + random() - 1.5) * 0.8) / Math.sqrt(width),
  )
  const gradient = new Float64Array(w.length)
  const first = new Float64Array(w.length)
  const second = new Float64Array(w.length)
  const hidden = new Float64Array(HIDDEN)
  let steps = 0
  for (let pass = 0; pass < PASSES; pass++) {
    const step = STEP.first * (1 - pass / PASSES) + STEP.last
    const order = shuffled(inputs, random)
    for (let from = 0; from < order.length; from += BATCH) {
      const batch = order.slice(from, from + BATCH)
      gradient.fill(0)
      for (const { x, holds } of batch) {
        let logit = w[outBias]!
        for (let k = 0; k < HIDDEN; k++) {
          let s = w[bias + k]!
          for (let i = 0; i < width; i++) s += w[k * width + i]! * x[i]!
          hidden[k] = rectified(s)
          logit += w[out + k]! * hidden[k]!
        }
        const pull = (1 / (1 + Math.exp(-logit)) - holds) / batch.length
        gradient[outBias]! += pull
        for (let k = 0; k < HIDDEN; k++) {
          gradient[out + k]! += pull * hidden[k]!
          const inner = pull * w[out + k]! * slope(hidden[k]!)
          gradient[bias + k]! += inner
          for (let i = 0; i < width; i++) gradient[k * width + i]! += inner * x[i]!
        }
      }
      steps++
      for (let i = 0; i < w.length; i++) {
        const g = gradient[i]! + DECAY * w[i]!
        first[i] = 0.9 * first[i]! + 0.1 * g
        second[i] = 0.999 * second[i]! + 0.001 * g * g
        w[i]! -= (step * (first[i]! / (1 - 0.9 ** steps))) / (Math.sqrt(second[i]! / (1 - 0.999 ** steps)) + 1e-8)
      }
    }
  }
  const row = (k: number) => Array.from(w.subarray(k * width, (k + 1) * width), rounded)
  return {
    hidden: Array.from({ length: HIDDEN }, (_, k) => row(k)),
    bias: Array.from(w.subarray(bias, out), rounded),
    out: Array.from(w.subarray(out, outBias), rounded),
    outBias: rounded(w[outBias]!),
  }
}

/** Four significant digits: enough, and a small file. */
const rounded = (x: number): number => Number(x.toPrecision(4))
