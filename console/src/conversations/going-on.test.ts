// What was begun in a conversation that goes into another one is there in that, and takes nothing away there.
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { attach, attachedIn } from './attached.ts'
import { draftOf, keepDraft } from './drafts.ts'
import { bringBack, carryOver } from './going-on.ts'

beforeEach(() => {
  vi.stubGlobal('window', Object.assign(new EventTarget(), { setTimeout, clearTimeout }))
})
afterEach(() => {
  for (const id of ['from', 'into']) attach(id, null)
  vi.unstubAllGlobals()
})

const QUOTE = { id: 'asked', direction: 'in', type: 'text', text: 'Is it there?' } as const
const NONE = { text: '', reply_to: null }
const file = new File(['%PDF-1.4'], 'prices.pdf')

test('a draft with what it answers and its file goes into an empty box', () => {
  keepDraft('nour', 'from', { text: 'Yes, and', reply_to: QUOTE })
  attach('from', file)
  keepDraft('nour', 'into', { text: ' ', reply_to: null })
  carryOver('nour', 'from', 'into')
  expect(draftOf('nour', 'into')).toEqual({ text: 'Yes, and', reply_to: QUOTE, begun_in: 'from' })
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

test('taken apart again, what was carried over goes back, changed or not; what was begun there stays', () => {
  keepDraft('eve', 'from', { text: 'Yes, and', reply_to: QUOTE })
  attach('from', file)
  attach('into', null)
  carryOver('eve', 'from', 'into')
  // One writes on, and elsewhere a draft of its own.
  keepDraft('eve', 'into', { ...draftOf('eve', 'into'), text: 'Well: yes, and no' })
  keepDraft('eve', 'other', { text: 'Good morning', reply_to: null })
  expect(bringBack('eve', 'other', 'from')).toBe(false)
  expect(bringBack('eve', 'into', 'from')).toBe(true)
  expect(draftOf('eve', 'into')).toEqual(NONE)
  expect(draftOf('eve', 'from')).toEqual({ text: 'Well: yes, and no', reply_to: QUOTE })
  expect([attachedIn('into'), attachedIn('from')]).toEqual([null, file])
  expect(draftOf('eve', 'other').text).toBe('Good morning')
  expect(bringBack('eve', 'into', 'from')).toBe(false)
})

test('what was emptied since, and written anew, belongs to where it stands; what stands in the way stays above', () => {
  keepDraft('kim', 'from', { text: 'Yes, and', reply_to: null })
  carryOver('kim', 'from', 'into')
  keepDraft('kim', 'from', { text: 'Hello again', reply_to: null })
  bringBack('kim', 'into', 'from')
  expect(draftOf('kim', 'from').text).toBe('Hello again\nYes, and')

  carryOver('kim', 'from', 'into')
  keepDraft('kim', 'into', { ...draftOf('kim', 'into'), text: '' })
  keepDraft('kim', 'into', { ...draftOf('kim', 'into'), text: 'Good morning' })
  expect(bringBack('kim', 'into', 'from')).toBe(false)
  expect(draftOf('kim', 'into').text).toBe('Good morning')
})

test('through two merges it still goes back to where it was begun', () => {
  keepDraft('lou', 'from', { text: 'Yes, and', reply_to: null })
  carryOver('lou', 'from', 'next')
  carryOver('lou', 'next', 'last')
  expect(bringBack('lou', 'last', 'next')).toBe(false)
  expect(bringBack('lou', 'last', 'from')).toBe(true)
  expect(draftOf('lou', 'from').text).toBe('Yes, and')

  // Merged the other way round, it is where it was begun.
  carryOver('lou', 'from', 'into')
  carryOver('lou', 'into', 'from')
  expect(bringBack('lou', 'from', 'from')).toBe(false)
  expect(draftOf('lou', 'from').text).toBe('Yes, and')
})
