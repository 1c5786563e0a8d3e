// What gathering promises: fewer statements, and nobody gets another's answer, an old one, or none.
import { expect, test } from 'vitest'
import type { Db } from './db.ts'
import { gathered, writtenTogether } from './gathering.ts'

const [db, other] = [{} as Db, {} as Db]

function openDouble() {
  const asked: (readonly number[])[] = []
  const double = gathered(async (_db, questions: readonly number[]) => {
    asked.push(questions)
    if (questions.includes(0)) throw new Error('of nothing')
    return questions.map((question) => question * 2)
  })
  return { asked, double }
}

test('what is asked in one turn is one question, and each gets the answer of its own', async () => {
  const { asked, double } = openDouble()
  expect(await Promise.all([double(db, 1), double(db, 2), double(db, 1)])).toEqual([2, 4, 2])
  expect(asked).toEqual([[1, 2, 1]])
})

test('what is asked while an answer is under way is asked anew: nobody gets what was read before they asked', async () => {
  const [begun, finish] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  let state = 'valid'
  const read = gathered(async (_db, questions: readonly number[]) => {
    const was = state
    begun.resolve()
    await finish.promise
    return questions.map(() => was)
  })
  const first = read(db, 1)
  await begun.promise
  state = 'revoked'
  const second = read(db, 1)
  finish.resolve()
  expect(await Promise.all([first, second])).toEqual(['valid', 'revoked'])
})

test('two databases are asked apart', async () => {
  const { asked, double } = openDouble()
  expect(await Promise.all([double(db, 1), double(other, 2)])).toEqual([2, 4])
  expect(asked).toEqual([[1], [2]])
})

test('a failure is told to all who asked, and the next question is asked anew', async () => {
  const { double } = openDouble()
  const answers = await Promise.allSettled([double(db, 1), double(db, 0)])
  expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(await double(db, 3)).toBe(6)
})

function openWriting(failure: (items: readonly number[]) => Error | null = () => null) {
  const written: (readonly number[])[] = []
  const write = writtenTogether(async (items: readonly number[]) => {
    await Promise.resolve()
    written.push(items)
    const error = failure(items)
    if (error) throw error
  })
  return { written, write }
}

test('what comes while a write is under way is written together, after it', async () => {
  const { written, write } = openWriting()
  await Promise.all([write(1), write(2), write(3)])
  await write(4)
  expect(written).toEqual([[1], [2, 3], [4]])
})

test('what cannot be written fails alone', async () => {
  const { written, write } = openWriting((items) => (items.includes(3) ? new Error('not three') : null))
  const done = await Promise.allSettled([write(1), write(2), write(3), write(4)])
  expect(done.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled'])
  expect(written).toEqual([[1], [2, 3, 4], [2], [3], [4]])
})

test('when the database is away all are told at once, and the next write is tried again', async () => {
  let away = true
  const { written, write } = openWriting(() => (away ? Object.assign(new Error('gone'), { code: '57P01' }) : null))
  const done = await Promise.allSettled([write(1), write(2), write(3)])
  expect(done.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
  expect(written).toEqual([[1], [2, 3]])
  away = false
  await write(1)
  expect(written.at(-1)).toEqual([1])
})
