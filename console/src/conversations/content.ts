// What is shown of a message beside its text, out of what WhatsApp wrote: any of it may be missing, or something else.
import { regionalLocale } from '../lib/language.ts'

type Fields = Record<string, unknown>

const fieldsOf = (value: unknown): Fields | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null
const listOf = (value: unknown): Fields[] =>
  Array.isArray(value) ? value.map(fieldsOf).filter((each) => each !== null) : []
const wordsOf = (value: unknown): string | null => (typeof value === 'string' && value.trim() !== '' ? value : null)

/** The part that bears the name of the kind; some keep only that part. */
const partOf = (type: string, content: unknown): Fields | null => {
  const all = fieldsOf(content)
  return fieldsOf(all?.[type]) ?? all
}

export const fileNameOf = (type: string, content: unknown): string | null =>
  wordsOf(partOf(type, content)?.['filename'])

export interface Place {
  name: string | null
  address: string | null
  /** On a map. */
  href: string
}

/** Where it is. */
export function placeOf(content: unknown): Place | null {
  const part = partOf('location', content)
  const [latitude, longitude] = [degreesOf(part?.['latitude'], 90), degreesOf(part?.['longitude'], 180)]
  if (part === null || latitude === null || longitude === null) return null
  return {
    name: wordsOf(part['name']),
    address: wordsOf(part['address']),
    href: `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=17/${latitude}/${longitude}`,
  }
}

/** WhatsApp writes a number, templates a text. */
function degreesOf(value: unknown, most: number): number | null {
  const written = typeof value === 'number' || wordsOf(value) !== null ? Number(value) : NaN
  return Math.abs(written) <= most ? written : null
}

/** Somebody's card. */
export interface ContactCard {
  name: string | null
  company: string | null
  /** Phones, then e-mail addresses, then web addresses. */
  reachedBy: string[]
}

export function cardsOf(content: unknown): ContactCard[] {
  return listOf(fieldsOf(content)?.['contacts'] ?? content).map((card) => {
    const all = (list: string, field: string) => listOf(card[list]).flatMap((each) => wordsOf(each[field]) ?? [])
    return {
      name: wordsOf(fieldsOf(card['name'])?.['formatted_name']) ?? wordsOf(fieldsOf(card['name'])?.['first_name']),
      company: wordsOf(fieldsOf(card['org'])?.['company']),
      reachedBy: [...all('phones', 'phone'), ...all('emails', 'email'), ...all('urls', 'url')],
    }
  })
}

/** What the customer pressed to write: an advertisement or a post of the business. */
export interface Referral {
  kind: 'ad' | 'post'
  headline: string | null
  body: string | null
  /** Where it is to be seen. */
  href: string | null
}

export function referralOf(content: unknown): Referral | null {
  const referral = fieldsOf(fieldsOf(content)?.['referral'])
  if (referral === null) return null
  const address = wordsOf(referral['source_url'])
  return {
    kind: referral['source_type'] === 'post' ? 'post' : 'ad',
    headline: wordsOf(referral['headline']),
    body: wordsOf(referral['body']),
    href: address !== null && /^https?:\/\//i.test(address) ? address : null,
  }
}

const contextOf = (content: unknown): Fields | null => fieldsOf(fieldsOf(content)?.['context'])

/** By which the business knows the product of its catalog that the message asks about. */
export const productOf = (content: unknown): string | null =>
  wordsOf(fieldsOf(contextOf(content)?.['referred_product'])?.['product_retailer_id'])

export function isForwarded(content: unknown): boolean {
  const context = contextOf(content)
  return context?.['forwarded'] === true || context?.['frequently_forwarded'] === true
}

/** What was chosen from a list or by a button. */
export function replyOf(content: unknown): { title: string; description: string | null } | null {
  const part = partOf('interactive', content)
  const reply = fieldsOf(part?.['list_reply']) ?? fieldsOf(part?.['button_reply'])
  const title = wordsOf(reply?.['title'])
  return title === null ? null : { title, description: wordsOf(reply?.['description']) }
}

/** Whether a form was filled in, whatever is in it. */
export const isForm = (content: unknown): boolean => fieldsOf(partOf('interactive', content)?.['nfm_reply']) !== null

/** What was filled in a form: a string within, which may be no JSON. */
export function answersOf(content: unknown): { name: string; value: string }[] {
  const json = fieldsOf(partOf('interactive', content)?.['nfm_reply'])?.['response_json']
  if (typeof json !== 'string') return []
  try {
    return Object.entries(fieldsOf(JSON.parse(json)) ?? {})
      .filter(([name]) => name !== 'flow_token')
      .map(([name, value]) => ({ name, value: typeof value === 'string' ? value : JSON.stringify(value) }))
  } catch {
    return []
  }
}

export function orderOf(content: unknown): { id: string; quantity: number; price: string | null }[] {
  return listOf(partOf('order', content)?.['product_items']).map((item) => ({
    id: wordsOf(item['product_retailer_id']) ?? '—',
    quantity: Number(item['quantity']) || 1,
    price: priceOf(item),
  }))
}

function priceOf({ item_price: price, currency }: Fields): string | null {
  const amount = Number(price)
  if (price == null || !Number.isFinite(amount) || typeof currency !== 'string' || !/^[A-Z]{3}$/.test(currency))
    return null
  return new Intl.NumberFormat(regionalLocale, { style: 'currency', currency }).format(amount)
}

export interface ShownButton {
  type: string
  /** Empty where WhatsApp says it in words of its own. */
  text: string
  /** Where it leads, or what it copies or shows. */
  target: string | null
}

/** What stands around the text of a template. */
export interface ShownTemplate {
  header: string | null
  /** The kind of file that stands in its place. */
  header_file: string | null
  place: Place | null
  footer: string | null
  buttons: ShownButton[]
}

/** Of a template that was sent from here; one from elsewhere has none of it. */
export function shownOf(content: unknown): ShownTemplate {
  const shown = fieldsOf(fieldsOf(content)?.['shown'])
  return {
    header: wordsOf(shown?.['header']),
    header_file: wordsOf(shown?.['header_file']),
    place: placeOf(shown?.['place']),
    footer: wordsOf(shown?.['footer']),
    buttons: listOf(shown?.['buttons']).map((button) => ({
      type: wordsOf(button['type']) ?? '',
      text: wordsOf(button['text']) ?? '',
      target: wordsOf(button['target']),
    })),
  }
}
