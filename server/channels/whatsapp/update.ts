// What a webhook body says, update by update: everything an interpreter needs without looking at the body again.
import type { HistoryBody } from './history.ts'
import type { IdentityChange, WhatsAppPerson } from './identity.ts'
import type { MessageBody, WhatsAppError } from './message.ts'
import type { StatusBody } from './status.ts'
import type { JsonObject } from './values.ts'

/** Where in the body an update stands, and which account and number it is for. */
export interface Place {
  /** For sentences about problems, such as `entry[0].changes[0].value.messages[2]`. */
  path: string
  /** The webhook field, such as `messages`; null when missing. */
  field: string | null
  /** `0` in the dashboard's tests. */
  waba_id: string | null
  phone_number_id: string | null
  display_phone_number: string | null
}

/** Received from a customer, just now. The only kind that may be answered. */
export interface MessageUpdate extends Place, MessageBody {
  kind: 'message'
  /** Without any id for `system` messages about nobody in particular; otherwise that is a `problem` as well. */
  sender: WhatsAppPerson
}

/** Somebody has other ids now. May come before or after the first message under them, and twice. */
export interface IdentityChangeUpdate extends Place, IdentityChange {
  kind: 'identity_change'
  wa_message_id: string | null
  sent_at: string | null
  text: string | null
  content: JsonObject
}

/** What became of a message that was sent. Makes no contacts; found by message id alone. */
export interface StatusUpdate extends Place, StatusBody {
  kind: 'status'
}

/** Sent by a colleague from the phone app: outbound in the recipient's thread, never the customer's words. */
export interface EchoUpdate extends Place, MessageBody {
  kind: 'echo'
  recipient: WhatsAppPerson
}

/** Copied from the time before the account was connected: never answered, and not live. */
export interface HistoryUpdate extends Place, MessageBody, HistoryBody {
  kind: 'history'
  historical: true
}

/** Everything else: kept, shown neutrally, no error. */
export interface OtherUpdate extends Place {
  kind: 'other'
  /** A few words for people. */
  what: string
  errors: WhatsAppError[]
  content: unknown
}

export type Update = MessageUpdate | IdentityChangeUpdate | StatusUpdate | EchoUpdate | HistoryUpdate | OtherUpdate

export const MISREADINGS = [
  'not_json',
  'not_an_object',
  'no_entries',
  'not_a_list',
  'too_much',
  'no_message_id',
  'no_sender',
  'no_recipient',
] as const

/** What in a body cannot be understood: the first of it, where it stands, and how much more there is. */
export interface Misread {
  reason: (typeof MISREADINGS)[number]
  path: string
  more: number
}

export interface Payload {
  /** In the order of the body. */
  updates: Update[]
  misread: Misread | null
  /** The same in a sentence; the updates hold all the rest. */
  problem: string | null
}
