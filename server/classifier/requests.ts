// Requests to be put on a list, or to be called by a name, without a word for tags: "put me down as VIP".
import { spell, type Name } from './names.ts'
import { REQUESTS, UNSPACED_REQUESTS } from './requests-in-all.ts'
import { standsAt } from './seen.ts'
import { BESIDE_NAME } from './tagger-words.ts'
import { wordsOf } from './text.ts'

/** No word goes on where it ends. */
const WHOLE = '(?<!\\p{Script=Latin}(?=\\p{Script=Latin})|\\p{Script=Cyrillic}(?=\\p{Script=Cyrillic}))'
const SPACED = REQUESTS.map(({ before, after = '' }) => ({
  before: new RegExp(`(?:${before})${WHOLE}`, 'gu'),
  after: new RegExp(after, 'uy'),
}))
const UNSPACED = UNSPACED_REQUESTS.map((request) => new RegExp(request, 'gu'))

/** May stand anywhere in a request. */
const COURTESY =
  /[\s,(]*\b(?:please|pls|plz|kindly|thank(?:s| you)|thx|por favor|porfa(?:vor)?|pf|gracias|obrigad[oa]|bitte|danke|s['’]?il (?:vous|te) plait|svp|stp|merci|per (?:favore|cortesia)|grazie|alsjeblieft|alstublieft|пожалуиста|hi|hello|sir|madam)\b[\s,)]*/gu

/** A name that is spoken has no more words than these before it ends. */
const MOST_WORDS = 8
const BETWEEN = /[\s\p{P}]*/uy
const WORD = /(?:\p{Script=Latin}|\p{N})+(?:['’]\p{Script=Latin}+)?|(?:(?!\p{Script=Latin})[\p{L}\p{M}])+/uy
const COUNTED = /^(?:[\s\p{P}]|一个|一位|一名|个|位|名)+/u

/** Whether a text, as eyes see it, asks that somebody be written down, or called, by one of the names. */
export function asksByName(text: string, names: readonly Name[]): boolean {
  const seen = text.replace(COURTESY, ' ')
  for (const { before, after } of SPACED)
    for (const { index, 0: found } of seen.matchAll(before))
      for (const end of endsOfNames(seen, index + found.length, names)) {
        after.lastIndex = end
        if (after.test(seen)) return true
      }
  return UNSPACED.some((request) =>
    Array.from(seen.matchAll(request), ([, between]) => between!.replace(COUNTED, '')).some((between) =>
      names.some((name) => standsAt(between, name.seen, 0)),
    ),
  )
}

/** Where names end that stand here, behind nothing but articles: as they are written, inflected, or misspelt. */
function* endsOfNames(seen: string, at: number, names: readonly Name[]): Generator<number> {
  const said: string[] = []
  let end = at
  for (let n = 0; n < MOST_WORDS; n++) {
    const from = end + matchAt(BETWEEN, seen, end).length
    if (said.length === 0)
      for (const { bare } of names) if (bare !== '' && standsAt(seen, bare, from)) yield from + bare.length
    const word = matchAt(WORD, seen, from)
    if (word === '') return
    end = from + word.length
    said.push(...wordsOf(word).filter((each) => !BESIDE_NAME.has(each)))
    if (said.length > 0 && names.some((name) => spell(said, name))) yield end
  }
}

function matchAt(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0] ?? ''
}
