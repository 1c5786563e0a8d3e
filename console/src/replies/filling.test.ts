// Saved replies are filled with what is known, and read well without what is not.
import { expect, test } from 'vitest'
import { fillReply, putIn } from './filling.ts'

const ana = { name: 'Ana', phone: '+351910000000', agent: 'Rui', organization: 'Café' }

test('words in braces become what they name', () => {
  expect(fillReply('Hello {name}, this is {agent} of {organization}: {phone}', ana)).toBe(
    'Hello Ana, this is Rui of Café: +351910000000',
  )
})

test('without a name the sentence has no gap', () => {
  expect(fillReply('Hello {name}, how are you?', { ...ana, name: null })).toBe('Hello, how are you?')
  expect(fillReply('We {name} call  you', { ...ana, name: null })).toBe('We call you')
})

test('a customer’s own braces are not filled again, and lines stay', () => {
  expect(fillReply('{name}!\n\n  Bye', { ...ana, name: '{phone}' })).toBe('{phone}!\n\n  Bye')
})

test('a text is put in where the cursor stands', () => {
  expect(putIn('ab', 'X', 1, 1)).toEqual({ text: 'aXb', at: 2 })
  expect(putIn('a/b', 'X', 1, 2)).toEqual({ text: 'aXb', at: 2 })
})
