// What was begun in a conversation that goes into another one is there in that, and takes nothing away there.
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { attach, attachedIn } from './attached.ts'
import { draftOf, keepDraft } from './drafts.ts'
import { carryOver } from './going-on.ts'

beforeEach(() => {
  vi.stubGlobal('window', Object.assign(new EventTarget(), { setTimeout, clearTimeout }))
})
afterEach(() => vi.unstubAllGlobals())

const QUOTE = { id: 'asked', direction: 'in', type: 'text', text: 'Is it there?' } as const
const NONE = { text: '', reply_to: null }
const file = new File(['%PDF-1.4'], 'prices.pdf')

test('a draft with what it answers and its file goes into an empty box', () => {
  keepDraft('nour', 'from', { text: 'Yes, and', reply_to: QUOTE })
  attach('from', file)
  keepDraft('nour', 'into', { text: ' ', reply_to: null })
  carryOver('nour', 'from', 'into')
  expect(draftOf('nour', 'into')).toEqual({ text: 'Yes, and', reply_to: QUOTE })
  expect(draftOf('nour', 'from')).toEqual(NONE)
  expect([attachedIn('into'), attachedIn('from')]).toEqual([file, null])
})

test('where something is written or attached already it stays apart, to be taken there by whoever wrote it', () => {
  for (const [into, attached] of [
    [{ text: 'Good morning', reply_to: null }, null],
    [{ text: '', reply_to: QUOTE }, null],
    [NONE, file],
  ] as const) {
    keepDraft('sam', 'from', { text: 'Yes, and', reply_to: null })
    keepDraft('sam', 'into', into)
    attach('into', attached)
    carryOver('sam', 'from', 'into')
    expect(draftOf('sam', 'into')).toEqual(into)
    expect(attachedIn('into')).toBe(attached)
    expect(draftOf('sam', 'from').text).toBe('Yes, and')
  }
  // Nothing begun takes nothing away.
  carryOver('sam', 'empty', 'into')
  expect(attachedIn('into')).toBe(file)
})
