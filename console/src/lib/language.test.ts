// The language that a browser asks for is found among those of the console.
import { expect, test } from 'vitest'
import { nearestLocale } from './language.ts'

test.each([
  [['es-MX', 'en'], 'es'],
  [['pt-PT'], 'pt-BR'],
  [['zh-Hans-SG'], 'zh-CN'],
  [['zh-TW', 'en-US'], 'zh-CN'],
  [['PT-br'], 'pt-BR'],
  [['de-DE', 'es'], 'es'],
  [['de-DE'], 'en'],
  [[], 'en'],
])('who asks for %j reads %s', (asked, locale) => {
  expect(nearestLocale(asked)).toBe(locale)
})
