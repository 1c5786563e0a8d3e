// What is read of a transcript, and what words are.
import { expect, test } from 'vitest'
import { isTrivial, MOST_TURNS, MOST_WORDS, plain, readTurns, stemOf, wordsOf, type Turn } from './text.ts'

const says = (...texts: string[]): Turn[] => texts.map((text, i) => ({ n: i + 1, from: 'customer', text }))

test('greetings, consent and numbers say nothing; a wish does, in any language', () => {
  for (const text of [
    'ok',
    'Hello!',
    '45234',
    'ghrujt 5 d7'.slice(7),
    '¡Hola, buenos días!',
    'obrigado',
    '你好',
    '👍',
    '',
  ]) {
    expect(isTrivial(text), text).toBe(true)
  }
  for (const text of ['refund', 'quiero un reembolso', '我要退款', 'where is it', 'возврат'])
    expect(isTrivial(text), text).toBe(false)
})

test('words are the same however they are written', () => {
  expect(wordsOf('Café CAFE ｃａｆé')).toEqual(['cafe', 'cafe', 'cafe'])
  expect(wordsOf('can’t')).toEqual(['cant'])
  expect(wordsOf('退款')).toEqual(['退款'])
  expect(wordsOf('我要退款')).toEqual(['我要', '要退', '退款'])
})

test('inflections of a word are one', () => {
  for (const words of [
    ['book', 'books', 'booked', 'booking', 'bookings'],
    ['cancel', 'cancels', 'cancelled', 'cancelling', 'cancellation'],
    ['reply', 'replies'],
    ['price', 'prices', 'priced'],
  ]) {
    expect(new Set(words.map(stemOf)).size, words.join(' ')).toBe(1)
  }
  expect(stemOf('bus')).toBe('bus')
  expect(stemOf('退款')).toBe('退款')
})

test('of a long conversation the first and the last turns are read, by their own numbers', () => {
  const { customer } = readTurns(says(...Array.from({ length: 40 }, (_, i) => `wish number ${'x'.repeat(i + 1)}`)))
  expect(customer).toHaveLength(MOST_TURNS)
  expect(customer[0]!.n).toBe(1)
  expect(customer.at(-1)!.n).toBe(40)
})

test('what the agent says is kept apart', () => {
  const { customer, agent } = readTurns([
    ...says('I want a refund'),
    { n: 2, from: 'agent', text: 'A refund takes three days' },
  ])
  expect(customer.map(({ n }) => n)).toEqual([1])
  expect(agent).toBe('a refund takes three days')
})

test('a flood is cut, and what is not seen is gone', () => {
  expect(plain('word '.repeat(4000)).split(' ')).toHaveLength(MOST_WORDS)
  expect(plain('x'.repeat(4096)).length).toBeLessThanOrEqual(MOST_WORDS * 12)
  expect(plain('re\u200bfund\u202e\u0000 now\n please')).toBe('refund now please')
})
