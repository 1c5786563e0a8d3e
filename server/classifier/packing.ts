// How vectors and what was learned are kept as bytes.
import { endianness } from 'node:os'
import type { Learned } from './learner.ts'

// A vector of length one has small numbers: each is kept as a byte, beside the largest of them.
const MOST = 127

/** Vectors of the same length, in their order: four bytes and one for each number. They come back a little rounded. */
export function packVectors(vectors: readonly Float32Array[]): Uint8Array<ArrayBuffer> {
  const length = vectors[0]?.length ?? 0
  const bytes = new Uint8Array(vectors.length * (length + 4))
  const view = new DataView(bytes.buffer)
  vectors.forEach((vector, n) => {
    const at = n * (length + 4)
    const largest = vector.reduce((most, x) => Math.max(most, Math.abs(x)), 0)
    view.setFloat32(at, largest, true)
    vector.forEach((x, i) => view.setInt8(at + 4 + i, largest === 0 ? 0 : Math.round((x / largest) * MOST)))
  })
  return bytes
}

/** What `packVectors` made; null when it is of another length, as another model's are. */
export function unpackVectors(
  bytes: Uint8Array,
  { count, length }: { count: number; length: number },
): Float32Array[] | null {
  if (bytes.length !== count * (length + 4)) return null
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  return Array.from({ length: count }, (_, n) => {
    const at = n * (length + 4)
    const step = view.getFloat32(at, true) / MOST
    return Float32Array.from({ length }, (_each, i) => view.getInt8(at + 4 + i) * step)
  })
}

/** The weights of a tag, four bytes each, the lowest first. */
export function packWeights(weights: Learned['weights']): Uint8Array<ArrayBuffer> {
  return swapped(new Uint8Array(weights.slice().buffer))
}

export function unpackWeights(bytes: Uint8Array): Learned['weights'] {
  return new Float32Array(swapped(Uint8Array.from(bytes)).buffer)
}

function swapped(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  if (endianness() === 'BE') for (let i = 0; i < bytes.length; i += 4) bytes.subarray(i, i + 4).reverse()
  return bytes
}
