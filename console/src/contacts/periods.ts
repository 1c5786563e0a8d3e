// The days that people filter by, as the instants that the server compares: in the viewer's zone, both ends included.
//
// A named period stays a name in the address. It means the days before the day on which the link is opened, moves on at
// midnight, and is called by its name on screen, so that nobody takes it for fixed days. Days that were chosen one by
// one are instants in the address: whoever opens the link, in whatever zone and whenever, sees the same contacts.
import { isoDay } from '../lib/time.ts'

export const PERIODS = ['today', 'last_7_days', 'last_30_days', 'this_month'] as const
export type Period = (typeof PERIODS)[number]

/** From an instant on, and before another; an end that is missing is open. */
export interface TimeRange {
  from?: string
  before?: string
}

/** What a period means today; `today` is a day as `2026-05-30`. It is open towards now. */
export function periodRange(period: Period, today: string): TimeRange {
  const daysBack = { today: 0, last_7_days: 6, last_30_days: 29, this_month: Number(today.slice(8)) - 1 }[period]
  return { from: startOfDay(today, -daysBack) }
}

/** The range of whole days from the first to the last one; an empty text leaves that end open. */
export const daysRange = (first: string, last: string): TimeRange => ({
  ...(first === '' ? {} : { from: startOfDay(first) }),
  ...(last === '' ? {} : { before: startOfDay(last, 1) }),
})

/** The days that a range touches, as `daysRange` takes them: in another zone than its maker's it may cut them. */
export const daysOf = ({ from, before }: TimeRange): { first: string; last: string } => ({
  first: from === undefined ? '' : isoDay(from),
  last: before === undefined ? '' : isoDay(lastMoment(before)),
})

/** Whether a range consists of whole days in the viewer's zone. */
export function isOfWholeDays(range: TimeRange): boolean {
  const { first, last } = daysOf(range)
  const whole = daysRange(first, last)
  return whole.from === range.from && whole.before === range.before
}

export const lastMoment = (before: string): string => new Date(Date.parse(before) - 1).toISOString()

/** An instant as it stands in addresses, or null when it is none that the server could compare. */
export function readInstant(text: unknown): string | null {
  if (typeof text !== 'string' || !/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(text))
    return null
  const at = new Date(text)
  return Number.isNaN(at.getTime()) || !/^(?!0000)\d{4}-/.test(at.toISOString()) ? null : instant(at)
}

function startOfDay(day: string, daysLater = 0): string {
  const [year, month, date] = day.split('-').map(Number) as [number, number, number]
  return instant(new Date(year, month - 1, date + daysLater))
}

const instant = (at: Date): string => at.toISOString().replace('.000Z', 'Z')
