// Times are said in two units, and rows without a figure never stand above those with one.
import { expect, test } from 'vitest'
import type { AgentFigures } from '../../../server/conversations/figures-schema.ts'
import { durationWords, sortFigures } from './figures.ts'

const row = (name: string | null, first_answer_median: number | null, closed_by_agent = 0): AgentFigures => ({
  agent: name === null ? null : { id: name, name, removed: false, ai: false },
  open: 0,
  closed_by_agent,
  closed_by_admin: 1,
  expired: 0,
  ai_auto_closed: 0,
  first_answers: 0,
  first_answer_median,
  first_answer_p90: null,
  close_median: null,
})
const names = (rows: AgentFigures[]) => rows.map(({ agent }) => agent?.name ?? null)

test('the two largest units are said, without those that are none', () => {
  expect([0, 45, 60, 250, 3600, 12_000, 90_000, 187_200].map(durationWords)).toEqual([
    '0s',
    '45s',
    '1m',
    '4m 10s',
    '1h',
    '3h 20m',
    '1d 1h',
    '2d 4h',
  ])
})

test('rows sort by a figure either way, what has none after the others, nobody’s last', () => {
  const rows = [row(null, 1, 9), row('Cem', null, 1), row('Ana', 60, 3), row('Bea', 20, 2)]
  expect(names(sortFigures(rows, { by: 'first_answer_median', order: 'asc' }))).toEqual(['Bea', 'Ana', 'Cem', null])
  expect(names(sortFigures(rows, { by: 'first_answer_median', order: 'desc' }))).toEqual(['Ana', 'Bea', 'Cem', null])
  expect(names(sortFigures(rows, { by: 'closed', order: 'desc' }))).toEqual(['Ana', 'Bea', 'Cem', null])
  expect(names(sortFigures(rows, { by: 'name', order: 'desc' }))).toEqual(['Cem', 'Bea', 'Ana', null])
})
