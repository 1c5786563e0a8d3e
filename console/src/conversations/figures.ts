// The agents' figures as they are asked for, sorted, and said.
import { queryOptions } from '@tanstack/react-query'
import type { AgentFigures, Figures, getAgentFigures } from '../../../server/conversations/figures-schema.ts'
import type { RouteArgs } from '../../../server/lib/route.ts'
import { periodRange, type TimeRange } from '../contacts/periods.ts'
import { call } from '../lib/api.ts'
import { regionalLocale } from '../lib/language.ts'
import type { OversightSearch } from './oversight-search.ts'
import { conversationKeys } from './keys.ts'

/** Days without a first one begin before WhatsApp did. */
const BEGINNING = '2009-01-01T00:00:00Z'

/** The time of which figures are shown. */
export function figuresRange({ figures, from, before }: OversightSearch, today: string): TimeRange {
  if (figures !== undefined && figures !== 'days') return periodRange(figures, today)
  return { ...(from === undefined ? {} : { from }), ...(before === undefined ? {} : { before }) }
}

export function figuresQuery(organization: string, range: TimeRange, channel: string | undefined) {
  const query: RouteArgs<typeof getAgentFigures>['query'] = {
    from: range.from ?? BEGINNING,
    ...(range.before === undefined ? {} : { before: range.before }),
    ...(channel === undefined ? {} : { channels: channel }),
  }
  return queryOptions({
    queryKey: [...conversationKeys.all(organization), 'figures', query],
    queryFn: ({ signal }) =>
      call<typeof getAgentFigures>('get', '/v1/conversations/figures', { organization, signal, query }),
    placeholderData: (before, asked) => (asked?.queryKey[1] === organization ? before : undefined),
    refetchInterval: 60_000,
  })
}

export const closedOf = ({ closed_by_agent, closed_by_admin, expired, ai_auto_closed }: Figures): number =>
  closed_by_agent + closed_by_admin + expired + ai_auto_closed

export interface FiguresOrder {
  /** `name`, or one of the figures. */
  by: 'name' | 'closed' | keyof Figures
  order: 'asc' | 'desc'
}

/** What has no figure comes last, and nobody's after everybody's, whatever the order. */
export function sortFigures(agents: readonly AgentFigures[], { by, order }: FiguresOrder): AgentFigures[] {
  const sign = order === 'asc' ? 1 : -1
  const byName = (a: AgentFigures, b: AgentFigures) => a.agent!.name.localeCompare(b.agent!.name, regionalLocale)
  return agents.toSorted((a, b) => {
    if (a.agent === null || b.agent === null) return a.agent === b.agent ? 0 : a.agent === null ? 1 : -1
    if (by === 'name') return sign * byName(a, b)
    const [x, y] = by === 'closed' ? [closedOf(a), closedOf(b)] : [a[by], b[by]]
    if (x === y) return byName(a, b)
    if (x === null || y === null) return x === null ? 1 : -1
    return sign * (x - y)
  })
}

const UNITS = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const

/** `45s`, `4m 10s`, `3h 20m`, `2d 4h`: the two largest units. */
export function durationWords(seconds: number): string {
  const first = UNITS.findIndex(([, size]) => seconds >= size)
  if (first < 0) return unitWords(0, 'second')
  let rest = seconds
  const parts = UNITS.slice(first, first + 2).map(([unit, size]) => {
    const count = Math.floor(rest / size)
    rest -= count * size
    return count > 0 ? unitWords(count, unit) : ''
  })
  return parts.filter((part) => part !== '').join(' ')
}

const unitWords = (count: number, unit: string) =>
  new Intl.NumberFormat(regionalLocale, { style: 'unit', unit, unitDisplay: 'narrow' }).format(count)
