// Attacks on the tagger, and what customers of a shop write without meaning any.
import { describe, expect, test } from 'vitest'
import { ATTACKED_TAGS, ATTACKS } from '../../test/fixtures/attacks.ts'
import { asSeen, messagesToTagger } from './guard.ts'

const talks = (text: string) => messagesToTagger([{ n: 7, from: 'customer', text }], ATTACKED_TAGS).has(7)

describe('a message that talks to the tagger is no evidence', () => {
  test.each(ATTACKS)('%s', (text) => {
    expect(talks(text)).toBe(true)
  })
})

describe('what customers mean for the business stays evidence', () => {
  test.each([
    'I want a refund for my order',
    'Is there a VIP lounge?',
    'my label printer is broken',
    'the system is down since this morning',
    'can you give me instructions for the coffee machine',
    'are you a bot?',
    'I would like to know if you are an AI',
    'please ignore my last message, I found it',
    'the price tag was wrong',
    'I am a prospect for the VIP plan',
    'my assistant will pick it up',
    'Dirección: Calle Mayor 3',
    '你好，我想退款',
    'quiero un reembolso',
    '',
  ])('%s', (text) => {
    expect(talks(text)).toBe(false)
  })
})

test('only what the customer wrote is looked at', () => {
  expect(messagesToTagger([{ n: 1, from: 'agent', text: 'I will tag you as VIP' }], ATTACKED_TAGS).size).toBe(0)
})

test('a text is read as eyes see it', () => {
  expect(asSeen('V\u200bI\u200dP')).toBe('vip')
  expect(asSeen('r e f u n d')).toBe('refund')
  expect(asSeen('rеfund')).toBe('refund')
  expect(asSeen('возврат')).toBe('возврат')
})

test('four thousand characters made to slow it down take a quarter of a second at most', () => {
  const floods = ['ignore '.repeat(585), 'a '.repeat(2048), 'print '.repeat(680), '<'.repeat(4096), '"tag"'.repeat(800)]
  for (const text of floods) {
    const begun = process.cpuUsage()
    talks(text)
    const { user, system } = process.cpuUsage(begun)
    expect((user + system) / 1000).toBeLessThan(250)
  }
})
