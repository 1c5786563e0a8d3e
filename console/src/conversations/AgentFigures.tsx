// The agents' figures of a period: a row for each, sorted by any column, and one over all.
import { NativeSelect, Skeleton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { AgentFigures as Row, Figures } from '../../../server/conversations/figures-schema.ts'
import { useOrganization } from '../access/queries.ts'
import { channelsQuery } from '../channels/channel-names.ts'
import { daysOf, daysRange, PERIODS, type TimeRange } from '../contacts/periods.ts'
import { formatCount } from '../lib/numbers.ts'
import { useToday } from '../lib/time.ts'
import { m } from '../paraglide/messages.js'
import { Days } from '../ui/Days.tsx'
import { ErrorNotice } from '../ui/ErrorNotice.tsx'
import { AiMark } from '../ai-agents/AiMark.tsx'
import { SmallBadge } from '../ui/SmallBadge.tsx'
import { ariaSort, SortButton } from '../ui/SortButton.tsx'
import classes from './AgentFigures.module.css'
import { closedOf, durationWords, figuresQuery, figuresRange, sortFigures, type FiguresOrder } from './figures.ts'
import { readOversightSearch, type OversightSearch } from './oversight-search.ts'

interface Column {
  by: Exclude<FiguresOrder['by'], 'name'>
  name: () => string
  /** Times are best when they are short, counts are looked at for the most. */
  first: FiguresOrder['order']
  value: (figures: Figures) => string
}

const count = (by: keyof Figures, name: () => string): Column => ({
  by,
  name,
  first: 'desc',
  value: (figures) => formatCount(figures[by] ?? 0),
})
const duration = (by: keyof Figures, name: () => string): Column => ({
  by,
  name,
  first: 'asc',
  value: (figures) => {
    const seconds = figures[by]
    return seconds === null ? '—' : durationWords(seconds)
  },
})

const COLUMNS: readonly Column[] = [
  count('open', m.figures_open),
  { by: 'closed', name: m.figures_closed, first: 'desc', value: (figures) => formatCount(closedOf(figures)) },
  count('closed_by_agent', m.figures_by_agent),
  count('closed_by_admin', m.figures_by_admin),
  count('expired', m.figures_expired),
  count('ai_auto_closed', m.figures_by_ai),
  count('first_answers', m.figures_first_answers),
  duration('first_answer_median', m.figures_first_answer),
  duration('first_answer_p90', m.figures_first_answer_p90),
  duration('close_median', m.figures_close),
]

const PERIOD_NAMES = {
  today: m.period_today,
  last_7_days: m.period_last_7_days,
  last_30_days: m.period_last_30_days,
  this_month: m.period_this_month,
}

interface AgentFiguresProps {
  search: OversightSearch
  onChange: (changes: { [K in keyof OversightSearch]?: OversightSearch[K] | undefined }) => void
}

export function AgentFigures({ search, onChange }: AgentFiguresProps) {
  const organization = useOrganization()
  const today = useToday()
  const range = figuresRange(search, today)
  const figures = useQuery(figuresQuery(organization.slug, range, search.channel))
  const { data: channels = [] } = useQuery(channelsQuery(organization.slug))
  return (
    <>
      <div className={classes.choices}>
        <NativeSelect
          label={m.figures_period()}
          value={search.figures}
          data={[
            ...PERIODS.map((period) => ({ value: period, label: PERIOD_NAMES[period]() })),
            { value: 'days', label: m.period_days() },
          ]}
          onChange={(event) => {
            const { figures: chosen } = readOversightSearch({ figures: event.currentTarget.value })
            // The days begin as those that the period means now.
            const days = chosen === 'days' ? daysRange(daysOf(range).first, today) : {}
            onChange({ figures: chosen, from: days.from, before: days.before })
          }}
        />
        {search.figures === 'days' && (
          <Days
            {...daysOf(range)}
            onChange={(first, last) => {
              const { from, before } = daysRange(first, last)
              onChange({ from, before })
            }}
          />
        )}
        <NativeSelect
          label={m.channel()}
          value={search.channel ?? ''}
          data={[
            { value: '', label: m.conversation_any_channel() },
            ...channels.map(({ id, name }) => ({ value: id, label: name })),
          ]}
          onChange={(event) =>
            onChange({ channel: readOversightSearch({ channel: event.currentTarget.value }).channel })
          }
        />
      </div>
      {figures.error && (
        <div className={classes.failure}>
          <ErrorNotice error={figures.error} onRetry={() => void figures.refetch()} />
        </div>
      )}
      {figures.data ? (
        <>
          <FiguresTable {...figures.data} range={range} channel={search.channel} stale={figures.isPlaceholderData} />
          <p className={classes.meaning}>{m.figures_meaning()}</p>
        </>
      ) : (
        !figures.error && (
          <div className={classes.loading} role="status" aria-label={m.figures_loading()}>
            <Skeleton height={220} radius={8} />
          </div>
        )
      )}
    </>
  )
}

interface FiguresTableProps {
  agents: readonly Row[]
  all: Figures
  range: TimeRange
  channel: string | undefined
  stale: boolean
}

function FiguresTable({ agents, all, range, channel, stale }: FiguresTableProps) {
  const [sorted, setSorted] = useState<FiguresOrder>({ by: 'name', order: 'asc' })
  const columns = COLUMNS.filter(({ by }) => by !== 'ai_auto_closed' || all.ai_auto_closed > 0)
  const head = { sorted, onSort: setSorted }
  return (
    // Reached by keyboard too, because it may scroll.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className={classes.frame} role="region" aria-label={m.figures_agents()} tabIndex={0}>
      <table className={classes.table} data-stale={stale || undefined}>
        <thead>
          <tr>
            <Head by="name" name={m.conversation_agent_column()} first="asc" {...head} />
            {columns.map(({ by, name, first }) => (
              <Head key={by} by={by} name={name()} first={first} {...head} />
            ))}
          </tr>
        </thead>
        <tbody>
          {sortFigures(agents, sorted).map((row) => (
            <tr key={row.agent?.id ?? 'nobody'}>
              <th scope="row">
                <Who agent={row.agent} range={range} channel={channel} />
              </th>
              {columns.map(({ by, value }) => (
                <td key={by}>{value(row)}</td>
              ))}
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">{m.figures_all()}</th>
            {columns.map(({ by, value }) => (
              <td key={by}>{value(all)}</td>
            ))}
          </tr>
        </tfoot>
      </table>
    </div>
  )
}

/** Leads to their conversations of that time; nobody's are those that wait. */
function Who({ agent, range, channel }: Pick<Row, 'agent'> & { range: TimeRange; channel: string | undefined }) {
  const search: OversightSearch = {
    ...(agent === null ? { status: 'pending' } : { agent: agent.id, ...range }),
    ...(channel === undefined ? {} : { channel }),
  }
  return (
    <>
      <Link
        from="/o/$organization/conversations"
        to="."
        search={search}
        className={classes.name}
        title={agent === null ? m.figures_nobody_title() : undefined}
      >
        {agent === null ? m.figures_nobody() : <bdi>{agent.name}</bdi>}
      </Link>{' '}
      {agent?.ai && <AiMark />} {agent?.removed && <SmallBadge>{m.figures_removed()}</SmallBadge>}
    </>
  )
}

interface HeadProps {
  by: FiguresOrder['by']
  name: string
  first: FiguresOrder['order']
  sorted: FiguresOrder
  onSort: (order: FiguresOrder) => void
}

function Head({ by, name, first, sorted, onSort }: HeadProps) {
  const order = sorted.by === by ? sorted.order : null
  return (
    <th scope="col" aria-sort={ariaSort(order)}>
      <SortButton order={order} first={first} onSort={(next) => onSort({ by, order: next })}>
        {name}
      </SortButton>
    </th>
  )
}
