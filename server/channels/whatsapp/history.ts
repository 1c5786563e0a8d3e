// Messages from before the account was connected: whose thread they are in, and which way they went.
import { digitsOf, isAnonymous, readContacts, readPerson, type WhatsAppPerson } from './identity.ts'
import { asObject, type JsonObject, shortText } from './values.ts'

/** What a historical message has beside its body. */
export interface HistoryBody {
  direction: 'in' | 'out'
  /** The customer in whose thread the message is, whichever way it went. */
  contact: WhatsAppPerson
  /** As WhatsApp writes it: `READ`, `DELIVERED`, `PLAYED`… */
  history_status: string | null
}

/** Whose thread it is; null when the thread does not say. Its context is written like an entry of contacts[]. */
export function ownerOfThread(thread: JsonObject): WhatsAppPerson | null {
  const context = asObject(thread['context'])
  const book = readContacts(context ? [context] : [], [])
  const address = context?.['wa_id'] ?? thread['id']
  const owner = readPerson(book, address, context?.['user_id'], context?.['parent_user_id'])
  return isAnonymous(owner.ids) ? null : owner
}

/** Which way a message went, by its own word, else by comparing its sender with the business and the thread's owner. */
export function directionOf(message: JsonObject, businessPhone: unknown, owner: WhatsAppPerson | null): 'in' | 'out' {
  const fromMe = message['from_me'] ?? asObject(message['history_context'])?.['from_me']
  if (typeof fromMe === 'boolean') return fromMe ? 'out' : 'in'
  const [from, business] = [digitsOf(message['from']), digitsOf(businessPhone)]
  if (from === null) return 'in'
  if (business !== null) return from === business ? 'out' : 'in'
  // In somebody's thread, who is not that person is the business.
  return owner?.ids.wa_id != null && from !== owner.ids.wa_id ? 'out' : 'in'
}

/** The delivery state that a historical message had when it was copied. */
export function historyStatusOf(message: JsonObject): string | null {
  return shortText(asObject(message['history_context'])?.['status'], 100)
}
