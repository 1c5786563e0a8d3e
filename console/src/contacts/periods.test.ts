// What days to filter by promise: the viewer's own, both ends included, and the same contacts for whoever opens the link.
import { expect, test } from 'vitest'
import { daysOf, daysRange, isOfWholeDays, periodRange, readInstant } from './periods.ts'

const midnight = (year: number, month: number, day: number) =>
  new Date(year, month - 1, day).toISOString().replace('.000Z', 'Z')

test('both chosen days are within the range, from the first moment to the last', () => {
  expect(daysRange('2026-05-01', '2026-05-30')).toEqual({ from: midnight(2026, 5, 1), before: midnight(2026, 5, 31) })
  expect(daysRange('2026-12-31', '2026-12-31')).toEqual({ from: midnight(2026, 12, 31), before: midnight(2027, 1, 1) })
  expect(daysRange('', '2026-02-28')).toEqual({ before: midnight(2026, 3, 1) })
  expect(daysRange('2028-02-29', '')).toEqual({ from: midnight(2028, 2, 29) })
  expect(daysRange('', '')).toEqual({})
})

test('the days of a range are those it was made of, also over a change of clocks', () => {
  for (let day = 1; day <= 365; day++) {
    const date = new Date(2026, 0, day)
    const text = `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, '0')}-${String(date.getDate()).padStart(2, '0')}`
    const range = daysRange(text, text)
    expect(daysOf(range)).toEqual({ first: text, last: text })
    expect(isOfWholeDays(range)).toBe(true)
  }
})

test('a period means today and the days before it, and is open towards now', () => {
  expect(periodRange('today', '2026-11-25')).toEqual({ from: midnight(2026, 11, 25) })
  expect(periodRange('last_7_days', '2026-03-03')).toEqual({ from: midnight(2026, 2, 25) })
  expect(periodRange('last_30_days', '2026-01-10')).toEqual({ from: midnight(2025, 12, 12) })
  expect(periodRange('this_month', '2026-11-25')).toEqual({ from: midnight(2026, 11, 1) })
})

test('a range that another zone cut is no whole day here', () => {
  const { from } = daysRange('2026-05-01', '')
  const elsewhere = new Date(Date.parse(from!) + 3_600_000).toISOString()
  expect(isOfWholeDays({ from: elsewhere })).toBe(false)
  expect(daysOf({ from: elsewhere }).first).toBe('2026-05-01')
})

test('an instant in an address is read in any offset; what is no instant is not', () => {
  expect(readInstant('2026-05-01T00:00:00+01:00')).toBe('2026-04-30T23:00:00Z')
  expect(readInstant('2026-05-01T00:00Z')).toBe('2026-05-01T00:00:00Z')
  expect(readInstant('2026-05-01T00:00:00.125Z')).toBe('2026-05-01T00:00:00.125Z')
  for (const wrong of ['2026-05-01', '2026-13-01T00:00:00Z', '0000-01-01T00:00:00Z', 'yesterday', '', 7, undefined])
    expect(readInstant(wrong)).toBeNull()
})
