// Names that say the same are found whichever comes first, and names that differ on purpose are left alone.
import { expect, test } from 'vitest'
import { lookAlikeOf, lookAlikes } from './look-alikes.ts'

const tags = (...names: string[]) => names.map((name) => ({ id: name, name }))
const groups = (...names: string[]) => lookAlikes(tags(...names)).map((group) => group.map((tag) => tag.name))

test.each([
  ['VIP customer', 'VIP-Customers'],
  ['Follow up', 'follow-up'],
  ['Delivery', 'Deliveries'],
  ['Box', 'Boxes'],
  ['Promoción', 'Promociones'],
  ['Reclamação', 'Reclamacao'],
  ['客户 VIP', '客户VIP'],
  ['Café', 'Cafe'],
])('“%s” and “%s” look alike, whichever comes first', (a, b) => {
  expect(groups(a, 'Something else', b)).toEqual([[a, b]])
  expect(groups(b, a)).toEqual([[b, a]])
  expect(lookAlikeOf(a, tags('Something else', b))?.name).toBe(b)
  expect(lookAlikeOf(b, tags(a))?.name).toBe(a)
})

test.each([
  ['C#', 'C++'],
  ['Car', 'Care'],
  ['VIP 1', 'VIP 2'],
  ['Gold 🥇', 'Gold 🥈'],
  ['Bus', 'Buss'],
  ['!!!', '???'],
  ['Boss', 'Bos'],
])('“%s” and “%s” do not', (a, b) => {
  expect(groups(a, b)).toEqual([])
  expect(lookAlikeOf(a, tags(b))).toBe(undefined)
})

test('three of a kind are one group, and the order is that of the catalog', () => {
  expect(groups('Zebra', 'refunds', 'Refund', 'Apple', 're-fund', 'zebras')).toEqual([
    ['Zebra', 'zebras'],
    ['refunds', 'Refund', 're-fund'],
  ])
})

test('a name that is taken already is no look-alike of itself', () => {
  expect(lookAlikeOf(' vip ', tags('VIP'))).toBe(undefined)
  expect(lookAlikeOf('', tags('VIP'))).toBe(undefined)
})

test('two thousand tags are compared in the blink of an eye', () => {
  const many = tags(...Array.from({ length: 2000 }, (_, n) => `Tag number ${n}${n % 100 === 0 ? 's' : ''}`))
  const began = performance.now()
  expect(lookAlikes(many)).toEqual([])
  expect(performance.now() - began).toBeLessThan(200)
})
