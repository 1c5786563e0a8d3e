// What the address of the contact list promises: mangled links still open it, and it means the same to the server.
import { expect, test } from 'vitest'
import { ContactFilter, ContactSort } from '../../../server/contacts/schema.ts'
import { TagSource } from '../../../server/tags/schema.ts'
import { parseSearch, stringifySearch } from '../lib/search-params.ts'
import {
  contactQueryOf,
  contradictsItself,
  readContactSearch,
  SORTS,
  SOURCES,
  withTagMode,
  withTime,
} from './search.ts'

const A = '01900000-0000-7000-8000-00000000000a'
const B = '01900000-0000-7000-8000-00000000000b'
const TODAY = '2026-11-25'

const everything = {
  search: '+86 138',
  any_tags: `${A},${B}`,
  no_tags: A,
  untagged: 'true',
  sources: 'api,ai_tool',
  tagged: 'last_7_days',
  first_seen_from: '2026-04-30T23:00:00Z',
  first_seen_before: '2026-05-30T23:00:00Z',
  last_seen: 'this_month',
  channels: B,
  sort: 'name',
  order: 'desc',
  contact: A,
} as const

test('an address with every filter, order and open contact reads back as it was written', () => {
  expect(readContactSearch(parseSearch(stringifySearch(everything)))).toEqual(everything)
  expect(stringifySearch({ last_seen_from: '2026-04-30T23:00:00Z' })).toBe('?last_seen_from=2026-04-30T23:00:00Z')
})

test('a mangled link still opens the list: what can be meant stays, the rest goes', () => {
  expect(
    readContactSearch({
      search: 'a'.repeat(300),
      any_tags: `${A},nonsense,,${A}`,
      all_tags: 'nonsense',
      untagged: 'yes',
      sources: 'api,robots',
      channels: `,${B}`,
      tagged: 'last_8_days',
      first_seen: 'today',
      first_seen_from: 'yesterday',
      last_seen: 'today',
      last_seen_before: '2026-05-01T00:00:00+02:00',
      sort: 'phone',
      order: 'sideways',
      contact: '../../etc',
      more: 'than asked for',
    }),
  ).toEqual({
    search: 'a'.repeat(200),
    any_tags: A,
    sources: 'api',
    channels: B,
    first_seen: 'today',
    last_seen_before: '2026-04-30T22:00:00Z',
  })
  for (const value of [null, undefined, 7, {}, []])
    expect(readContactSearch(Object.fromEntries(Object.keys(everything).map((name) => [name, value])))).toEqual({})
})

test('an order that goes without saying is not in the address, the other direction is', () => {
  expect(readContactSearch({ sort: 'last_seen', order: 'desc' })).toEqual({})
  expect(readContactSearch({ sort: 'name', order: 'asc' })).toEqual({ sort: 'name' })
  expect(readContactSearch({ sort: 'last_seen', order: 'asc' })).toEqual({ order: 'asc' })
  expect(readContactSearch({ sort: 'first_seen', order: 'asc' })).toEqual({ sort: 'first_seen', order: 'asc' })
})

test('every filter of the address is one that the server knows, and none that it knows is missing', () => {
  const asked = contactQueryOf(readContactSearch({ ...everything, all_tags: B }), TODAY)
  expect(ContactFilter.safeParse(asked).success).toBe(true)
  const ranges = Object.fromEntries(
    ['tagged', 'first_seen', 'last_seen'].flatMap((time) => [
      [`${time}_from`, everything.first_seen_from],
      [`${time}_before`, everything.first_seen_before],
    ]),
  )
  const { tagged: _, last_seen: _last, ...others } = everything
  const whole = contactQueryOf(readContactSearch({ ...others, all_tags: B, ...ranges }), TODAY)
  expect(Object.keys(whole).toSorted()).toEqual(Object.keys(ContactFilter.shape).toSorted())
  expect(SOURCES.toSorted()).toEqual(TagSource.options.toSorted())
  expect(SORTS.toSorted()).toEqual(ContactSort.options.toSorted())
})

test('what else stands in an address, or cannot be meant, is not asked of the server', () => {
  const mangled = { search: 'ana', untagged: 'false', any_tags: 'x', utm_source: 'letter' } as never
  expect(contactQueryOf(mangled, TODAY)).toEqual({ search: 'ana' })
})

test('a named period moves on with the days, chosen days do not', () => {
  const search = readContactSearch(everything)
  const now = contactQueryOf(search, TODAY)
  const later = contactQueryOf(search, '2026-12-02')
  expect(Date.parse(later.tagged_from!) - Date.parse(now.tagged_from!)).toBe(7 * 86_400_000)
  expect(later.last_seen_from).not.toBe(now.last_seen_from)
  expect(later.first_seen_from).toBe(now.first_seen_from)
  expect(later.first_seen_before).toBe(now.first_seen_before)
})

test('the filter of an operation is an address of the same contacts', () => {
  const asked = contactQueryOf(readContactSearch(everything), TODAY)
  expect(contactQueryOf(readContactSearch(asked), '2027-01-01')).toEqual(asked)
})

test('a tag stands in one of any, all and none, and what only tagged contacts meet takes untagged out', () => {
  const changed = (before: object, changes: object) => readContactSearch({ ...before, ...changes })
  expect(changed({ any_tags: `${A},${B}` }, withTagMode({ any_tags: `${A},${B}` }, A, 'no_tags'))).toEqual({
    any_tags: B,
    no_tags: A,
  })
  expect(changed({ all_tags: A }, withTagMode({ all_tags: A }, A, null))).toEqual({})
  expect(changed({ untagged: 'true' }, withTagMode({ untagged: 'true' }, A, 'any_tags'))).toEqual({ any_tags: A })
  expect(changed({ untagged: 'true' }, withTime('tagged', 'today'))).toEqual({ tagged: 'today' })
  expect(changed({ untagged: 'true' }, withTime('last_seen', 'today'))).toEqual({
    untagged: 'true',
    last_seen: 'today',
  })
  expect(changed({ tagged: 'today' }, withTime('tagged', {}))).toEqual({})
})

test('filters that nobody can meet are known as such', () => {
  expect(contradictsItself({ untagged: 'true', no_tags: A, last_seen_from: '2026-05-01T00:00:00Z' })).toBe(false)
  expect(contradictsItself({ untagged: 'true', any_tags: A })).toBe(true)
  expect(contradictsItself({ untagged: 'true', tagged_before: '2026-05-01T00:00:00Z' })).toBe(true)
  expect(contradictsItself({ any_tags: A, sources: 'api' })).toBe(false)
})
