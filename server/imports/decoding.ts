// What the bytes of a file are: its encoding by its marks and its contents, and the text that they stand for.
import { TextDecoder } from 'node:util'
import { Problem } from '../lib/errors.ts'
import type { Encoding } from './schema.ts'

/** All rows of a slice are in memory at once. */
const SLICE_BYTES = 65_536

/** Makes UTF-8 of a file's bytes, piece by piece; a mark at the beginning goes. Refuses what the encoding does not have. */
export async function* decoded(parts: AsyncIterable<Uint8Array>, encoding: Encoding): AsyncGenerator<Buffer> {
  const decoder = new TextDecoder(encoding, { fatal: true })
  try {
    for await (const part of parts) {
      for (let at = 0; at < part.length; at += SLICE_BYTES)
        yield Buffer.from(decoder.decode(part.subarray(at, at + SLICE_BYTES), { stream: true }))
    }
    yield Buffer.from(decoder.decode())
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw new Problem('invalid', 'The file has letters that its encoding does not know. Choose another encoding.', {
      reason: 'import_encoding',
    })
  }
}

/**
 * The encoding of a whole file: by its mark; by the zeros that UTF-16 puts between letters; UTF-8 when all of it is that;
 * otherwise what Windows writes in the West. Refuses workbooks and other archives, which are no text.
 */
export async function guessEncoding(parts: AsyncIterable<Uint8Array>): Promise<Encoding> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let first = true
  let isUtf8 = true
  for await (const part of parts) {
    if (first) {
      refuseWorkbooks(part)
      const known = byMark(part) ?? byZeros(part)
      if (known) return known
      first = false
    }
    isUtf8 &&= fits(() => decoder.decode(part, { stream: true }))
    if (!isUtf8) return 'windows-1252'
  }
  return fits(() => decoder.decode()) ? 'utf-8' : 'windows-1252'
}

function fits(decode: () => string): boolean {
  try {
    decode()
    return true
  } catch {
    // A fatal decoder says no by throwing, and nothing else.
    return false
  }
}

const startsWith = (bytes: Uint8Array, ...start: number[]) => start.every((byte, n) => bytes[n] === byte)

function byMark(bytes: Uint8Array): Encoding | null {
  if (startsWith(bytes, 0xef, 0xbb, 0xbf)) return 'utf-8'
  if (startsWith(bytes, 0xff, 0xfe)) return 'utf-16le'
  return startsWith(bytes, 0xfe, 0xff) ? 'utf-16be' : null
}

/** Where most letters are Latin, every other byte is zero. */
function byZeros(bytes: Uint8Array): Encoding | null {
  const sample = bytes.subarray(0, 4096)
  const zeros = [0, 0]
  for (const [n, byte] of sample.entries()) if (byte === 0) zeros[n % 2]!++
  const many = sample.length / 8
  if (zeros[1]! > many && zeros[0]! < many / 8) return 'utf-16le'
  return zeros[0]! > many && zeros[1]! < many / 8 ? 'utf-16be' : null
}

function refuseWorkbooks(bytes: Uint8Array): void {
  // A zip archive, as new workbooks are; the compound file of old ones; what gzip writes.
  if (
    startsWith(bytes, 0x50, 0x4b, 0x03, 0x04) ||
    startsWith(bytes, 0xd0, 0xcf, 0x11, 0xe0) ||
    startsWith(bytes, 0x1f, 0x8b)
  )
    throw new Problem(
      'invalid',
      'This is an Excel workbook or an archive, not CSV. Open it, save it as “CSV UTF-8”, and choose that file.',
      { reason: 'import_workbook' },
    )
}
