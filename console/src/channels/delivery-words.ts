// What a delivery held, in words, and its body made readable.
import type { Delivery } from '../../../server/channels/schema.ts'
import { formatBytes, formatCount } from '../lib/numbers.ts'
import { m } from '../paraglide/messages.js'

/** `message: text × 2, status: read`. */
export function heldWords({ held, state }: Pick<Delivery, 'held' | 'state'>): string {
  const parts = Object.entries(held ?? {}).map(([what, count]) =>
    count === 1 ? what : `${what} × ${formatCount(count)}`,
  )
  if (parts.length > 0) return parts.join(', ')
  const words = {
    waiting: m.delivery_held_unread,
    problem: m.delivery_held_unknown,
    interpreted: m.delivery_held_nothing,
  }
  return words[state]()
}

/** `533 B`, `12 kB`. */
export const sizeWords = (bytes: number): string =>
  bytes < 1000 ? m.delivery_bytes({ count: formatCount(bytes) }) : formatBytes(bytes)

/** The body with line breaks and indents; null when it is not JSON. Numbers stay as they were written. */
export function prettyBody(body: string): string | null {
  try {
    JSON.parse(body)
  } catch {
    return null
  }
  let out = ''
  let depth = 0
  const line = () => `\n${'  '.repeat(depth)}`
  // Strings, what stands between them without blanks, and the signs that make the structure.
  for (const [token] of body.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g)) {
    if (token === '{' || token === '[') {
      depth++
      out += token + line()
    } else if (token === '}' || token === ']') {
      depth--
      out = /[{[]\s*$/.test(out.slice(-200)) ? out.trimEnd() + token : out + line() + token
    } else if (token === ',') out += token + line()
    else if (token === ':') out += ': '
    else out += token.startsWith('"') ? JSON.stringify(JSON.parse(token)) : token
  }
  return out
}
