// Grams: the few letters in a row by which the messages that hold a text are looked up; see the function message_grams.
import { sql, type RawBuilder } from 'kysely'

const LETTERS = 4
/** From here on a word is one or two letters, in Chinese for instance, and as many are enough. */
const SHORT_WORDS = '\u2e80'
const SHORT = 2
/** So many of a long text, spread over it. One that is in no message ends the search at once, so rather more than fewer. */
const MOST = 32
export const WEEK_MS = 7 * 86_400_000

/** Conditions on a message m of which all are met when it holds the text. They say so by its index alone. */
export function holdsGramsOf(orgId: string, text: string): RawBuilder<unknown>[] {
  const letters = Array.from(text)
  const grams = letters.flatMap((letter, n) => {
    const length = letter < SHORT_WORDS ? LETTERS : SHORT
    return n + length <= letters.length ? [letters.slice(n, n + length).join('')] : []
  })
  // Too short for a whole one: then it is the beginning of some.
  if (grams.length === 0) return [has(`${quoted(orgId, text)}:*`)]
  return spread([...new Set(grams)]).map((gram) => has(quoted(orgId, gram)))
}

const weekOf = (moment: number) => Math.floor(moment / WEEK_MS)

/** As weeks are counted in the index. */
export const startOfWeek = (moment: number): number => weekOf(moment) * WEEK_MS

/** The same for a message that arrived since the week began in which that moment lies. */
export function arrivedSince(orgId: string, moment: number): RawBuilder<unknown> {
  const first = weekOf(moment)
  // The clock of a server that has stored some may have been ahead.
  const weeks = Array.from({ length: weekOf(Date.now()) + 2 - first }, (_, n) => first + n)
  return has(weeks.map((week) => quoted(orgId, `\u0001${week}`)).join('|'))
}

/** Each a condition of its own: the index then goes from one to the next message that meets all, and reads nothing between. */
const has = (query: string) => sql`message_grams(m.org_id, m.received_at, m.text) @@ ${query}::tsquery`

/** As it is written within a tsquery, marked as the index has it. */
const quoted = (orgId: string, gram: string) => `'${(orgId.slice(-6) + gram).replaceAll(/['\\]/g, '$&$&')}'`

const spread = (grams: readonly string[]): string[] =>
  grams.length <= MOST
    ? [...grams]
    : Array.from({ length: MOST }, (_, n) => grams[Math.round((n * (grams.length - 1)) / (MOST - 1))]!)
