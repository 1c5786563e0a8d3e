// Chance that can be played again: the same seed makes the same choices, in the same order.

export interface Random {
  seed: number
  /** From 0 on, below 1. */
  next(): number
  /** From `from` on, below `to`. */
  between(from: number, to: number): number
  chance(probability: number): boolean
  pick<T>(from: readonly T[]): T
}

/** The seed is FAULTS_SEED where it is set, else a new one; it is printed, as a failure needs it. */
export function openRandom(): Random {
  const seed = Number(process.env['FAULTS_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
  if (!Number.isInteger(seed)) throw new Error('FAULTS_SEED is a whole number.')
  console.log(`FAULTS_SEED=${seed}`)
  return { seed, ...randomOf(seed) }
}

function randomOf(seed: number): Omit<Random, 'seed'> {
  // Mulberry32.
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return {
    next,
    between: (from, to) => from + Math.floor(next() * (to - from)),
    chance: (probability) => next() < probability,
    pick: (from) => from[Math.floor(next() * from.length)]!,
  }
}
