// One webhook body of WhatsApp turned into an ordered list of typed updates, whatever shape it has.
import { directionOf, type HistoryBody, historyStatusOf, ownerOfThread } from './history.ts'
import { type ContactBook, digitsOf, isAnonymous, readContacts, readIdentityChange, readPerson } from './identity.ts'
import { type MessageBody, messageIdOf, readBody, readErrors } from './message.ts'
import { readStatus } from './status.ts'
import type { Misread, Payload, Place, Update } from './update.ts'
import { asObject, cleanJson, idOf, type JsonObject, objectsIn, shortText } from './values.ts'

// WhatsApp promises at most 1,000, but history says "thousands" in a body of 3 MB.
const MAX_UPDATES = 20_000

const LABELS: Record<string, string> = {
  smb_app_state_sync: "the phone app's address book",
  user_preferences: 'marketing preferences',
  history: 'history',
  standby: 'a conversation that another app handles',
  group_lifecycle_update: 'a group',
  group_participants_update: 'participants of a group',
  group_settings_update: 'settings of a group',
  group_status_update: 'status of a group',
  calls: 'calls',
}

const labelOf = (name: string) => (Object.hasOwn(LABELS, name) ? LABELS[name]! : name)

const KNOWN = new Set([
  'messaging_product',
  'metadata',
  'contacts',
  'messages',
  'message_echoes',
  'statuses',
  'errors',
  'history',
])

class Reading {
  readonly updates: Update[] = []
  #misread: Misread | null = null

  get isFull(): boolean {
    return this.updates.length >= MAX_UPDATES
  }

  add(update: Update): void {
    this.updates.push(update)
  }

  other(place: Place, what: string, content: unknown, errors: unknown = null): void {
    this.add({ kind: 'other', ...place, what, errors: readErrors(errors), content: cleanJson(content) })
  }

  problem(reason: Misread['reason'], path = 'body'): void {
    if (this.#misread) this.#misread.more++
    else this.#misread = { reason, path, more: 0 }
  }

  result(): Payload {
    const misread = this.#misread
    return { updates: this.updates, misread, problem: misread && sentenceOf(misread) }
  }
}

function sentenceOf({ reason, path, more }: Misread): string {
  const sentence = {
    not_json: 'The body is not JSON.',
    not_an_object: path === 'body' ? 'The body is not a JSON object.' : `${path} is not an object.`,
    no_entries: 'The body has no entry list.',
    not_a_list: `${path} is not a list.`,
    too_much: `${path} and what follows was left: more than ${MAX_UPDATES} updates.`,
    no_message_id: `${path} has no message id.`,
    no_sender: `${path} names no sender.`,
    no_recipient: `${path} names no recipient.`,
  }[reason]
  return more > 0 ? `${sentence} (And ${more} more.)` : sentence
}

/**
 * Reads a webhook body. Never throws. What cannot be understood is named in `problem`, and everything around it is
 * still read; unknown types and fields are no problem.
 */
export function readPayload(rawBody: Buffer | string): Payload {
  const reading = new Reading()
  let body: unknown
  try {
    body = JSON.parse(rawBody.toString().replace(/^\ufeff/, ''))
  } catch {
    reading.problem('not_json')
    return reading.result()
  }
  const root = asObject(body)
  if (root === null) reading.problem('not_an_object')
  else if ('entry' in root) readEntries(reading, root)
  // Meta's documentation and dashboard also show a change, or its value, without the envelope.
  else if (asObject(root['value'])) readChange(reading, root, null, 'body.value')
  else if ('metadata' in root || 'messages' in root || 'statuses' in root) {
    const field = 'history' in root ? 'history' : 'message_echoes' in root ? 'smb_message_echoes' : 'messages'
    readChange(reading, { field, value: root }, null, 'body')
  } else reading.problem('no_entries')
  return reading.result()
}

function readEntries(reading: Reading, root: JsonObject): void {
  eachObject(reading, root['entry'], 'entry', (entry, path) => {
    const wabaId = idOf(entry['id'])
    if ('changes' in entry) {
      eachObject(reading, entry['changes'], `${path}.changes`, (change, at) =>
        readChange(reading, change, wabaId, `${at}.value`),
      )
      return
    }
    const nowhere = { path, field: null, waba_id: wabaId, phone_number_id: null, display_phone_number: null }
    reading.other(nowhere, 'standby' in entry ? labelOf('standby') : 'an entry without changes', entry)
  })
}

/** Calls `read` for every object of a list; null is an empty list, anything else that is no object is a problem. */
function eachObject(
  reading: Reading,
  list: unknown,
  path: string,
  read: (item: JsonObject, path: string) => void,
): void {
  if (list === undefined || list === null) return
  if (!Array.isArray(list)) return reading.problem('not_a_list', path)
  for (let i = 0; i < list.length; i++) {
    if (reading.isFull) return reading.problem('too_much', `${path}[${i}]`)
    const item = asObject(list[i])
    if (item === null) reading.problem('not_an_object', `${path}[${i}]`)
    else read(item, `${path}[${i}]`)
  }
}

/** Reads one change; `path` is that of its value. */
function readChange(reading: Reading, change: JsonObject, wabaId: string | null, path: string): void {
  const field = shortText(change['field'], 100)
  const value = asObject(change['value'])
  const metadata = asObject(value?.['metadata'])
  const place: Place = {
    path,
    field,
    waba_id: wabaId,
    phone_number_id: idOf(metadata?.['phone_number_id']),
    display_phone_number: idOf(metadata?.['display_phone_number']),
  }
  if (value === null) {
    if (field === 'messages' || field === null) reading.problem('not_an_object', place.path)
    else reading.other(place, labelOf(field), change['value'] ?? null)
  } else if (field === 'messages' || field === null) readLive(reading, value, place)
  else if (field === 'history') readHistory(reading, value, place)
  else if (field === 'smb_message_echoes' || field === 'message_echoes') readEchoes(reading, value, place)
  else reading.other(place, labelOf(field), value, value['errors'])
}

/** The contacts[] of a change; the other party of its messages is in the fields from… or to…, of statuses in recipient… */
function contactsOf(value: JsonObject): ContactBook {
  return readContacts(value['contacts'], [
    ...objectsIn(value['messages']).map((message) => [message['from'], message['from_user_id']]),
    ...objectsIn(value['message_echoes']).map((message) => [message['to'], message['to_user_id']]),
    ...objectsIn(value['statuses']).map((status) => [status['recipient_id'], status['recipient_user_id']]),
  ])
}

const senderOf = (book: ContactBook, message: JsonObject) =>
  readPerson(book, message['from'], message['from_user_id'], message['from_parent_user_id'])

const recipientOf = (book: ContactBook, message: JsonObject) =>
  readPerson(book, message['to'], message['to_user_id'], message['to_parent_user_id'])

function isFromBusiness(message: JsonObject, place: Place): boolean {
  const from = digitsOf(message['from'])
  return from !== null && from === digitsOf(place.display_phone_number)
}

/** The message's body; a message without an id can be neither stored nor recognised, so it is kept as it is. */
function bodyOf(reading: Reading, message: JsonObject, at: Place): MessageBody | null {
  const id = messageIdOf(message)
  if (id !== null) return readBody(message, id)
  reading.problem('no_message_id', at.path)
  reading.other(at, 'a message without an id', message)
  return null
}

function readLive(reading: Reading, value: JsonObject, place: Place): void {
  const before = reading.updates.length
  const book = contactsOf(value)
  eachObject(reading, value['messages'], `${place.path}.messages`, (message, path) => {
    const at = { ...place, path }
    const change = message['type'] === 'system' ? readIdentityChange(message) : null
    if (change) {
      const id = messageIdOf(message)
      const { sent_at, text, content } = readBody(message, id ?? '')
      reading.add({ kind: 'identity_change', ...at, ...change, wa_message_id: id, sent_at, text, content })
      return
    }
    if ('to' in message && isFromBusiness(message, place)) return readEcho(reading, message, book, at)
    const body = bodyOf(reading, message, at)
    if (!body) return
    const sender = senderOf(book, message)
    if (isAnonymous(sender.ids) && body.type !== 'system') reading.problem('no_sender', path)
    reading.add({ kind: 'message', ...at, ...body, sender })
  })
  eachObject(reading, value['message_echoes'], `${place.path}.message_echoes`, (message, path) => {
    readEcho(reading, message, book, { ...place, path })
  })
  eachObject(reading, value['statuses'], `${place.path}.statuses`, (status, path) => {
    const at = { ...place, path }
    const body = readStatus(status)
    if (body) reading.add({ kind: 'status', ...at, ...body })
    else reading.other(at, 'a status without a message id', status, status['errors'])
  })
  const errors = objectsIn(value['errors'])
  if (errors.length > 0) reading.other({ ...place, path: `${place.path}.errors` }, 'errors', errors, errors)
  if ('history' in value) readHistoryChunks(reading, value, place)
  for (const [key, item] of Object.entries(value)) {
    if (KNOWN.has(key) || typeof item !== 'object' || item === null) continue
    const name = shortText(key, 100) ?? 'something unnamed'
    reading.other({ ...place, path: `${place.path}.${name}` }, labelOf(name), item)
  }
  const unread = ['messages', 'statuses'].every((key) => !(key in value))
  if (unread && reading.updates.length === before) reading.other(place, 'nothing known', value)
}

function readEcho(reading: Reading, message: JsonObject, book: ContactBook, at: Place): void {
  const body = bodyOf(reading, message, at)
  if (!body) return
  const recipient = recipientOf(book, message)
  if (isAnonymous(recipient.ids) && body.group_id === null) reading.problem('no_recipient', at.path)
  // A card that a colleague sends is not the customer's own.
  reading.add({ kind: 'echo', ...at, ...body, own_phone: null, recipient })
}

function readEchoes(reading: Reading, value: JsonObject, place: Place): void {
  const before = reading.updates.length
  const book = contactsOf(value)
  // Whatever this field calls its list, nothing in it is a customer's message.
  for (const key of ['message_echoes', 'messages']) {
    const path = `${place.path}.${key}`
    eachObject(reading, value[key], path, (message, at) => readEcho(reading, message, book, { ...place, path: at }))
  }
  if (reading.updates.length === before) reading.other(place, 'echoes', value, value['errors'])
}

function readHistory(reading: Reading, value: JsonObject, place: Place): void {
  const before = reading.updates.length
  readHistoryChunks(reading, value, place)
  // Media of messages that came before: received ones, then sent ones.
  const book = contactsOf(value)
  eachObject(reading, value['messages'], `${place.path}.messages`, (message, path) => {
    const direction = directionOf(message, place.display_phone_number, null)
    const contact = direction === 'in' ? senderOf(book, message) : recipientOf(book, message)
    addHistory(reading, message, { ...place, path }, { direction, contact })
  })
  eachObject(reading, value['message_echoes'], `${place.path}.message_echoes`, (message, path) => {
    addHistory(reading, message, { ...place, path }, { direction: 'out', contact: recipientOf(book, message) })
  })
  if (reading.updates.length === before) reading.other(place, 'history', value, value['errors'])
}

function readHistoryChunks(reading: Reading, value: JsonObject, place: Place): void {
  eachObject(reading, value['history'], `${place.path}.history`, (chunk, path) => {
    const before = reading.updates.length
    eachObject(reading, chunk['threads'], `${path}.threads`, (thread, at) =>
      readThread(reading, thread, { ...place, path: at }),
    )
    const errors = objectsIn(chunk['errors'])
    if (errors.length > 0) reading.other({ ...place, path }, 'errors of history', errors, errors)
    else if (reading.updates.length === before) reading.other({ ...place, path }, 'history', chunk)
  })
}

function readThread(reading: Reading, thread: JsonObject, place: Place): void {
  const owner = ownerOfThread(thread)
  const book = readContacts(null, [])
  eachObject(reading, thread['messages'], `${place.path}.messages`, (message, path) => {
    const direction = directionOf(message, place.display_phone_number, owner)
    const contact = owner ?? (direction === 'in' ? senderOf(book, message) : recipientOf(book, message))
    addHistory(reading, message, { ...place, path }, { direction, contact })
  })
}

function addHistory(reading: Reading, message: JsonObject, at: Place, body: Omit<HistoryBody, 'history_status'>): void {
  const spoken = bodyOf(reading, message, at)
  if (!spoken) return
  const own_phone = body.direction === 'in' ? spoken.own_phone : null
  const history_status = historyStatusOf(message)
  reading.add({ kind: 'history', historical: true, ...at, ...spoken, own_phone, ...body, history_status })
}
