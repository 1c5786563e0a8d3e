// The words of a text by their stems, and whether two of them are one word.
import { STOPWORDS } from './cohort.ts'
import { stemOf, wordsOf } from './text.ts'

/** Stems, with how often each stands there. */
export type Words = Map<string, number>

/** Without the words that say nothing of what a text is about. */
export function stemsOf(text: string): Words {
  const stems: Words = new Map()
  for (const word of wordsOf(text)) {
    if (STOPWORDS.has(word)) continue
    const stem = stemOf(word)
    stems.set(stem, (stems.get(stem) ?? 0) + 1)
  }
  return stems
}

/** Whether two stems are probably one word: equal, or alike in their letters as a misspelling is. */
function alike(a: string, b: string): boolean {
  if (a === b) return true
  if (a.length < 5 || b.length < 5 || a[0] !== b[0]) return false
  if (a.startsWith(b) || b.startsWith(a)) return Math.abs(a.length - b.length) <= 3
  return Math.abs(a.length - b.length) <= 1 && withinOneEdit(a, b)
}

function withinOneEdit(a: string, b: string): boolean {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a]
  let i = 0
  while (i < short.length && short[i] === long[i]) i++
  const rest = short.slice(i)
  if (short.length === long.length) {
    return (
      rest.slice(1) === long.slice(i + 1) ||
      (rest[0] === long[i + 1] && rest[1] === long[i] && rest.slice(2) === long.slice(i + 2))
    )
  }
  return rest === long.slice(i + 1)
}

/** Whether the words have this one, or a misspelling of it. */
export function isIn(word: string, words: Words): boolean {
  if (words.has(word)) return true
  if (word.length < 5) return false
  for (const other of words.keys()) if (alike(word, other)) return true
  return false
}
