// Drafts on a device on which several tabs are open.
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type * as Drafts from './drafts.ts'

let storage: Map<string, string>
let page: EventTarget
let drafts: typeof Drafts

beforeEach(async () => {
  vi.useFakeTimers()
  vi.resetModules()
  storage = new Map()
  page = Object.assign(new EventTarget(), { setTimeout, clearTimeout })
  const methods = {
    getItem: (name: string) => storage.get(name) ?? null,
    setItem: (name: string, value: string) => storage.set(name, value),
    removeItem: (name: string) => storage.delete(name),
  }
  vi.stubGlobal(
    'localStorage',
    // As in browsers, its own keys are what is stored.
    new Proxy(methods, {
      ownKeys: () => [...storage.keys()],
      getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
    }),
  )
  vi.stubGlobal('window', page)
  drafts = await import('./drafts.ts')
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const NAME = 'earmark-draft-nour-talk'
const textNow = () => drafts.draftOf('nour', 'talk').text

/** Another tab of the device writes. */
function otherTab(text: string | null): void {
  if (text === null) storage.delete(NAME)
  else storage.set(NAME, JSON.stringify({ text, reply_to: null, at: Date.now() }))
  page.dispatchEvent(Object.assign(new Event('storage'), { key: NAME }))
}

test('what another tab writes shows here, and what it has sent is gone', () => {
  const told = vi.fn<() => void>()
  const stop = drafts.subscribe(told)
  drafts.keepDraft('nour', 'talk', { text: 'Hello', reply_to: null })
  vi.runAllTimers()
  expect(storage.get(NAME)).toContain('Hello')
  told.mockClear()
  otherTab('Hello there')
  expect(textNow()).toBe('Hello there')
  expect(told).toHaveBeenCalledOnce()
  otherTab(null)
  expect(textNow()).toBe('')
  stop()
})

test('what is being written in this tab stays, whatever another one does', () => {
  const stop = drafts.subscribe(() => {})
  drafts.keepDraft('nour', 'talk', { text: 'being written', reply_to: null })
  otherTab('other')
  expect(textNow()).toBe('being written')
  vi.runAllTimers()
  expect(storage.get(NAME)).toContain('being written')
  stop()
})

test('all conversations are known in which somebody has written on this device, also of before the page was loaded', () => {
  expect(drafts.writtenIn('nour')).toEqual([])
  otherTab('left behind')
  storage.set('earmark-draft-nour-empty', JSON.stringify({ text: ' ', reply_to: null, at: Date.now() }))
  storage.set('earmark-draft-sam-his', JSON.stringify({ text: 'of somebody else', reply_to: null, at: Date.now() }))
  drafts.keepDraft('nour', 'new', { text: 'just now', reply_to: null })
  expect(drafts.writtenIn('nour').toSorted()).toEqual(['new', 'talk'])
  drafts.keepDraft('nour', 'talk', { text: '', reply_to: null })
  expect(drafts.writtenIn('nour')).toEqual(['new'])
})

test('a text that comes to a draft stands below what it says', () => {
  drafts.addToDraft('nour', 'talk', 'first')
  drafts.addToDraft('nour', 'talk', 'second')
  expect(textNow()).toBe('first\nsecond')
})

test('where a draft was begun is kept on the device with it, until it is emptied', () => {
  storage.set(NAME, JSON.stringify({ text: 'Yes, and', reply_to: null, begun_in: 'from', at: Date.now() }))
  expect(drafts.draftsBegunElsewhere('nour')).toEqual([{ at: 'talk', begunIn: 'from' }])
  drafts.addToDraft('nour', 'talk', 'no')
  vi.runAllTimers()
  expect(JSON.parse(storage.get(NAME)!)).toMatchObject({ text: 'Yes, and\nno', begun_in: 'from' })
  drafts.keepDraft('nour', 'talk', { ...drafts.draftOf('nour', 'talk'), text: '' })
  drafts.addToDraft('nour', 'talk', 'first')
  expect(drafts.draftsBegunElsewhere('nour')).toEqual([])
})
