// Why the built-in classifier found a tag, in one of three short forms that are kept with it; the console has sentences for them.
import { STOPWORDS } from './cohort.ts'
import { weights, type CatalogReading, type CatalogTag } from './features.ts'
import { stemOf, wordsOf } from './text.ts'
import { isIn, type Words } from './words.ts'

/** Without what people taught it would not have been found, or not been put on. */
const LEARNED = 'learned'
/** The message means something like the name and description, in other words. */
const MEANING = 'meaning'

const MOST_WORDS = 3
/** Where no spaces are written, or somebody wrote none, a word may be as long as a description. */
const LONGEST = 40

interface Judged {
  catalog: CatalogReading
  tag: CatalogTag
  /** The words of the message that is its evidence, and of all that the customer wrote. */
  words: { message: Words; all: Words }
  learned: boolean
}

/** `words: table, book`, `learned` or `meaning`; the words are the tag's own, so that nothing of a customer's is kept here. */
export function reasonOf({ catalog, tag, words, learned }: Judged): string {
  if (learned) return LEARNED
  const inMessage = sharedWords(catalog, tag, words.message)
  const shared = inMessage.length > 0 ? inMessage : sharedWords(catalog, tag, words.all)
  return shared.length === 0 ? MEANING : `words: ${shared.join(', ')}`
}

/** The words of a tag's name and description that a text has as well, those first that tell most in this catalog. */
function sharedWords(catalog: CatalogReading, tag: CatalogTag, words: Words): string[] {
  const weigh = weights(catalog)
  const written = new Map<string, string>()
  for (const word of wordsOf(`${tag.name.replace(/[_-]/gu, ' ')} ${tag.description}`)) {
    const stem = stemOf(word)
    if (!STOPWORDS.has(word) && !written.has(stem)) written.set(stem, word)
  }
  return [...written]
    .filter(([stem, word]) => word.length <= LONGEST && isIn(stem, words))
    .toSorted(([a], [b]) => weigh(b) - weigh(a))
    .slice(0, MOST_WORDS)
    .map(([, word]) => word)
}
