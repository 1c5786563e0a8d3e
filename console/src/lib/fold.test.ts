// What searching by name promises.
import { expect, test } from 'vitest'
import { characterCount, searchByName } from './fold.ts'

const tags = ['Reclamação', 'VIP', 'Ação', '客户'].map((name) => ({ name }))

test('case and accents do not matter, names that begin with the search come first', () => {
  expect(searchByName(tags, 'ACAO').map((tag) => tag.name)).toEqual(['Ação', 'Reclamação'])
  expect(searchByName(tags, '户').map((tag) => tag.name)).toEqual(['客户'])
  expect(searchByName(tags, ' ')).toHaveLength(4)
})

test('characters are counted as people see them', () => {
  expect(characterCount('👨‍👩‍👧‍👦e\u0301')).toBe(2)
})
