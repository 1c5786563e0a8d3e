// An instant in few words, exact on hover.
import { exactTime, isoDay, isoMinute, shortTime, useNow } from '../lib/time.ts'

interface TimeProps {
  at: string
  /** `short`: minutes ago, then the day. `day`: 2026-05-30. `minute`: 2026-05-30 14:05. */
  form?: 'short' | 'day' | 'minute'
  /** What else the tooltip says. */
  note?: string
}

export function Time({ at, form = 'short', note }: TimeProps) {
  const now = useNow()
  const text = form === 'short' ? shortTime(at, now) : form === 'day' ? isoDay(at) : isoMinute(at)
  return (
    <time
      dateTime={at}
      title={note === undefined ? exactTime(at) : `${exactTime(at)}\n${note}`}
      style={{ whiteSpace: 'nowrap' }}
    >
      {text}
    </time>
  )
}
