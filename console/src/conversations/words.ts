// How conversations and what was written in them are called on screen.
import type { Conversation, ConversationStatus, Message } from '../../../server/conversations/schema.ts'
import { RESTORED } from '../../../server/conversations/uncertain-schema.ts'
import type { Contact } from '../../../server/contacts/schema.ts'
import { addressOf } from '../contacts/identity.ts'
import { formatCount } from '../lib/numbers.ts'
import { clockTime } from '../lib/time.ts'
import { m } from '../paraglide/messages.js'

export const statusLabel = (status: ConversationStatus): string =>
  ({
    pending: m.conversation_pending,
    active: m.conversation_active,
    closed_by_agent: m.conversation_closed_by_agent,
    closed_by_admin: m.conversation_closed_by_admin,
    expired: m.conversation_expired,
    ai_auto_closed: m.conversation_ai_auto_closed,
  })[status]()

/** The customer's name, else the phone or username; `Unknown` where WhatsApp gave neither. */
export function customerName(contact: Contact): string {
  if (contact.display_name !== null) return contact.display_name
  const known = contact.phone !== null || (contact.username !== null && contact.username !== '')
  return known ? addressOf(contact).text : m.customer_unknown()
}

/** Who has a conversation; an AI agent is marked as one. */
export const nameOfAgent = ({ name, ai }: NonNullable<Conversation['agent']>): string =>
  ai ? m.ai_mark_name({ name }) : name

const KINDS: Record<string, () => string> = {
  text: m.message_kind_text,
  image: m.message_kind_image,
  audio: m.message_kind_audio,
  video: m.message_kind_video,
  document: m.message_kind_document,
  sticker: m.message_kind_sticker,
  location: m.message_kind_location,
  contacts: m.message_kind_contacts,
  interactive: m.message_kind_interactive,
  button: m.message_kind_interactive,
  order: m.message_kind_order,
  reaction: m.message_kind_reaction,
  system: m.message_kind_system,
  template: m.message_kind_template,
  unsupported: m.message_kind_unsupported,
}

export const isKnownKind = (type: string): boolean => Object.hasOwn(KINDS, type)

/** `Photo`; what nobody knows yet is called by WhatsApp's own word. */
export const kindLabel = (type: string): string =>
  Object.hasOwn(KINDS, type) ? KINDS[type]!() : m.message_kind_unknown({ type })

/** One line for a list or a quotation: `Photo · The red one`. */
export function messageLine({ type, text }: { type: string; text: string | null }): string {
  const line = text?.replaceAll(/\s+/g, ' ').trim() ?? ''
  if (type === 'text' || type === 'button' || type === 'interactive') return line === '' ? kindLabel(type) : line
  return line === '' ? kindLabel(type) : `${kindLabel(type)} · ${line}`
}

/** The same of one that may have been deleted. */
export const lastLine = (last: NonNullable<Conversation['last_message']>): string =>
  last.revoked ? deletedWords(last.direction) : messageLine(last)

export const deletedWords = (direction: 'in' | 'out' | null): string =>
  direction === 'in' ? m.message_deleted_by_customer() : m.message_deleted()

/** Why a message waits, and when it is tried again; null when it has not been tried yet. */
export function waitingWords({ error_code: code, error, retry_at }: NonNullable<Message['delivery']>): string | null {
  if (code === null && error === null) return null
  if (code !== null && isOfToken(code)) return m.message_waits_token()
  const time = retry_at === null ? null : clockTime(retry_at)
  if (code !== null && TOO_MANY.has(code))
    return time === null ? m.message_waits_throttled() : m.message_waits_throttled_until({ time })
  return time === null ? m.message_waits_whatsapp() : m.message_waits_whatsapp_until({ time })
}

/** With fewer left it is shown how many. */
const NEAR = 200

/**
 * How much more can be written, or how much is too much, as it is counted for WhatsApp: in UTF-16 units. Whether Meta counts
 * an emoji as one is not documented, and a message that it refuses would be worse. Null while there is room enough.
 */
export function roomWords(used: number, max: number): string | null {
  if (used > max) return m.composer_over({ count: formatCount(used - max) })
  return max - used < NEAR ? m.composer_left({ count: formatCount(max - used) }) : null
}

/** Why nobody knows whether it went. */
export const uncertainWords = ({ error }: NonNullable<Message['delivery']>): string =>
  error === RESTORED ? m.message_uncertain_restored() : m.message_uncertain_text()

const TOO_MANY: ReadonlySet<number> = new Set([4, 80_007, 130_429, 131_048, 131_056])

/** The token is refused, or what it may do. */
const isOfToken = (code: number): boolean =>
  code === 0 || code === 3 || code === 10 || code === 190 || code === 131_005 || (code >= 200 && code <= 299)

/** Why a message did not arrive, by Meta's number. */
export function failureWords({ error_code: code, error }: NonNullable<Message['delivery']>): string {
  if (code !== null && isOfToken(code)) return m.message_failed_token()
  if (code !== null && TOO_MANY.has(code)) return m.message_failed_throttled()
  switch (code) {
    case 131047:
      return m.message_failed_window()
    case 131026:
    case 131030:
      return m.message_failed_unreachable()
    case 1:
    case 2:
    case 131000:
    case 131016:
    case 131057:
      return m.message_failed_whatsapp()
    case 132000:
    case 132001:
    case 132005:
    case 132007:
    case 132012:
    case 132015:
    case 132016:
    case 132018:
    case 132068:
    case 132069:
      return m.message_failed_template()
    case 131049:
      return m.message_failed_held_back()
    case 131050:
      return m.message_failed_opted_out()
    case 131053:
      return m.message_failed_file()
    case 130497:
      return m.message_failed_country()
    case 131021:
      return m.message_failed_own_number()
    case 131037:
      return m.message_failed_display_name()
    case 131045:
    case 133010:
      return m.message_failed_unregistered()
    case 134011:
      return m.message_failed_payment_terms()
    case 131042:
      return m.message_failed_payment()
    case 131031:
    case 368:
      return m.message_failed_locked()
    case null:
      return error === null ? m.message_failed_unknown() : m.message_failed_said({ said: error })
    default:
      return error === null
        ? m.message_failed_code({ code: String(code) })
        : m.message_failed_said_code({ said: error, code: String(code) })
  }
}

export const unreadWords = (count: number): string => m.inbox_unread({ count, shown: formatCount(count) })
