// Languages as Meta names them, in the words of the console.
import { locale } from '../lib/language.ts'

const names = new Intl.DisplayNames([locale], { type: 'language' })

/** `Portuguese (Brazil)` for pt_BR; a code that the browser does not know stays as it is. */
export function languageName(code: string): string {
  try {
    return names.of(code.replaceAll('_', '-')) ?? code
  } catch {
    return code
  }
}
