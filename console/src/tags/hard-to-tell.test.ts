// Which tags the console calls hard to tell.
import { expect, test } from 'vitest'
import { hardToTell } from './hard-to-tell.ts'

const kindOf = (name: string, description = '') => hardToTell({ name, description })?.kind ?? null

test.each([
  ['Angry', 'mood'],
  ['FRUSTRATED customer', 'mood'],
  ['Cliente enojado', 'mood'],
  ['Não satisfeito', 'mood'],
  ['客户生气', 'mood'],
  ['No-show', 'outcome'],
  ['no_show', 'outcome'],
  ['Churn risk', 'outcome'],
  ['Não compareceu', 'outcome'],
  ['爽约', 'outcome'],
  ['VIP', 'standing'],
  ['Lista negra', 'standing'],
] as const)('“%s” is hard to tell: %s', (name, kind) => {
  expect(kindOf(name)).toBe(kind)
})

test.each([
  'Table booking',
  'Lost luggage',
  'Happy hour',
  'Delivery complaint',
  'Refund',
  'Converter cable',
  'Mesa para dos',
  '退款',
  'Risk insurance',
])('“%s” is not', (name) => {
  expect(kindOf(name, 'Customer asks about it')).toBeNull()
})

test('the description counts too, unless it quotes what such customers write', () => {
  expect(hardToTell({ name: 'Red', description: 'The customer is angry' })).toEqual({ kind: 'mood', word: 'angry' })
  expect(kindOf('Red', 'The customer is angry: “this is unacceptable”, “worst service ever”')).toBeNull()
})

test('the word is named as it is written', () => {
  expect(hardToTell({ name: 'Our VIPs and VIP guests', description: '' })?.word).toBe('VIP')
  expect(hardToTell({ name: 'Não compareceu', description: '' })?.word).toBe('Não compareceu')
})
