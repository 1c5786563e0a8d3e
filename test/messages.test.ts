// Holds the catalogs of the languages together: none misses a text, a number's form or a name within a text.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

type Message = string | [{ declarations: string[]; selectors: string[]; match: Record<string, string> }]
type Catalog = Record<string, Message>

const read = (path: string): unknown => JSON.parse(readFileSync(new URL(`../console/${path}`, import.meta.url), 'utf8'))

const { locales } = read('project.inlang/settings.json') as { locales: string[] }
const all = locales.map((locale) => ({ locale, catalog: read(`messages/${locale}.json`) as Catalog }))
const english = all.find(({ locale }) => locale === 'en')!.catalog
const others = all.filter(({ locale }) => locale !== 'en')

const textsOf = (message: Message): string[] =>
  typeof message === 'string' ? [message] : Object.values(message[0].match)
const namesIn = (texts: string[]): string[] =>
  [...new Set(texts.flatMap((text) => text.match(/\{\w+\}/g) ?? []))].toSorted()
const found = <T>(catalog: Catalog, say: (key: string, message: Message) => T | undefined): T[] =>
  Object.entries(catalog).flatMap(([key, message]) => say(key, message) ?? [])

test.each(others)('$locale has every text of English, and no other', ({ catalog }) => {
  expect(Object.keys(catalog).toSorted()).toEqual(Object.keys(english).toSorted())
})

test.each(others)('$locale names in each text what English names', ({ catalog }) => {
  expect(
    found(catalog, (key, message) => {
      const [ours, theirs] = [namesIn(textsOf(message)), namesIn(textsOf(english[key] ?? ''))]
      return ours.join() === theirs.join() ? undefined : `${key}: ${ours.join(' ')} instead of ${theirs.join(' ')}`
    }),
  ).toEqual([])
})

test.each(all)('$locale has the forms that its numbers need, wherever English counts', ({ locale, catalog }) => {
  const forms = new Intl.PluralRules(locale).resolvedOptions().pluralCategories.toSorted()
  expect(
    found(catalog, (key, message) => {
      const counting = english[key]
      if (typeof message === 'string' || counting === undefined || typeof counting === 'string')
        return typeof message === typeof counting ? undefined : `${key} counts in one language only`
      const [{ declarations, selectors, match }] = message
      if (
        JSON.stringify([declarations, selectors]) !== JSON.stringify([counting[0].declarations, counting[0].selectors])
      )
        return `${key} declares something else than English`
      const wanted = forms.map((form) => `${selectors[0]}=${form}`)
      return Object.keys(match).toSorted().join() === wanted.join() ? undefined : `${key} needs ${wanted.join(', ')}`
    }),
  ).toEqual([])
})

test.each(all)('$locale has no text that is empty or begins or ends with a space', ({ catalog }) => {
  expect(found(catalog, (key, message) => (textsOf(message).every(isTidy) ? undefined : key))).toEqual([])
})

const isTidy = (text: string): boolean => text !== '' && text === text.trim()

/** Names that are the same in every language, and words that happen to be. */
const SAME_EVERYWHERE = new Set([
  'Earmark',
  'WhatsApp',
  'API',
  'ID',
  'Webhook',
  '{page} · {organization} · Earmark',
  '{count} B',
  '{shown} ms',
  'Webhooks',
  'Anthropic',
])
const SAME_AS_ENGLISH: Record<string, Set<string>> = {
  es: new Set(['Color', 'No', 'audio', 'sticker', 'Sticker', 'Tokens']),
  'pt-BR': new Set(['E-mail', 'Latitude', 'Longitude', 'status', 'Online', 'Tokens']),
  'zh-CN': new Set(['AI']),
}

test.each(others)('$locale leaves no text in English', ({ locale, catalog }) => {
  const may = (text: string) =>
    !/\p{L}/u.test(text.replaceAll(/\{\w+\}/g, '')) ||
    SAME_EVERYWHERE.has(text) ||
    SAME_AS_ENGLISH[locale]?.has(text) === true
  expect(
    found(catalog, (key, message) => {
      const originals = textsOf(english[key] ?? '')
      return textsOf(message).some((text) => originals.includes(text) && !may(text)) ? key : undefined
    }),
  ).toEqual([])
})

test.each(others)('$locale ends a text as English does: as a sentence, with a colon, or bare', ({ catalog }) => {
  const end = (text: string) =>
    /[.。]$/.test(text) ? 'sentence' : /[:：]$/.test(text) ? 'colon' : text.endsWith('…') ? '…' : ''
  expect(
    found(catalog, (key, message) =>
      end(textsOf(message).at(-1)!) === end(textsOf(english[key] ?? '').at(-1) ?? '') ? undefined : key,
    ),
  ).toEqual([])
})

test('English says exactly the words that the guide for users gives', () => {
  const texts = new Set(Object.values(english).flatMap(textsOf))
  const words = [
    'Phone',
    'Display name',
    'Tags',
    'First seen',
    'Last seen',
    'Export CSV',
    'Exported {shown} contacts.',
    'No contacts match these filters.',
    'New tag',
    'Create tag',
    'Create',
    'Tag created',
    'Default',
    'Save',
    'Add tag',
    'Tag added',
    'Removed "{name}"',
    'Manual (admin)',
    'Manual (agent)',
    'API',
    'AI tool',
    'AI auto-close',
    'Active tags',
    'Historical',
  ]
  expect(words.filter((word) => !texts.has(word))).toEqual([])
})
