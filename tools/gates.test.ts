// Which gates are held, by rows that are made up.
import { expect, test } from 'vitest'
import { gatesOf, tableOf, type Seen } from './gates.ts'

const row = (changes: Partial<Seen>): Seen => ({
  catalog: 'shop',
  shots: 0,
  drop: 0,
  micro_f1: 0.5,
  precision: 0.9,
  foreign_share: 0.01,
  ...changes,
})
const held = (rows: readonly Seen[]) => Object.fromEntries(gatesOf(rows).map(({ what, held: is }) => [what, is]))

test('means over the catalogs are held or not, each for itself, and only those that were run', () => {
  expect(held([row({ micro_f1: 0.4 }), row({ catalog: 'bank', micro_f1: 0.48 })])).toEqual({
    'F1 at 0': true,
    'precision at 0': true,
    'foreign tagged at 0': true,
  })
  expect(held([row({ shots: 50, micro_f1: 0.73, precision: 0.8, foreign_share: 0.1 })])).toEqual({
    'F1 at 50': false,
    'precision at 50': true,
    'foreign tagged at 50': false,
  })
  expect(gatesOf([])).toEqual([])
})

test('in each catalog ten examples must be better than none, over all seeds together', () => {
  const gates = held([
    row({}),
    row({ shots: 10, micro_f1: 0.45 }),
    row({ shots: 10, micro_f1: 0.7 }),
    row({ catalog: 'bank' }),
    row({ catalog: 'bank', shots: 10, micro_f1: 0.5 }),
  ])
  expect(gates).toMatchObject({ 'shop: F1 at 10 above F1 at 0': true, 'bank: F1 at 10 above F1 at 0': false })
})

test('what forgetting costs is the difference of the same catalogs, and no part of the other gates', () => {
  const rows = [
    row({ shots: 10, micro_f1: 0.7 }),
    row({ shots: 10, micro_f1: 0.6, drop: 0.3 }),
    row({ catalog: 'bank', shots: 10, micro_f1: 0.8 }),
    row({ catalog: 'bank', shots: 10, micro_f1: 0.79, drop: 0.3 }),
    row({ catalog: 'alone', shots: 10, micro_f1: 0.9 }),
  ]
  const lost = gatesOf(rows).find(({ what }) => what.startsWith('F1 lost'))!
  expect(lost).toMatchObject({ seen: '0.055', held: true })
  expect(gatesOf(rows).find(({ what }) => what === 'F1 at 10')!.seen).toMatch(/^0\.800/)
  expect(held([...rows.slice(0, 1), row({ shots: 10, micro_f1: 0.6, drop: 0.3 })])).toMatchObject({
    'F1 lost at 10 with 30 % of the tags forgotten': false,
  })
})

test('the table says of each line whether it is held', () => {
  const lines = tableOf(gatesOf([row({ micro_f1: 0.1 })]))
  expect(lines.map((line) => /(?:NOT HELD|held)$/.exec(line)?.[0])).toEqual(['NOT HELD', 'held', 'held'])
})
