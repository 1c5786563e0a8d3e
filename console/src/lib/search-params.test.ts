// What addresses promise: a phone searched for stays text, and sign-in returns only to this site.
import { expect, test } from 'vitest'
import { ownAddress, parseSearch, returnAddress, stringifySearch } from './search-params.ts'

test('what was written is read back as the same text', () => {
  const search = { search: '+8613800138000', any_tags: 'a,b' }
  expect(stringifySearch(search)).toBe('?search=%2B8613800138000&any_tags=a,b')
  expect(parseSearch(stringifySearch(search))).toEqual(search)
  expect(parseSearch('?search=00123')).toEqual({ search: '00123' })
  expect(stringifySearch({ search: '', contact: undefined })).toBe('')
})

test('another site is never an address to return to', () => {
  expect(ownAddress('/o/acme/contacts?search=a')).toBe('/o/acme/contacts?search=a')
  for (const foreign of [
    '//evil.example',
    '/\\evil.example',
    'https://evil.example',
    'javascript:alert(1)',
    7,
    '/\t/evil.example',
  ]) {
    expect(ownAddress(foreign)).toBeNull()
  }
})

test("a link's secret stays behind # on the way over the sign-in page", () => {
  expect(returnAddress('/invitation', 'secret')).toBe('/invitation#secret')
  expect(returnAddress(undefined, '')).toBe('/')
  expect(returnAddress('/o/acme/contacts?search=a', '')).toBe('/o/acme/contacts?search=a')
})
