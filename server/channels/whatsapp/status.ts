// What became of a message that was sent.
import { readIds, type WhatsAppIds } from './identity.ts'
import { messageIdOf, readErrors, type WhatsAppError } from './message.ts'
import { cleanObject, idOf, instantOf, type JsonObject, shortText } from './values.ts'

const STATUSES = ['sent', 'delivered', 'read', 'played', 'failed'] as const

/** One status of one sent message. They come in no order, and never move a message backwards. */
export interface StatusBody {
  wa_message_id: string
  /** `other`: anything that is not the delivery of a message, such as a payment's or a call's. */
  status: (typeof STATUSES)[number] | 'other'
  status_as_written: string | null
  /** ISO 8601; null when missing or unreadable. */
  at: string | null
  /** Nobody, in a group's status that names no participant. */
  recipient: WhatsAppIds
  group_id: string | null
  errors: WhatsAppError[]
  /** The status as WhatsApp wrote it, with its pricing, fit for jsonb. */
  content: JsonObject
}

/** Reads a status; null when it does not say of which message. */
export function readStatus(status: JsonObject): StatusBody | null {
  const id = messageIdOf(status)
  if (id === null) return null
  const written = shortText(status['status'], 100)
  // Payments and calls have statuses too, and theirs may also be called failed.
  const ofMessage = status['type'] == null || status['type'] === 'message'
  const group = status['recipient_type'] === 'group'
  // Meta's documentation spells the parent's field in three ways.
  const parent = status['parent_recipient_user_id'] ?? status['recipient_parent_user_id'] ?? status['parent_user_id']
  return {
    wa_message_id: id,
    status: (ofMessage && STATUSES.find((known) => known === written)) || 'other',
    status_as_written: written,
    at: instantOf(status['timestamp']),
    recipient: group
      ? readIds(
          status['recipient_participant_id'],
          status['recipient_participant_user_id'],
          status['recipient_participant_parent_user_id'],
        )
      : readIds(status['recipient_id'], status['recipient_user_id'], parent),
    group_id: group ? idOf(status['recipient_id']) : null,
    errors: readErrors(status['errors']),
    content: cleanObject(status),
  }
}
