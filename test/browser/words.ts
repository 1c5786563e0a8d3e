// The looks in which journeys are made, each a language and a theme, and the words on screen in that language.
import { readFileSync } from 'node:fs'

export const LOOKS = [
  { locale: 'en', browserLocale: 'en-GB', colorScheme: 'light' },
  { locale: 'pt-BR', browserLocale: 'pt-BR', colorScheme: 'dark' },
] as const
export type Locale = (typeof LOOKS)[number]['locale']

type Entry = string | [{ match: Record<string, string> }]

const catalogOf = (locale: Locale) =>
  JSON.parse(readFileSync(new URL(`../../console/messages/${locale}.json`, import.meta.url), 'utf8')) as Record<
    string,
    Entry
  >

const ENGLISH = catalogOf('en')
const formsOf = (entry: Entry): Record<string, string> =>
  typeof entry === 'string' ? { other: entry } : entry[0].match
const form = (entry: Entry, name: string): string | undefined =>
  Object.entries(formsOf(entry)).find(([key]) => key === name || key.endsWith(`=${name}`))?.[1]

export type Say = (english: string, values?: Record<string, string | number>) => string

/**
 * Says in the language of a look what the catalog says in English: a text, with its parameters in braces, in the form for
 * many or for one. With `count` among the values the language's own form for that number is taken.
 */
export function sayIn(locale: Locale): Say {
  const catalog = catalogOf(locale)
  return (english, values = {}) => {
    const key = Object.keys(ENGLISH).find((each) => Object.values(formsOf(ENGLISH[each]!)).includes(english))
    if (key === undefined) throw new Error(`The English catalog does not say “${english}”.`)
    const entry = catalog[key]!
    const plural = typeof values['count'] === 'number' ? new Intl.PluralRules(locale).select(values['count']) : 'other'
    const text = form(entry, plural) ?? form(entry, 'other')
    if (text === undefined) throw new Error(`${key} has no form for ${plural} in ${locale}.`)
    return text.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? `{${name}}`))
  }
}
