// What a delivery held, in words, and its body made readable.
import type { Delivery } from '../../../server/channels/schema.ts'
import { formatCount } from '../lib/numbers.ts'
import { m } from '../paraglide/messages.js'

/** `message: text × 2, status: read`. */
export function heldWords({ held, state }: Pick<Delivery, 'held' | 'state'>): string {
  if (held === null) return state === 'problem' ? m.delivery_held_unknown() : m.delivery_held_unread()
  const parts = Object.entries(held).map(([what, count]) => (count === 1 ? what : `${what} × ${formatCount(count)}`))
  return parts.length === 0 ? m.delivery_held_nothing() : parts.join(', ')
}

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
