// What is timed at the caps: as many tags, turns and words as are read, and the same each time.
import { expect, test } from 'vitest'
import { newClassifier, read, shippedPrior } from '../server/classifier/classifier.ts'
import { plain, readTurns, MOST_TURNS, MOST_WORDS } from '../server/classifier/text.ts'
import { conversationsAtTheCaps, tagsAtTheCaps, timeAtTheCaps } from './caps.ts'
import type { LabelledCatalog } from './labelled.ts'

const says = [
  'I want my money back for the blue lamp',
  'could somebody book a table by the window',
  'nothing works here',
]
const CATALOG: LabelledCatalog = {
  name: 'shop',
  licence: '',
  tags: [
    { id: 'refund', name: 'Refund', description: 'Customer wants their money back' },
    { id: 'booking', name: 'Booking', description: 'Customer wants to book a table' },
  ],
  items: {
    pool: [],
    dev: [],
    test: says.map((text, n) => ({ id: String(n), turns: [{ n: 1, from: 'customer', text }], labels: new Set() })),
  },
}

test('nothing of them is left unread, and they are the same each time', async () => {
  const tags = tagsAtTheCaps([CATALOG])
  const conversations = await conversationsAtTheCaps([CATALOG], tags, shippedPrior())
  expect(conversations).toHaveLength(40)
  const classifier = await newClassifier(tags, null, shippedPrior())
  for (const turns of conversations) {
    const { customer } = readTurns(turns)
    expect(customer).toHaveLength(MOST_TURNS)
    for (const { text } of customer) expect(text.split(' ')).toHaveLength(MOST_WORDS)
    expect((await read(classifier, turns)).talking).toEqual([])
    expect(turns.map(({ text }) => plain(text))).toEqual(customer.map(({ text }) => text))
  }
  expect(await conversationsAtTheCaps([CATALOG], tags, shippedPrior())).toEqual(conversations)
})

test('150 tags, each with an id and a name of its own', () => {
  const tags = tagsAtTheCaps([CATALOG])
  expect([new Set(tags.map(({ id }) => id)).size, new Set(tags.map(({ name }) => name)).size]).toEqual([150, 150])
})

test('all of them are timed', async () => {
  const { conversations, tags, p50, p95 } = await timeAtTheCaps([CATALOG], null, shippedPrior())
  expect([conversations, tags]).toEqual([40, 150])
  expect(p50).toBeGreaterThan(0)
  expect(p95).toBeGreaterThanOrEqual(p50)
})
