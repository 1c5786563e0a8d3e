// The language of the console: the one chosen here, or else the nearest to what the browser asks for.
import { baseLocale, isLocale, locales, overwriteGetLocale, type Locale } from '../paraglide/runtime.js'

/** Every language by its own name, so that whoever reads only that one finds it; hence not in the catalog of messages. */
export const LANGUAGES: Record<Locale, string> = {
  en: 'English',
  'zh-CN': '简体中文',
  es: 'Español',
  'pt-BR': 'Português (Brasil)',
}

const STORED_AS = 'earmark-language'

/**
 * The first of the languages asked for that the console speaks, in whatever region: somebody from Portugal or Taiwan
 * rather reads Brazilian Portuguese or simplified Chinese than English.
 */
export function nearestLocale(asked: readonly string[]): Locale {
  const languageOf = (tag: string) => tag.toLowerCase().split('-')[0]
  for (const tag of asked) {
    const exact = locales.find((locale) => locale.toLowerCase() === tag.toLowerCase())
    const near = exact ?? locales.find((locale) => languageOf(locale) === languageOf(tag))
    if (near) return near
  }
  return baseLocale
}

function chosenLocale(): Locale | null {
  try {
    const stored = localStorage.getItem(STORED_AS)
    return isLocale(stored) ? stored : null
  } catch {
    // Storage may be blocked: the browser's languages are used.
    return null
  }
}

/** Fixed until the page is loaded anew, so that no screen mixes two languages. */
export const locale: Locale = chosenLocale() ?? nearestLocale(navigator.languages)
overwriteGetLocale(() => locale)

/** The viewer's own English, Spanish or Portuguese rather than a general one: dates and numbers are as in their country. */
export const regionalLocale: string =
  navigator.languages.find((tag) => tag === locale || tag.startsWith(`${locale}-`)) ?? locale

/** Keeps the choice and loads the page anew in that language; the browser asks first when something typed would be lost. */
export function chooseLanguage(chosen: Locale): void {
  localStorage.setItem(STORED_AS, chosen)
  window.location.reload()
}
