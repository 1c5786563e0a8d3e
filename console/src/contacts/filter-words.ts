// Filters in words: what each is called, and what is asked of a time.
import { momentWords, spanWords } from '../lib/time.ts'
import { m } from '../paraglide/messages.js'
import { isOfWholeDays, lastMoment, type Period, type TimeRange } from './periods.ts'
import type { FilteredTime, TagMode } from './search.ts'

export const modeLabel = (mode: TagMode): string =>
  ({ any_tags: m.tags_any_of, all_tags: m.tags_all_of, no_tags: m.tags_none_of })[mode]()

export const timeLabel = (time: FilteredTime): string =>
  ({ tagged: m.filter_tagged, first_seen: m.column_first_seen, last_seen: m.column_last_seen })[time]()

export const periodLabel = (period: Period): string =>
  ({
    today: m.period_today,
    last_7_days: m.period_last_7_days,
    last_30_days: m.period_last_30_days,
    this_month: m.period_this_month,
  })[period]()

/** `1–30 May 2026`, `since 1 May 2026`, `until 30 May 2026`; to the minute where the days of another zone cut the viewer's. */
export function rangeWords(range: TimeRange): string {
  const { from, before } = range
  const last = before === undefined ? undefined : lastMoment(before)
  const precision = isOfWholeDays(range) ? 'day' : 'minute'
  if (from !== undefined && last !== undefined) return spanWords(from, last, precision)
  if (from !== undefined) return m.since({ time: momentWords(from, precision) })
  return last === undefined ? '' : m.until({ time: momentWords(last, precision) })
}
