// Several words in a row.
import { regionalLocale } from './language.ts'

/** What the language writes between two of several, `, ` or `、`; no `and` at the end, which would be wrong where any will do. */
const separator =
  new Intl.ListFormat(regionalLocale, { type: 'conjunction', style: 'narrow' }).formatToParts(['1', '2', '3'])[1]
    ?.value ?? ', '

/** `VIP, Wholesale, Gift`. */
export const listWords = (words: readonly string[]): string => words.join(separator)
