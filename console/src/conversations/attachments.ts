// Which files can be attached, by what WhatsApp takes.
import { MOST_SENT_BYTES, SENT_AS } from '../../../server/conversations/media-schema.ts'
import { formatBytes } from '../lib/numbers.ts'
import { m } from '../paraglide/messages.js'

export const ACCEPTED = Object.keys(SENT_AS).join(',')

const kindOf = ({ type }: File) => {
  const plain = type.split(';')[0]!.trim().toLowerCase()
  return Object.hasOwn(SENT_AS, plain) ? SENT_AS[plain] : undefined
}

export const isRecording = (file: File): boolean => kindOf(file) === 'audio'

/** Why WhatsApp would not take it; null when it would. */
export function refusalOf(file: File): string | null {
  const kind = kindOf(file)
  if (kind === undefined) return m.problem_file_type_not_taken()
  if (file.size === 0) return m.problem_file_empty()
  const max = MOST_SENT_BYTES[kind]
  return file.size > max ? m.problem_file_too_large({ max: formatBytes(max) }) : null
}
