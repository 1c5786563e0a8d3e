// Instants as people read them, in the viewer's own time zone.
import { useSyncExternalStore } from 'react'
import { getLocale } from '../paraglide/runtime.js'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const formats = new Map<string, Intl.DateTimeFormat>()

function formatted(date: Date, name: string, options: Intl.DateTimeFormatOptions): string {
  let format = formats.get(name)
  if (!format) formats.set(name, (format = new Intl.DateTimeFormat(localeWithRegion(), options)))
  return format.format(date)
}

/** The viewer's own English or Portuguese rather than a general one, so that dates are in their order. */
function localeWithRegion(): string {
  const locale = getLocale()
  return navigator.languages.find((each) => each === locale || each.startsWith(`${locale}-`)) ?? locale
}

/** To the second, with the zone: for a tooltip. */
export const exactTime = (instant: string): string =>
  formatted(new Date(instant), 'exact', { dateStyle: 'full', timeStyle: 'long' })

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

/** Minutes and hours ago within a day, then the day: `5 min ago`, `30 May`, `30 May 2025`. */
export function shortTime(instant: string, now: number): string {
  const date = new Date(instant)
  const age = now - date.getTime()
  if (age < DAY && age > -MINUTE) {
    const relative = new Intl.RelativeTimeFormat(getLocale(), { numeric: 'auto', style: 'narrow' })
    if (age < MINUTE) return relative.format(0, 'second')
    return age < HOUR
      ? relative.format(-Math.floor(age / MINUTE), 'minute')
      : relative.format(-Math.floor(age / HOUR), 'hour')
  }
  const sameYear = date.getFullYear() === new Date(now).getFullYear()
  return sameYear
    ? formatted(date, 'day', { day: 'numeric', month: 'short' })
    : formatted(date, 'day-year', { day: 'numeric', month: 'short', year: 'numeric' })
}

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

/** The present, told anew every half minute; one clock for all that show it. */
export const useNow = (): number => useSyncExternalStore(watch, () => now)
