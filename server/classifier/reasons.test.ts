// Why the built-in classifier found a tag: by the tag's own words, by meaning, or by what people taught.
import { expect, test } from 'vitest'
import { judgeReading, newClassifier, read, shippedPrior, taught } from './classifier.ts'
import { readCatalog } from './features.ts'
import { reasonOf } from './reasons.ts'
import { stemOf, wordsOf, type Turn } from './text.ts'

const BOOKING = { id: 'booking', name: 'Table booking', description: 'Customer wants to book or reserve a table' }
const REFUND = { id: 'refund', name: 'Refund', description: 'Customer wants their money back' }

const stems = (text: string) => new Map(wordsOf(text).map((word): [string, number] => [stemOf(word), 1]))

async function reasonFor(tag: typeof BOOKING, message: string, { all = message, learned = false } = {}) {
  const catalog = await readCatalog([tag, REFUND], null)
  return reasonOf({ catalog, tag, words: { message: stems(message), all: stems(all) }, learned })
}

test('the words that the message shares with the name and description, as the tag has them', async () => {
  expect(await reasonFor(BOOKING, 'is there a TABLE to be booked, my number is 4111')).toBe('words: table, booking')
  expect(await reasonFor(BOOKING, 'i want to rserve something')).toBe('words: reserve')
  expect(await reasonFor(BOOKING, 'at eight', { all: 'at eight a table' })).toBe('words: table')
})

test('no words in common; what people taught', async () => {
  expect(await reasonFor(BOOKING, 'can we eat at yours tonight')).toBe('meaning')
  expect(await reasonFor(BOOKING, 'a table for two', { learned: true })).toBe('learned')
})

test('nothing of the customer’s is in it, and it stays short whatever the tag says', async () => {
  const endless = { ...BOOKING, name: 'Table', description: `${'x'.repeat(400)} book reserve seat` }
  const reason = await reasonFor(endless, `${'x'.repeat(400)} table book reserve seat please, I am Ann`)
  expect(reason).toMatch(/^words: \w+, \w+, \w+$/)
  expect(reason.length).toBeLessThan(140)
})

test('it is judged with each tag: by words from the first day, and as learned once only that finds it', async () => {
  const says = (...texts: string[]): Turn[] => texts.map((text, i) => ({ n: i + 1, from: 'customer', text }))
  const blank = await newClassifier([BOOKING, { ...REFUND, name: 'Zorg', description: '' }], null, shippedPrior())
  const judge = async (classifier: typeof blank, text: string) =>
    judgeReading(classifier, await read(classifier, says(text))).judgements
  expect(await judge(blank, 'I would like to book a table')).toMatchObject([
    { tag: 'booking', reason: 'words: table, booking' },
  ])
  const words = 'the purple umbrella leaks again'
  expect(await judge(blank, words)).toEqual([])
  const nothing = new Set<string>()
  const lessons = []
  for (let n = 0; n < 8; n++) {
    const { reading } = await read(blank, says(`${words} number ${n}`))
    lessons.push({ reading, tags: new Set(['refund']), not: nothing, unsaid: nothing, background: false })
  }
  expect(await judge(await taught(blank, lessons), words)).toMatchObject([{ tag: 'refund', reason: 'learned' }])
})
