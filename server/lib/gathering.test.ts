// What gathering promises: fewer questions, and nobody gets another's answer, an old one, or none.
import { expect, test } from 'vitest'
import type { Db } from './db.ts'
import { gathered } from './gathering.ts'

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
