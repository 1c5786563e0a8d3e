// A small network of one hidden layer: it weighs what speaks for a tag, without any example of it.

/** What a network is made of, as numbers that ship as JSON. `layers` holds several networks whose mean counts. */
export type Network = {
  mean: number[]
  deviation: number[]
  layers: { hidden: number[][]; bias: number[]; out: number[]; outBias: number }[]
}

const FARTHEST = 5
const LEAK = 0.01

/** The features as the network wants them: how many deviations from the mean, at most five. */
export function standardized(network: Pick<Network, 'mean' | 'deviation'>, features: readonly number[]): Float64Array {
  return Float64Array.from(features, (x, i) => {
    const z = (x - network.mean[i]!) / network.deviation[i]!
    return Math.max(-FARTHEST, Math.min(FARTHEST, z))
  })
}

export const rectified = (x: number): number => (x > 0 ? x : LEAK * x)
export const slope = (activation: number): number => (activation > 0 ? 1 : LEAK)

/** The logit that the network gives these features: above zero it rather holds than not. */
export function judge(network: Network, features: readonly number[]): number {
  const x = standardized(network, features)
  let sum = 0
  for (const layer of network.layers) {
    let out = layer.outBias
    layer.hidden.forEach((weights, k) => {
      let s = layer.bias[k]!
      for (let i = 0; i < x.length; i++) s += weights[i]! * x[i]!
      out += layer.out[k]! * rectified(s)
    })
    sum += out
  }
  return sum / network.layers.length
}

/** Numbers that look random and are the same each time for a seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

/** The items in an order that follows from the seed. */
export function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const all = [...items]
  for (let i = all.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    ;[all[i], all[j]] = [all[j]!, all[i]!]
  }
  return all
}
