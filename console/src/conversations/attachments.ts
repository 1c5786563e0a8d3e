// Which files can be attached, by what WhatsApp takes.
import { MOST_SENT_BYTES, SENT_AS } from '../../../server/conversations/sendable-schema.ts'
import { formatBytes } from '../lib/numbers.ts'
import { m } from '../paraglide/messages.js'

export const ACCEPTED = Object.keys(SENT_AS).join(',')
/** Those of one kind. */
export const acceptedAs = (kind: string): string =>
  Object.keys(SENT_AS)
    .filter((type) => SENT_AS[type] === kind)
    .join(',')

export const kindOf = ({ type }: File) => {
  const plain = type.split(';')[0]!.trim().toLowerCase()
  return Object.hasOwn(SENT_AS, plain) ? SENT_AS[plain] : undefined
}

export const isRecording = (file: File): boolean => kindOf(file) === 'audio'

/** Why WhatsApp would not take it; null when it would. */
export function refusalOf(file: File): string | null {
  const kind = kindOf(file)
  return kind === undefined ? m.problem_file_type_not_taken() : sizeRefusalOf(file)
}

/** Why its size is none that can be sent; what has no kind of its own goes as a document. */
export function sizeRefusalOf(file: File): string | null {
  if (file.size === 0) return m.problem_file_empty()
  const max = MOST_SENT_BYTES[kindOf(file) ?? 'document']
  return file.size > max ? m.problem_file_too_large({ max: formatBytes(max) }) : null
}
