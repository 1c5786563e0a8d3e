// Tags whose names say the same: equal apart from punctuation, spaces, accents, or singular and plural.
import { characterCount, fold } from '../lib/fold.ts'

interface Named {
  id: string
  name: string
}

/** Names as short as these differ by their very signs: C, C# and C++ are three things. */
const SHORTEST = 3

/** The letters and digits of a name, in any script; signs such as emoji and + stay, they are meant. */
function lettersOf(name: string): string {
  const letters = fold(name).replace(/[\p{P}\p{Z}\p{Cf}]/gu, '')
  return characterCount(letters) < SHORTEST ? '' : letters
}

/** What a name could be the plural of, as English, Spanish and Portuguese build it. */
function singularsOf(letters: string): string[] {
  const stem = (ending: RegExp, singular: string) => (ending.test(letters) ? [letters.replace(ending, singular)] : [])
  return [...stem(/(?<=[^s]{2})s$/, ''), ...stem(/(?<=..[sxzhlnrd])es$/, ''), ...stem(/(?<=..)ies$/, 'y')]
}

/** Groups of two and more, each in the order given. */
export function lookAlikes<T extends Named>(tags: readonly T[]): T[][] {
  const groups = new Map<string, T[]>()
  for (const tag of tags) {
    const letters = lettersOf(tag.name)
    if (letters !== '') groups.set(letters, [...(groups.get(letters) ?? []), tag])
  }
  for (const letters of groups.keys()) {
    const singular = singularsOf(letters).find((each) => groups.has(each))
    if (singular === undefined) continue
    groups.set(singular, [...groups.get(singular)!, ...groups.get(letters)!])
    groups.delete(letters)
  }
  const place = new Map(tags.map((tag, index) => [tag.id, index]))
  return [...groups.values()]
    .filter((group) => group.length > 1)
    .map((group) => group.toSorted((a, b) => place.get(a.id)! - place.get(b.id)!))
    .toSorted((a, b) => place.get(a[0]!.id)! - place.get(b[0]!.id)!)
}

/** The tag that a name being typed looks like; not one that bears this very name, which cannot be given anyway. */
export function lookAlikeOf<T extends Named>(name: string, tags: readonly T[]): T | undefined {
  const letters = lettersOf(name)
  if (letters === '') return undefined
  const own = singularsOf(letters)
  return tags.find((tag) => {
    if (tag.name.toLowerCase() === name.trim().toLowerCase()) return false
    const theirs = lettersOf(tag.name)
    return theirs !== '' && (theirs === letters || own.includes(theirs) || singularsOf(theirs).includes(letters))
  })
}
