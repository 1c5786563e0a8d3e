// The address of the catalog, and the rows that follow from it.
import { expect, test } from 'vitest'
import type { Tag } from '../../../server/tags/schema.ts'
import { readTagSearch, rowsOf, sortedBy, type TagSearch } from './search.ts'

const tag = (name: string, contact_count: number, created: string, deleted = false): Tag => ({
  id: name,
  name,
  description: '',
  color: null,
  created_at: `2026-01-${created}T00:00:00.000Z`,
  updated_at: `2026-01-${created}T00:00:00.000Z`,
  deleted_at: deleted ? '2026-02-01T00:00:00.000Z' : null,
  contact_count,
  merged_into: null,
})
const tags = [tag('Öl 10', 5, '03'), tag('Öl 9', 9, '01'), tag('vip', 5, '02'), tag('Gone', 7, '04', true)]
const names = (search: TagSearch) => rowsOf(tags, search, 'en').map((each) => each.name)

test('a mangled address still opens the catalog', () => {
  expect(readTagSearch({ status: 'nonsense', sort: 'x', order: 'y', search: 7, more: 'z' })).toEqual({})
  expect(readTagSearch({ status: 'deleted', sort: 'contacts', order: 'desc', search: 'a' })).toEqual({
    status: 'deleted',
    sort: 'contacts',
    search: 'a',
  })
})

test('active tags are shown by themselves; deleted ones with them, or alone, when asked for', () => {
  expect(names({})).toEqual(['Öl 9', 'Öl 10', 'vip'])
  expect(names({ status: 'all' })).toEqual(['Gone', 'Öl 9', 'Öl 10', 'vip'])
  expect(names({ status: 'deleted' })).toEqual(['Gone'])
})

test('rows are sorted by contacts and by age as well, equal ones by name', () => {
  expect(names({ sort: 'contacts' })).toEqual(['Öl 9', 'Öl 10', 'vip'])
  expect(names({ sort: 'contacts', order: 'asc' })).toEqual(['Öl 10', 'vip', 'Öl 9'])
  expect(names({ sort: 'created' })).toEqual(['Öl 10', 'vip', 'Öl 9'])
  expect(names({ order: 'desc' })).toEqual(['vip', 'Öl 10', 'Öl 9'])
})

test('a search ignores case and accents, and keeps the order that was asked for', () => {
  expect(names({ search: 'OL' })).toEqual(['Öl 9', 'Öl 10'])
  expect(names({ search: 'o', sort: 'created', status: 'all' })).toEqual(['Gone', 'Öl 10', 'Öl 9'])
  expect(names({ search: 'o', status: 'all' })).toEqual(['Öl 9', 'Öl 10', 'Gone'])
})

test('a click on a column sorts by it, a second one the other way round, and the usual leaves the address', () => {
  expect(sortedBy({ search: 'a' }, 'contacts')).toEqual({ search: 'a', sort: 'contacts' })
  expect(sortedBy({ sort: 'contacts' }, 'contacts')).toEqual({ sort: 'contacts', order: 'asc' })
  expect(sortedBy({ sort: 'contacts', order: 'asc' }, 'contacts')).toEqual({ sort: 'contacts' })
  expect(sortedBy({ sort: 'contacts', order: 'asc' }, 'name')).toEqual({})
  expect(sortedBy({}, 'name')).toEqual({ order: 'desc' })
})
