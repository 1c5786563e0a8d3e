// What the cells of one row say: an id, a name, tags and times; or why the row is refused. Takes no database.
import { ExternalId } from '../contacts/external-schema.ts'
import { externalText } from '../contacts/identity.ts'
import { isDecimal, phoneCandidates } from '../contacts/phones.ts'
import { BSUID } from '../contacts/schema.ts'
import { Instant } from '../lib/shapes.ts'
import type { Columns, RowReason } from './schema.ts'

export interface ReadRow {
  /** The ids under which the contact may be known here, the likeliest first. */
  keys: string[]
  display_name: string | null
  /** The names of its tags as they are written, each once; null without a column of tags. */
  tags: string[] | null
  first_seen_at: string | null
  last_seen_at: string | null
}

interface Reading {
  /** How many columns the first line has. */
  width: number
  columns: Columns
  bare_phones: boolean
  /** When it is read: nobody was seen later. */
  now: number
}

/** The contact that a row speaks of, or the reason for which it is refused. */
export function readRow(cells: readonly string[], reading: Reading): ReadRow | RowReason {
  const { columns, width } = reading
  if (cells.length !== width) return 'row_columns_differ'
  if (cells.some((cell) => cell.includes('\0'))) return 'row_nul'
  const cellOf = (place: number | null) => (place === null ? '' : (cells[place] ?? ''))
  const keys = readId(cellOf(columns.phone), reading)
  if (typeof keys === 'string') return keys
  const name = unescaped(cellOf(columns.display_name))
  if (isLonger(name, MOST_NAME)) return 'row_name_too_long'
  const [first, last] = [readTime(cellOf(columns.first_seen_at)), readTime(cellOf(columns.last_seen_at))]
  if (first === undefined || last === undefined) return 'row_time_unreadable'
  if ([first, last].some((time) => time !== null && Date.parse(time) > reading.now)) return 'row_time_future'
  if (first !== null && last !== null && last < first) return 'row_times_crossed'
  return {
    keys,
    display_name: name.trim() === '' ? null : name,
    tags: columns.tags === null ? null : namesInCell(cellOf(columns.tags)),
    first_seen_at: first,
    last_seen_at: last,
  }
}

/** As the database has it. */
const MOST_NAME = 1000

const isLonger = (text: string, most: number) => text.length > most && Array.from(text).length > most

/** The export puts an apostrophe before what a spreadsheet could take for a formula; only that one goes. */
export const unescaped = (cell: string): string => (/^'[=+\-@\t\r']/.test(cell) ? cell.slice(1) : cell)

/** The names of a cell of tags, as the export writes them: between bars, with `\|` and `\\` for what is in a name. */
export function namesInCell(cell: string): string[] {
  const names = [...unescaped(cell).matchAll(/(?:\\[\\|]|[^|])+/gs)].map(([part]) =>
    part.replace(/\\([\\|])/g, '$1').trim(),
  )
  return [...new Set(names.filter((name) => name !== ''))]
}

/** What a spreadsheet makes of a long number: digits are lost. */
const EXPONENT = /^[+]?\d+(?:[.,]\d+)?E[+]?\d+$/i
const LONGEST_ID = 200
/** An id of another system: the system, a colon, and the id there. */
const OF_SYSTEM = /^([a-z0-9][a-z0-9._-]{0,49}):(.+)$/is
/** What has a colon for another reason: addresses of phones and pages, times. It may be an id, but makes nobody. */
const RARELY_ID = /^(?:(?:tel|callto|sms|whatsapp|wa|mailto|https?):|\d[\dt.-]*:\d)/

/** Whether somebody who is not here yet may be created under it; everything else in the column has to be known. */
export const isCreatable = (key: string): boolean =>
  isExternal(key) ? !RARELY_ID.test(key) : BSUID.test(key) || (isDigits(key) && phoneCandidates(`+${key}`).length > 0)

export const isDigits = (key: string): boolean => /^\d+$/.test(key)

/** Neither a phone nor an id of WhatsApp has a colon. */
export const isExternal = (key: string): boolean => key.includes(':')

/** The id of another system that a key stands for; null for one of WhatsApp's. */
export function externalOf(key: string): ExternalId | null {
  const place = key.indexOf(':')
  return place < 0 ? null : { system: key.slice(0, place), id: key.slice(place + 1) }
}

function readId(cell: string, { bare_phones }: Reading): string[] | RowReason {
  // An apostrophe is how spreadsheets are told to leave a number as it is.
  const text = unescaped(cell.trim()).trim()
  if (text === '') return 'row_phone_missing'
  if (EXPONENT.test(text)) return 'row_phone_exponent'
  if (isDecimal(text)) return 'row_phone_decimal'
  const [, system, id] = OF_SYSTEM.exec(text) ?? []
  if (system !== undefined) {
    const external = ExternalId.safeParse({ system, id })
    return external.success ? [externalText(external.data)] : 'row_phone_invalid'
  }
  const plain = text
    .normalize('NFKC')
    .replace(/\p{Cf}/gu, '')
    .trim()
  if (/^(?:\+|00)/.test(plain)) {
    const candidates: string[] = phoneCandidates(plain).flatMap((each) => each ?? [])
    if (candidates.length > 0) return candidates
    // What WhatsApp told is kept as it was told, and exported so.
    return /^\+\d{5,20}$/.test(plain) ? [plain.slice(1)] : 'row_phone_invalid'
  }
  if (/^[\d\s().\-/\u2010-\u2015]+$/.test(plain)) {
    if (!bare_phones) return 'row_phone_bare'
    const candidates: string[] = phoneCandidates(plain).flatMap((each) => each ?? [])
    return candidates.length > 0 ? candidates : 'row_phone_invalid'
  }
  return text.length > LONGEST_ID || text.includes(':') ? 'row_phone_invalid' : [text]
}

const OUR_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/
const DAY = /^\d{4}-\d\d-\d\d$/

/** A time as ISO 8601 in UTC; a day alone is its beginning. Null for an empty cell, undefined for what is no such time. */
function readTime(cell: string): string | null | undefined {
  const text = unescaped(cell).trim()
  if (text === '') return null
  const whole = DAY.test(text) ? `${text}T00:00:00.000Z` : text
  const time = Date.parse(whole)
  if (Number.isNaN(time)) return undefined
  const iso = new Date(time).toISOString()
  if (OUR_TIME.test(whole)) return iso === whole && Instant.safeParse(whole).success ? iso : undefined
  return Instant.safeParse(whole).success ? iso : undefined
}
