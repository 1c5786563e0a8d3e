// Instants as people read them, in the viewer's own time zone.
import { useSyncExternalStore } from 'react'
import { regionalLocale } from './language.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const formats = new Map<string, Intl.DateTimeFormat>()

function formatOf(name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  let format = formats.get(name)
  if (!format) formats.set(name, (format = new Intl.DateTimeFormat(regionalLocale, options)))
  return format
}

const formatted = (date: Date, name: string, options: Intl.DateTimeFormatOptions): string =>
  formatOf(name, options).format(date)

/** To the second, with the zone: for a tooltip. */
export const exactTime = (instant: string): string =>
  formatted(new Date(instant), 'exact', { dateStyle: 'full', timeStyle: 'long' })

/** `30 May 2026`, or `30 May 2026, 14:05`, in the viewer's zone. */
export const momentWords = (instant: string, precision: Precision): string =>
  formatOf(precision, PRECISIONS[precision]).format(new Date(instant))

/** `1–30 May 2026`: from one moment to another, both included. */
export function spanWords(first: string, last: string, precision: Precision): string {
  if (Date.parse(first) > Date.parse(last)) return `${momentWords(first, precision)} – ${momentWords(last, precision)}`
  return formatOf(precision, PRECISIONS[precision]).formatRange(new Date(first), new Date(last))
}

type Precision = 'day' | 'minute'
const PRECISIONS = {
  day: { day: 'numeric', month: 'short', year: 'numeric' },
  minute: { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' },
} as const

/** `2026-05-30`, in the viewer's zone. */
export function isoDay(instant: string): string {
  const date = new Date(instant)
  const two = (n: number) => String(n).padStart(2, '0')
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}

/** `2026-05-30 14:05`, in the viewer's zone. */
export function isoMinute(instant: string): string {
  const date = new Date(instant)
  const two = (n: number) => String(n).padStart(2, '0')
  return `${isoDay(instant)} ${two(date.getHours())}:${two(date.getMinutes())}`
}

// Making one takes longer than all rows of a list that it serves.
const relative = new Intl.RelativeTimeFormat(regionalLocale, { numeric: 'auto', style: 'narrow' })

/** Minutes and hours ago within a day, then the day: `5 min ago`, `30 May`, `30 May 2025`. */
export function shortTime(instant: string, now: number): string {
  const date = new Date(instant)
  const age = now - date.getTime()
  if (age < DAY && age > -MINUTE) {
    if (age < MINUTE) return relative.format(0, 'second')
    return age < HOUR
      ? relative.format(-Math.floor(age / MINUTE), 'minute')
      : relative.format(-Math.floor(age / HOUR), 'hour')
  }
  const sameYear = date.getFullYear() === new Date(now).getFullYear()
  return sameYear ? formatted(date, 'day-month', { day: 'numeric', month: 'short' }) : momentWords(instant, 'day')
}

const spans = (['minute', 'hour', 'day'] as const).map(
  (unit) => new Intl.NumberFormat(regionalLocale, { style: 'unit', unit, unitDisplay: 'narrow' }),
)

/** How long ago in one unit: `5m`, `3h`, `2d`. */
export function shortSpan(since: string, now: number): string {
  const age = Math.max(0, now - Date.parse(since))
  const [minutes, hours, days] = spans as [Intl.NumberFormat, Intl.NumberFormat, Intl.NumberFormat]
  if (age < HOUR) return minutes.format(Math.floor(age / MINUTE))
  return age < DAY ? hours.format(Math.floor(age / HOUR)) : days.format(Math.floor(age / DAY))
}

/** `14:05`, as the viewer's country writes it. */
export const clockTime = (instant: string): string =>
  formatted(new Date(instant), 'clock', { hour: '2-digit', minute: '2-digit' })

/** `Today`, `Yesterday`, or `Saturday, 30 May 2026`; `today` is a day as `2026-05-30`. */
export function dayWords(instant: string, today: string): string {
  const daysAgo = Math.round((Date.parse(today) - Date.parse(isoDay(instant))) / DAY)
  if (daysAgo !== 0 && daysAgo !== 1)
    return formatted(new Date(instant), 'weekday', { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' })
  const words = named.format(-daysAgo, 'day')
  return words.slice(0, 1).toLocaleUpperCase(regionalLocale) + words.slice(1)
}
const named = new Intl.RelativeTimeFormat(regionalLocale, { numeric: 'auto' })

let now = Date.now()
const watchers = new Set<() => void>()
let ticking: number | undefined

function watch(onChange: () => void): () => void {
  watchers.add(onChange)
  if (ticking === undefined) now = Date.now()
  ticking ??= window.setInterval(() => {
    now = Date.now()
    for (const each of watchers) each()
  }, MINUTE / 2)
  return () => {
    watchers.delete(onChange)
    if (watchers.size > 0) return
    window.clearInterval(ticking)
    ticking = undefined
  }
}

/** The viewer's calendar day as `2026-05-30`; another one from midnight on. */
export const useToday = (): string => useSyncExternalStore(watch, () => isoDay(new Date(now).toISOString()))

/** The present, told anew every half minute; one clock for all that show it. */
export const useNow = (): number => useSyncExternalStore(watch, () => now)
