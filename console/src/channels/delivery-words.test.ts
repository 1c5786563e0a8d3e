// What bodies look like when they are shown.
import { expect, test } from 'vitest'
import { prettyBody } from './delivery-words.ts'

test('a body is laid out as JSON.stringify would, with escapes read', () => {
  const value = {
    object: 'a "quoted" é 👋',
    entry: [{ id: '1', changes: [] }, {}],
    n: 1,
    none: null,
    yes: [true, false],
  }
  const escaped = JSON.stringify(value).replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  expect(escaped).not.toContain('é')
  expect(prettyBody(escaped)).toBe(JSON.stringify(value, null, 2))
})

test('numbers too large for JavaScript stay as they were written', () => {
  expect(prettyBody('{"id":12345678901234567890.10}')).toBe('{\n  "id": 12345678901234567890.10\n}')
})

test('braces within a text are not taken for structure', () => {
  expect(prettyBody('["{",[]]')).toBe('[\n  "{",\n  []\n]')
})

test('what is not JSON is not laid out', () => {
  expect(prettyBody('{"a":')).toBeNull()
  expect(prettyBody('<html>')).toBeNull()
})
