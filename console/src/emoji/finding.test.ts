// Emoji are found by what they are called in the language of the console, and the arrows lead through all of them.
import { expect, test } from 'vitest'
import { locales } from '../paraglide/runtime.js'
import { EMOJI } from './emoji.ts'
import { moved, nameOf, sectionsOf, type Names } from './finding.ts'
import { names as english } from './names/en.ts'
import { names as spanish } from './names/es.ts'
import { names as portuguese } from './names/pt-BR.ts'
import { names as chinese } from './names/zh-CN.ts'

const ALL = EMOJI.flatMap(({ emoji }) => emoji)
const NAMES: Record<(typeof locales)[number], Names> = {
  en: english,
  es: spanish,
  'pt-BR': portuguese,
  'zh-CN': chinese,
}
const found = (search: string, names: Names) => sectionsOf(search, names, []).flatMap(({ rows }) => rows.flat())

test('each is offered once, and has a name in every language', () => {
  expect(new Set(ALL).size).toBe(ALL.length)
  for (const locale of locales)
    expect(
      ALL.filter((emoji) => nameOf(emoji, NAMES[locale]) === emoji),
      locale,
    ).toEqual([])
})

test('a search finds by name and by what else it stands for, whatever the case and accents', () => {
  expect(found('thumbs up', english)).toContain('👍')
  expect(found('CORAZON', spanish)).toContain('❤️')
  expect(found('caminhao', portuguese)).toContain('🚚')
  expect(found('爱心', chinese)).not.toEqual([])
  expect(found('no such thing', english)).toEqual([])
  // The beginning of a word comes first.
  const cats = found('cat', english)
  expect(cats[0]).toBe('🐱')
})

test('those used last come first, and not in what a search finds', () => {
  expect(sectionsOf('', english, ['🚚'])[0]).toEqual({ group: 'recent', rows: [['🚚']], above: 0 })
  expect(sectionsOf('', english, ['🚚'])[1]).toMatchObject({ group: 'smileys', above: 1 })
  expect(sectionsOf('', english, [])[0]).toMatchObject({ group: 'smileys', above: 0 })
  expect(sectionsOf('truck', english, ['🚚']).map(({ group }) => group)).toEqual(['found'])
})

test('arrows go through rows of unequal length and stop at the ends', () => {
  const rows = [['a', 'b', 'c'], ['d'], ['e', 'f']]
  expect(moved({ row: 0, column: 2 }, 'ArrowRight', rows)).toEqual({ row: 1, column: 0 })
  expect(moved({ row: 1, column: 0 }, 'ArrowLeft', rows)).toEqual({ row: 0, column: 2 })
  expect(moved({ row: 0, column: 2 }, 'ArrowDown', rows)).toEqual({ row: 1, column: 0 })
  expect(moved({ row: 2, column: 1 }, 'ArrowDown', rows)).toEqual({ row: 2, column: 1 })
  expect(moved({ row: 2, column: 1 }, 'ArrowRight', rows)).toEqual({ row: 2, column: 1 })
  expect(moved({ row: 0, column: 0 }, 'ArrowUp', rows)).toEqual({ row: 0, column: 0 })
  expect(moved({ row: 0, column: 0 }, 'a', rows)).toBeNull()
})
