// What AIs say of a tag, in words: a model its own, the built-in classifier a sentence for each of its reasons.
import { expect, test } from 'vitest'
import { aiReasonWords } from './words.ts'

test('the built-in classifier’s reasons are sentences', () => {
  expect(aiReasonWords('built-in', 'words: table, book')).toBe(
    'Shares “table”, “book” with the tag’s name and description',
  )
  expect(aiReasonWords('built-in', 'learned')).toBe('Like conversations that people here tagged so')
  expect(aiReasonWords('built-in', 'meaning')).toBe('Means something like the tag’s name and description')
  expect(aiReasonWords('built-in', null)).toBeNull()
})

test('a model’s words are its own, whatever they look like', () => {
  expect(aiReasonWords('gpt-x', 'learned')).toBe('learned')
  expect(aiReasonWords('gpt-x', 'words: table')).toBe('words: table')
  expect(aiReasonWords('gpt-x', null)).toBeNull()
})
