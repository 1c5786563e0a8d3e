// That what is written is what JSON.stringify would write of what the shape names.
import { expect, test } from 'vitest'
import { z } from 'zod'
import { jsonWriter } from './json-writer.ts'

const Inner = z
  .object({
    name: z.string(),
    at: z.iso.datetime().nullable(),
    color: z.enum(['red', 'blue']).nullable(),
    only: z.literal('one').nullable(),
  })
  .meta({ id: 'InnerOfWriter' })
const Shape = z.object({
  id: z.uuid(),
  text: z.string().nullable(),
  at: z.iso.datetime({ offset: true }).nullable(),
  count: z.int().nullable(),
  color: z.enum(['red', 'blue']).nullable(),
  inner: Inner.nullable(),
  own: z.object({ flag: z.boolean() }).nullable(),
  many: z.array(Inner).nullable(),
  either: z.union([z.string(), z.int()]).nullable(),
  free: z.record(z.string(), z.unknown()).nullable(),
  maybe: z.string().nullable().optional(),
})
const id = '01969d2f-7c3e-7000-8000-3f1c5f0a8d44'
const none = {
  text: null,
  at: null,
  count: null,
  color: null,
  inner: null,
  own: null,
  many: null,
  either: null,
  free: null,
}
const at = '2026-05-30T10:00:00.100Z'

test.each([
  ['nothing but null', { id, ...none }],
  ['null where it may be missing', { id, ...none, maybe: null }],
  [
    'a value everywhere',
    {
      id,
      text: 'a "quoted"\n\u2028\ud83d\ude00 \u0000 text',
      at,
      count: 7,
      color: 'red',
      inner: { name: '', at: null, color: null, only: null },
      own: { flag: false },
      many: [
        { name: 'x', at, color: 'blue', only: 'one' },
        { name: 'y', at: null, color: null, only: null },
      ],
      either: 3,
      free: { deep: [{ any: null }] },
      maybe: 'there',
    },
  ],
  ['the other of two', { id, ...none, either: 'text', many: [], own: { flag: true } }],
])('%s is written as it is', (_what, value) => {
  expect(JSON.parse(jsonWriter(Shape)(value))).toEqual(value)
})

test('what the shape does not name is left out, within nullable parts too', () => {
  const value = {
    id,
    ...none,
    own: { flag: true, secret: 2 },
    many: [{ name: 'x', at, color: null, only: null, secret: 1 }],
    secret: 3,
  }
  expect(jsonWriter(Shape)(value)).not.toContain('secret')
})
