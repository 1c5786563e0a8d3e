// A row for each tag and source: how many were put on, kept and taken off, suggested and decided, and how it went by week.
import { ActionIcon } from '@mantine/core'
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react'
import { Fragment, useId, useState, type ReactNode } from 'react'
import type { TagQuality } from '../../../server/analysis/quality-schema.ts'
import { formatCount, percentWords } from '../lib/numbers.ts'
import { m } from '../paraglide/messages.js'
import { sourceLabel } from '../tags/source-label.ts'
import { TagChip } from '../ui/TagChip.tsx'
import { Time } from '../ui/Time.tsx'
import { acceptedShare, keptShare } from './shares.ts'
import { Trend } from './Trend.tsx'
import classes from './Quality.module.css'

type Counts = TagQuality['weeks'][number]

interface Column {
  title: () => string
  value(counts: Counts): number
  share?(counts: Counts): number | null
}

const COLUMNS: readonly Column[] = [
  { title: () => m.ai_quality_applied(), value: ({ applied }) => applied },
  { title: () => m.ai_quality_kept(), value: ({ kept }) => kept, share: keptShare },
  { title: () => m.ai_quality_removed(), value: ({ removed }) => removed },
  { title: () => m.ai_quality_suggested(), value: ({ suggested }) => suggested },
  { title: () => m.ai_quality_accepted(), value: ({ accepted }) => accepted, share: acceptedShare },
  { title: () => m.ai_quality_rejected(), value: ({ rejected }) => rejected },
]

export const QualityTable = ({ rows, since }: { rows: readonly TagQuality[]; since: string }) => (
  <table className={classes.table}>
    <thead>
      <tr>
        <th scope="col">{m.column_tag()}</th>
        <th scope="col">{m.ai_quality_by()}</th>
        {COLUMNS.map(({ title }) => (
          <th scope="col" key={title()} className={classes.number}>
            {title()}
          </th>
        ))}
        <th scope="col">{m.ai_quality_weeks()}</th>
      </tr>
    </thead>
    <tbody>
      {rows.map((row) => (
        <Row key={`${row.tag.id} ${row.source}`} row={row} since={since} />
      ))}
    </tbody>
  </table>
)

function Row({ row, since }: { row: TagQuality; since: string }) {
  const [open, setOpen] = useState(false)
  const weeks = useId()
  const { tag, source } = row
  const label = m.ai_quality_weeks_of({ name: tag.name, source: sourceLabel(source) })
  return (
    <Fragment>
      <tr className={classes.row}>
        <th scope="row" className={classes.tag}>
          <TagChip {...tag} />
        </th>
        <td className={classes.by}>{sourceLabel(source)}</td>
        {COLUMNS.map((column) => (
          <Cell key={column.title()} column={column} counts={row} />
        ))}
        <td className={classes.trend}>
          <Trend weeks={row.weeks} />
          <ActionIcon
            aria-label={label}
            aria-expanded={open}
            aria-controls={open ? weeks : undefined}
            onClick={() => setOpen(!open)}
          >
            {open ? <IconChevronDown size={16} /> : <IconChevronRight size={16} className={classes.closed} />}
          </ActionIcon>
        </td>
      </tr>
      {open && (
        <tr id={weeks} className={classes.open}>
          <td colSpan={COLUMNS.length + 3}>
            <Weeks label={label} weeks={row.weeks} since={since} />
          </td>
        </tr>
      )}
    </Fragment>
  )
}

function Cell({ column: { title, value, share }, counts }: { column: Column; counts: Counts }) {
  const percent = share?.(counts) ?? null
  return (
    <td className={classes.number} data-none={value(counts) === 0 || undefined}>
      <span className={classes.word}>{title()} </span>
      {formatCount(value(counts))}
      {percent !== null && <Share>{percentWords(percent)}</Share>}
    </td>
  )
}

const Share = ({ children }: { children: ReactNode }) => <span className={classes.share}> {children}</span>

/** The newest week first. */
function Weeks({ label, weeks, since }: { label: string; weeks: readonly Counts[]; since: string }) {
  const from = (i: number) => new Date(Date.parse(since) + i * 7 * 86_400_000).toISOString()
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, also by keyboard
    <div className={classes.scroll} tabIndex={0} role="group" aria-label={label}>
      <table className={classes.weeks} aria-label={label}>
        <thead>
          <tr>
            <th scope="col">{m.ai_quality_week()}</th>
            {COLUMNS.map(({ title }) => (
              <th scope="col" key={title()} className={classes.number}>
                {title()}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {weeks
            .map((counts, i) => ({ counts, at: from(i) }))
            .toReversed()
            .map(({ counts, at }) => (
              <tr key={at}>
                <th scope="row">
                  <Time at={at} form="day" />
                </th>
                {COLUMNS.map((column) => (
                  <Cell key={column.title()} column={column} counts={counts} />
                ))}
              </tr>
            ))}
        </tbody>
      </table>
    </div>
  )
}
