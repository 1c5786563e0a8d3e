// Filtering by a time: any, one of the named periods, or days from and to, both included.
import { useId, useState } from 'react'
import { spanWords, useToday } from '../lib/time.ts'
import { m } from '../paraglide/messages.js'
import { Days } from '../ui/Days.tsx'
import { periodLabel, timeLabel } from './filter-words.ts'
import classes from './PeriodFilter.module.css'
import { daysOf, daysRange, PERIODS, periodRange, type Period } from './periods.ts'
import { timeRange, useChangeSearch, useContactSearch, type FilteredTime } from './search.ts'

type Choice = Period | 'any' | 'days'

export function PeriodFilter({ time }: { time: FilteredTime }) {
  const search = useContactSearch()
  const today = useToday()
  const { setTime } = useChangeSearch()
  const name = useId()
  const days = daysOf(timeRange(search, time, today))
  const chosen: Choice = search[time] ?? (days.first === '' && days.last === '' ? 'any' : 'days')
  /** Days are to be chosen, and none is yet. */
  const [choosing, setChoosing] = useState(false)
  const shown = choosing && chosen === 'any' ? 'days' : chosen

  const choose = (choice: Choice) => {
    setChoosing(choice === 'days')
    // From a period the days are those that it means now, as a beginning.
    if (choice === 'days') setTime(time, search[time] === undefined ? {} : daysRange(days.first, today))
    else setTime(time, choice === 'any' ? {} : choice)
  }
  const choices: [Choice, string][] = [
    ['any', m.period_any()],
    ...PERIODS.map((period): [Choice, string] => [period, periodLabel(period)]),
    ['days', m.period_days()],
  ]
  return (
    <div role="radiogroup" aria-label={timeLabel(time)} className={classes.root}>
      {choices.map(([choice, label]) => (
        <label key={choice} className={classes.choice}>
          <input
            type="radio"
            className={classes.radio}
            name={name}
            checked={shown === choice}
            onChange={() => choose(choice)}
          />
          <span>{label}</span>
          {choice !== 'any' && choice !== 'days' && (
            <span className={classes.note}>
              {spanWords(periodRange(choice, today).from!, new Date().toISOString(), 'day')}
            </span>
          )}
        </label>
      ))}
      {shown === 'days' && (
        <div className={classes.days}>
          <Days {...days} onChange={(first, last) => setTime(time, daysRange(first, last))} />
        </div>
      )}
    </div>
  )
}
