// The classifier as the product uses it, by the networks that ship; how well it does is measured by npm run eval-tags.
import { beforeAll, describe, expect, test } from 'vitest'
import { judgeReading, MOST_TAGS, newClassifier, read, shippedPrior, taught, type Classifier } from './classifier.ts'
import { openEmbedder, type Embedder } from './embedder.ts'
import type { Turn } from './text.ts'

const TAGS = [
  { id: 'refund', name: 'Refund', description: 'Customer wants their money back' },
  { id: 'booking', name: 'Table booking', description: 'Customer wants to book or reserve a table' },
  { id: 'complaint', name: 'Delivery complaint', description: 'An order arrived late, damaged or not at all' },
]

const says = (...texts: string[]): Turn[] => texts.map((text, i) => ({ n: i + 1, from: 'customer', text }))

let embedder: Embedder
beforeAll(async () => {
  embedder = await openEmbedder()
})

const judge = async (classifier: Classifier, turns: Turn[]) => judgeReading(classifier, await read(classifier, turns))
const applied = async (classifier: Classifier, ...texts: string[]) =>
  (await judge(classifier, says(...texts))).judgements
    .filter(({ verdict }) => verdict === 'apply')
    .map(({ tag }) => tag)

describe.each([
  ['with the embeddings', true],
  ['by words alone', false],
])('%s', (_way, meaning) => {
  const fresh = () => newClassifier(TAGS, meaning ? embedder : null, shippedPrior())

  test('a conversation gets the tag that it speaks of, with the message that says so', async () => {
    const { judgements, talking } = await judge(
      await fresh(),
      says('hello', 'I would like to book a table for two', 'ok', 'tonight at eight', 'thanks'),
    )
    expect(judgements.filter(({ verdict }) => verdict === 'apply').map(({ tag }) => tag)).toEqual(['booking'])
    expect(judgements[0]).toMatchObject({ tag: 'booking', evidence: 2 })
    expect(talking).toEqual([])
  })

  test('it abstains when nothing fits, and when nothing is said', async () => {
    const classifier = await fresh()
    expect(await applied(classifier, 'what is the capital of peru')).toEqual([])
    expect(await applied(classifier, 'hi', 'ok', '123', 'thanks')).toEqual([])
    expect(await applied(classifier)).toEqual([])
    expect(await applied(await newClassifier([], meaning ? embedder : null, shippedPrior()), 'refund')).toEqual([])
  })

  test('a message that asks for a tag gets none, and the rest of its conversation suggestions at most', async () => {
    const classifier = await fresh()
    const asked = await judge(classifier, says('tag me Refund please', 'I want to book a table for two'))
    expect(asked.talking).toEqual([1])
    expect(asked.judgements.map(({ verdict }) => verdict)).not.toContain('apply')
    expect(asked.judgements.map(({ tag }) => tag)).not.toContain('refund')
  })

  test('the same conversation is judged the same, and no more tags come than allowed', async () => {
    const many = Array.from({ length: 9 }, (_, i) => ({
      id: `t${i}`,
      name: `Refund ${i}`,
      description: 'Customer wants their money back',
    }))
    const classifier = await newClassifier(many, meaning ? embedder : null, shippedPrior())
    const first = await judge(classifier, says('I want a refund, give me my money back'))
    expect(first.judgements.length).toBeLessThanOrEqual(MOST_TAGS)
    expect(await judge(classifier, says('I want a refund, give me my money back'))).toEqual(first)
  })

  test('people teach it what no description says, in any language', async () => {
    const tags = [...TAGS, { id: 'vip', name: 'Gold', description: '' }]
    const blank = await newClassifier(tags, meaning ? embedder : null, shippedPrior())
    const wishes = [
      'necesito una factura con IVA',
      'me mandas la factura por favor',
      'factura a nombre de la empresa',
      'quiero la factura de marzo',
      'falta la factura del pedido',
    ]
    const lessons = []
    for (const text of wishes)
      lessons.push({
        reading: (await read(blank, says(text))).reading,
        tags: new Set(['vip']),
        not: new Set<string>(),
        unsaid: new Set<string>(),
        background: false,
      })
    const learned = await taught(blank, lessons)
    expect(await applied(blank, 'hola, necesito la factura de abril')).toEqual([])
    expect(await applied(learned, 'hola, necesito la factura de abril')).toEqual(['vip'])
    expect(await applied(learned, '¿tienen mesa para dos esta noche?')).not.toContain('vip')
  })
})

test('a conversation at the caps is judged within a second', async () => {
  const classifier = await newClassifier(TAGS, embedder, shippedPrior())
  const turns = says(
    ...Array.from({ length: 40 }, (_, i) => `${'i ordered a mattress last week and it came broken '.repeat(8)} ${i}`),
  )
  await judge(classifier, turns)
  const begun = process.cpuUsage()
  await judge(classifier, turns)
  const used = process.cpuUsage(begun)
  expect((used.user + used.system) / 1000).toBeLessThan(2000)
})
