// Refusals without a sentence of their own say what to write.
import { expect, test } from 'vitest'
import { z } from 'zod'
import { sayWhatToWrite } from './input-words.ts'
import { atMost, Id, Instant } from './shapes.ts'

const said = (shape: z.ZodType, input: unknown) =>
  shape.safeParse(input, { error: sayWhatToWrite }).error?.issues.map(({ message }) => message)

test.each<[string, z.ZodType, unknown, string]>([
  ['a time', Instant, 'yesterday', 'Write a time in ISO 8601 with its offset, such as 2026-01-31T09:30:00Z.'],
  ['an id', Id, '7', 'Write an id as it was answered, such as 0199c1a2-7f3e-7c4d-8a5b-6e7f8091a2b3.'],
  ['what is missing', z.object({ text: z.string() }), {}, 'This is missing. Write text in quotes.'],
  ['another kind', z.object({ text: z.string() }), { text: 1 }, 'Write text in quotes.'],
  ['a part of a number', z.int(), 1.5, 'Write a whole number without quotes.'],
  ['a choice', z.enum(['any', 'all']), 'some', 'Write one of these: any, all.'],
  ['an unknown field', z.strictObject({}), { x: 1 }, 'Leave out “x”: there is no such field here.'],
  [
    'many unknown fields',
    z.strictObject({}),
    { [`a${'b'.repeat(200)}`]: 1, c: 1, d: 1, e: 1, f: 1, g: 1 },
    `Leave out “a${'b'.repeat(99)}”, “c”, “d”, “e”, “f”: there is no such field here.`,
  ],
  ['too much', z.string().max(3), 'four', 'Write at most 3 characters.'],
  ['too little', z.array(z.string()).min(1), [], 'Write at least 1 item.'],
  ['a number out of bounds', z.int().max(100), 101, 'Write a number not above 100.'],
])('%s', (_name, shape, input, sentence) => {
  expect(said(shape, input)).toEqual([sentence])
})

test('a sentence of the shape’s own comes first', () => {
  expect(said(z.string().max(3, atMost(3)), 'four')).toEqual(['Use at most 3 characters.'])
})
