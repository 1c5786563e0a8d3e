// Values taken out of JSON that may have any shape, made fit for PostgreSQL.
import { cleanText } from '../../lib/shapes.ts'

export type JsonObject = Record<string, unknown>

// PostgreSQL stores neither NUL nor half of a surrogate pair, in text or in jsonb; deep nesting exhausts its stack.
const MAX_DEPTH = 60

/** The value as an object, or null for anything else, lists included. */
export function asObject(value: unknown): JsonObject | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : null
}

/** The objects among the first 20,000 of a list; none for anything else. */
export function objectsIn(value: unknown): JsonObject[] {
  if (!Array.isArray(value)) return []
  return value
    .slice(0, 20_000)
    .map((item) => asObject(item))
    .filter((item) => item !== null)
}

/** The value as text as it was written; null when it is no text or empty. */
export function textOf(value: unknown): string | null {
  return typeof value === 'string' ? cleanText(value) || null : null
}

/** Trimmed text of at most so many UTF-16 units, for names; null when nothing is left. */
export function shortText(value: unknown, max: number): string | null {
  const text = textOf(value)?.trim() ?? ''
  if (text.length <= max) return text || null
  return text.slice(0, max).replace(/[\ud800-\udbff]$/, '')
}

/** An identifier: trimmed text or a whole number. Longer than `max` it is none: cut, it would be somebody else's. */
export function idOf(value: unknown, max = 200): string | null {
  const text = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : textOf(value)?.trim()
  return text && text.length <= max ? text : null
}

/** Unix seconds, as text or a number, in ISO 8601; null unless between 1970 and 2100. */
export function instantOf(value: unknown): string | null {
  const text = idOf(value)
  if (text === null || !/^[0-9]{1,10}$/.test(text)) return null
  const seconds = Number(text)
  return seconds > 0 && seconds < 4_102_444_800 ? new Date(seconds * 1000).toISOString() : null
}

/** All that `cleanJson` would cut away for its depth; found level by level, as the stack does not last for a call a level. */
export function tooDeepIn(value: unknown): unknown[] {
  const found: unknown[] = []
  let level = [value]
  for (let depth = 0; level.length > 0; depth++) {
    const nested = level.filter((each) => typeof each === 'object' && each !== null)
    for (const each of depth > MAX_DEPTH ? level : depth === MAX_DEPTH ? nested : []) found.push(each)
    level = nested.flatMap((each): unknown[] => Object.values(each))
  }
  return found
}

/** A copy fit for jsonb: texts and keys cleaned, `__proto__` keys dropped, what is nested too deeply cut to null. */
export function cleanJson(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return cleanText(value)
  if (typeof value !== 'object' || value === null) return value
  if (depth >= MAX_DEPTH) return null
  if (Array.isArray(value)) return value.map((item) => cleanJson(item, depth + 1))
  return cleanObject(value as JsonObject, depth)
}

/** `cleanJson` of an object. */
export function cleanObject(object: JsonObject, depth = 0): JsonObject {
  const copy: JsonObject = {}
  for (const [key, item] of Object.entries(object)) {
    const name = cleanText(key)
    if (name !== '__proto__') copy[name] = cleanJson(item, depth + 1)
  }
  return copy
}
