// What one message object says, whatever its type: the words for people, and the parts that need handling of their own.
import { digitsOf, isBsuid } from './identity.ts'
import { asObject, cleanObject, idOf, instantOf, type JsonObject, objectsIn, shortText, textOf } from './values.ts'
import { cleanText } from '../../lib/shapes.ts'

/** An error that WhatsApp attached to a message, a status or a body. */
export interface WhatsAppError {
  code: number | null
  title: string | null
  details: string | null
}

/** A contact card in a `contacts` message. */
export interface ContactCard {
  /** contact_request: the sender's own number, sent when asked for; other: anybody's card. */
  origin: 'contact_request' | 'other'
  name: string | null
  /** As written on the card. */
  phones: string[]
  /** Digits, where the card gives WhatsApp's id. */
  wa_ids: string[]
}

/** What a message says, the same for received, echoed and historical ones. */
export interface MessageBody {
  wa_message_id: string
  /** WhatsApp's time, ISO 8601; null when missing or unreadable: use the time of arrival. */
  sent_at: string | null
  /** As WhatsApp writes it; null when missing. Unknown types are to be shown neutrally. */
  type: string | null
  /** The finer type of interactive, system and unsupported messages. */
  subtype: string | null
  /** The words in it, for people: body, caption, title of a reply, emoji, place, names on cards; null when there are none. */
  text: string | null
  /** The message as WhatsApp wrote it, fit for jsonb. */
  content: JsonObject
  reply_to: string | null
  group_id: string | null
  /** The advertisement or post that the customer came from. */
  referral: JsonObject | null
  reaction: { target: string | null; emoji: string | null; removed: boolean } | null
  /** `target` gets `text` and `content` in place of its own. */
  edit: { target: string | null; type: string | null; text: string | null; content: JsonObject | null } | null
  revoke: { target: string | null } | null
  cards: ContactCard[]
  /** Digits of the sender's own phone, when a card answers a request for it. */
  own_phone: string | null
  errors: WhatsAppError[]
}

const CAPTIONED = new Set(['image', 'video', 'audio', 'document', 'sticker'])

/** The id by which a message is known; null when there is none that could be stored. */
export function messageIdOf(message: JsonObject): string | null {
  return idOf(message['id'], 500)
}

/** Reads a message of any type; what is missing or misshapen becomes null. `id` is its `messageIdOf`. */
export function readBody(message: JsonObject, id: string): MessageBody {
  const type = shortText(message['type'], 100)
  const cards = type === 'contacts' ? readCards(message) : []
  const edit = type === 'edit' ? readEdit(message) : null
  const referral = asObject(message['referral'])
  return {
    wa_message_id: id,
    sent_at: instantOf(message['timestamp']),
    type,
    subtype:
      type === 'interactive' || type === 'system' || type === 'unsupported'
        ? shortText(asObject(message[type])?.['type'], 100)
        : null,
    text: edit ? edit.text : wordsOf(message, type, cards),
    content: cleanObject(message),
    reply_to: idOf(asObject(message['context'])?.['id'], 500),
    group_id: idOf(message['group_id']),
    referral: referral && cleanObject(referral),
    reaction: type === 'reaction' ? readReaction(message) : null,
    edit,
    revoke: type === 'revoke' ? { target: idOf(asObject(message['revoke'])?.['original_message_id'], 500) } : null,
    cards: cards.map(({ own: _, ...card }) => card),
    own_phone: cards.find((card) => card.own !== null)?.own ?? null,
    errors: readErrors(message['errors']),
  }
}

/** Reads an `errors` list. */
export function readErrors(errors: unknown): WhatsAppError[] {
  return objectsIn(errors).map((error) => {
    const code = Number(idOf(error['code']) ?? NaN)
    return {
      code: Number.isSafeInteger(code) ? code : null,
      title: shortText(error['title'] ?? error['message'], 1000),
      details: shortText(asObject(error['error_data'])?.['details'] ?? error['details'], 2000),
    }
  })
}

function readReaction(message: JsonObject) {
  const reaction = asObject(message['reaction'])
  const emoji = shortText(reaction?.['emoji'], 100)
  return { target: idOf(reaction?.['message_id'], 500), emoji, removed: emoji === null }
}

function readEdit(message: JsonObject) {
  const edit = asObject(message['edit'])
  const edited = asObject(edit?.['message'])
  const type = shortText(edited?.['type'], 100)
  return {
    target: idOf(edit?.['original_message_id'], 500),
    type,
    text: edited && wordsOf(edited, type, []),
    content: edited && cleanObject(edited),
  }
}

function wordsOf(message: JsonObject, type: string | null, cards: readonly ContactCard[]): string | null {
  if (type === null) return null
  if (CAPTIONED.has(type)) return textOf(asObject(message[type])?.['caption'])
  switch (type) {
    case 'text':
      return textOf(asObject(message['text'])?.['body'])
    case 'button': {
      const button = asObject(message['button'])
      return textOf(button?.['text']) ?? textOf(button?.['payload'])
    }
    case 'interactive': {
      const interactive = asObject(message['interactive'])
      const title = (key: string, of: string) => textOf(asObject(interactive?.[key])?.[of])
      // The answers of a form are a string that may be no JSON; it stays in the content, unread.
      return title('button_reply', 'title') ?? title('list_reply', 'title') ?? title('nfm_reply', 'body')
    }
    case 'location': {
      const location = asObject(message['location'])
      return (
        [location?.['name'], location?.['address']].flatMap((part) => shortText(part, 1000) ?? []).join(', ') || null
      )
    }
    case 'contacts':
      return cards.flatMap((card) => card.name ?? card.phones[0] ?? []).join(', ') || null
    case 'reaction':
      return readReaction(message).emoji
    case 'order':
      return textOf(asObject(message['order'])?.['text'])
    case 'system':
      return textOf(asObject(message['system'])?.['body'])
    default:
      return null
  }
}

function readCards(message: JsonObject): (ContactCard & { own: string | null })[] {
  return objectsIn(message['contacts']).map((card) => {
    const vcard = typeof card['vcard'] === 'string' ? card['vcard'].slice(0, 20_000) : ''
    const phones = objectsIn(card['phones'])
    const waIds = [
      ...phones.map((phone) => phone['wa_id']),
      ...[...vcard.matchAll(/\bwaid=([0-9]{5,20})\b/gi)].map((match) => match[1]),
    ].flatMap((id) => (typeof id === 'string' && isBsuid(id) ? [] : (digitsOf(id) ?? [])))
    const written = phones.flatMap((phone) => shortText(phone['phone'], 100) ?? [])
    // Written on the message by Meta; on the card by others.
    const origin = (card['origin'] ?? message['origin']) === 'contact_request' ? 'contact_request' : 'other'
    // Without a country code a number would be taken for somebody else's.
    const full = written.find((phone) => /^(\+|[0-9]+$)/.test(phone) && digitsOf(phone) !== null)
    return {
      origin,
      name: cardName(card, vcard),
      phones: written,
      wa_ids: [...new Set(waIds)],
      own: origin === 'contact_request' ? (waIds[0] ?? digitsOf(full)) : null,
    }
  })
}

function cardName(card: JsonObject, vcard: string): string | null {
  const name = asObject(card['name'])
  const parts = ['first_name', 'middle_name', 'last_name'].flatMap((key) => shortText(name?.[key], 300) ?? [])
  const onCard = /^FN[^:\r\n]{0,200}:([^\r\n]{1,500})/im.exec(vcard)?.[1]
  return (
    shortText(name?.['formatted_name'], 1000) ?? (parts.join(' ') || (onCard ? cleanText(onCard).trim() : '') || null)
  )
}
