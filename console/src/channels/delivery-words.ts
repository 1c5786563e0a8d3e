// What a delivery held, and what was wrong with it, in words; and its body made readable.
import type { Delivery } from '../../../server/channels/schema.ts'
import { listWords } from '../lib/lists.ts'
import { formatBytes, formatCount } from '../lib/numbers.ts'
import { m } from '../paraglide/messages.js'

/** What the server calls the kinds of updates, their types and states; what is not here is shown as Meta writes it. */
const WORDS: Record<string, () => string> = {
  message: m.held_message,
  echo: m.held_echo,
  history: m.held_history,
  status: m.held_status,
  'change of number or id': m.held_identity_change,
  errors: m.held_errors,
  calls: m.held_calls,
  text: m.held_text,
  image: m.held_image,
  video: m.held_video,
  audio: m.held_audio,
  document: m.held_document,
  sticker: m.held_sticker,
  location: m.held_location,
  contacts: m.held_contacts,
  reaction: m.held_reaction,
  interactive: m.held_interactive,
  button: m.held_button,
  sent: m.held_sent,
  delivered: m.held_delivered,
  read: m.held_read,
  failed: m.held_failed,
}
const wordOf = (word: string): string => (Object.hasOwn(WORDS, word) ? WORDS[word]!() : word)

/** `message: text × 2, status: read`. */
export function heldWords({ held, state }: Pick<Delivery, 'held' | 'state'>): string {
  const parts = Object.entries(held ?? {}).map(([update, count]) => {
    const [kind = '', type] = update.split(': ')
    const what = type === undefined ? wordOf(kind) : m.held_of({ kind: wordOf(kind), type: wordOf(type) })
    return count === 1 ? what : m.held_times({ what, shown: formatCount(count) })
  })
  if (parts.length > 0) return listWords(parts)
  const words = {
    waiting: m.delivery_held_unread,
    problem: m.delivery_held_unknown,
    interpreted: m.delivery_held_nothing,
  }
  return words[state]()
}

/** Why a delivery, or a part of it, could not be taken in. */
export function problemWords(problem: string, misread: Delivery['misread']): string {
  if (misread === null) return m.delivery_not_taken_in({ error: problem })
  const { reason, path, more } = misread
  const words = {
    not_json: m.delivery_misread_not_json,
    not_an_object: m.delivery_misread_not_an_object,
    no_entries: m.delivery_misread_no_entries,
    not_a_list: m.delivery_misread_not_a_list,
    too_much: m.delivery_misread_too_much,
    no_message_id: m.delivery_misread_no_message_id,
    no_sender: m.delivery_misread_no_sender,
    no_recipient: m.delivery_misread_no_recipient,
  }[reason]({ path })
  return more > 0 ? `${words} ${m.delivery_misread_more({ count: formatCount(more) })}` : words
}

/** Why Meta's post was refused; a reason noted by an earlier version is a sentence. */
export function refusedWords(reason: string): string {
  if (reason === 'signature_missing') return m.refused_signature_missing()
  return reason === 'signature_wrong' ? m.refused_signature_wrong() : reason
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
