// Cutting one person out of a webhook body: their messages, statuses and entries go, everybody else's stay as they came.
import { digitsOf, plainDigits } from './identity.ts'
import { asObject, cleanJson, idOf, tooDeepIn, type JsonObject } from './values.ts'

/** What somebody is recognized by in what WhatsApp wrote. */
export interface PersonTraces {
  /** Digits without plus, past ones too; odd addresses as they were written. */
  phones: readonly string[]
  /** Business-scoped ids, past ones too. */
  user_ids: readonly string[]
  message_ids: readonly string[]
}

export type IsTrace = (value: unknown) => boolean

/** Whether a value is a phone, a user id or a message id of the person, in any spelling of the phone. */
export function recognizing({ phones, user_ids, message_ids }: PersonTraces): IsTrace {
  const subscribers = new Set(phones.map(plainDigits))
  const ids = new Set([...phones, ...user_ids, ...message_ids])
  return (value) => {
    const text = typeof value === 'string' || typeof value === 'number' ? idOf(value, 500) : null
    if (text === null) return false
    const digits = digitsOf(text)
    return ids.has(text) || (digits !== null && subscribers.has(plainDigits(digits)))
  }
}

/** Nothing of the person is in it; or the body without them; or nothing but them was in it. */
export type Cut = 'untouched' | 'emptied' | Buffer

/**
 * Cuts a person out of a body. What others wrote is not opened: their message that quotes, mentions or reacts to the person
 * is theirs. A body that is no JSON goes as a whole when it names the person, as nobody else's message can be read in it.
 * Of a body that names the person, what is nested deeper than anything that is ever read goes as well.
 */
export function cutPerson(body: Buffer, isTrace: IsTrace, traces: PersonTraces): Cut {
  let root: unknown
  try {
    root = JSON.parse(body.toString().replace(/^\ufeff/, ''))
  } catch {
    return isNamedIn(body, traces) ? 'emptied' : 'untouched'
  }
  const object = asObject(root)
  if (object !== null && isAbout(object, isTrace)) return 'emptied'
  const deep = tooDeepIn(root)
  const { value, cut } = without(deep.length > 0 ? cleanJson(root) : root, isTrace)
  const named = deep.length > 0 && (deep.some(isTrace) || isNamedIn(body, traces))
  if (!cut && !named) return 'untouched'
  return holdsItems(value) ? Buffer.from(JSON.stringify(value)) : 'emptied'
}

const isNamedIn = (body: Buffer, { phones, user_ids, message_ids }: PersonTraces): boolean =>
  [...phones, ...user_ids, ...message_ids].some((each) => body.includes(each))

const isMessage = (item: JsonObject): boolean => 'timestamp' in item && ('type' in item || 'id' in item)

/** Whether an item of a list is the person's: it names them itself, or in an object of its own, but not in what was said. */
function isAbout(item: JsonObject, isTrace: IsTrace): boolean {
  const spoken = isMessage(item)
  return Object.entries(item).some(([key, value]) => {
    if (key === 'timestamp') return false
    const inner = asObject(value)
    if (inner === null) return isTrace(value)
    // A name is chosen freely, and may be somebody else's number.
    const names = spoken ? key === 'system' : key !== 'profile' && key !== 'metadata'
    return names && Object.values(inner).some(isTrace)
  })
}

/** A copy without the person's items; what is left empty by that goes too. */
function without(value: unknown, isTrace: IsTrace): { value: unknown; cut: boolean } {
  if (Array.isArray(value)) {
    let cut = false
    const kept: unknown[] = []
    for (const item of value) {
      const object = asObject(item)
      const inner = object !== null && isAbout(object, isTrace) ? null : without(item, isTrace)
      cut ||= inner === null || inner.cut
      if (inner !== null && (!inner.cut || holdsItems(inner.value))) kept.push(inner.value)
    }
    return { value: kept, cut }
  }
  const object = asObject(value)
  if (object === null || isMessage(object)) return { value, cut: false }
  // Where the business itself is somebody's contact, its own number names nobody.
  const own = digitsOf(asObject(object['metadata'])?.['display_phone_number'])
  const isOthers: IsTrace = own === null ? isTrace : (each) => digitsOf(each) !== own && isTrace(each)
  const inner = Object.entries(object).map(([key, each]) => [key, without(each, isOthers)] as const)
  return {
    value: Object.fromEntries(inner.map(([key, each]) => [key, each.value])),
    cut: inner.some(([, each]) => each.cut),
  }
}

function holdsItems(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0
  const object = asObject(value)
  return object !== null && Object.values(object).some(holdsItems)
}
