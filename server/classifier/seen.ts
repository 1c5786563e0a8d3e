// A text as eyes read it, however it is spelled: by this what is forbidden is looked for.

// Letters of other scripts that look like Latin ones, by which filters are evaded.
const LOOKALIKES: Record<string, string> = {
  а: 'a',
  в: 'b',
  е: 'e',
  к: 'k',
  м: 'm',
  н: 'h',
  о: 'o',
  р: 'p',
  с: 'c',
  т: 't',
  у: 'y',
  х: 'x',
  і: 'i',
  ј: 'j',
  ѕ: 's',
  ԁ: 'd',
  ɡ: 'g',
  ӏ: 'l',
  α: 'a',
  β: 'b',
  ε: 'e',
  ι: 'i',
  κ: 'k',
  ν: 'v',
  ο: 'o',
  ρ: 'p',
  τ: 't',
  υ: 'u',
  χ: 'x',
  ı: 'i',
  ℓ: 'l',
}

// l e t t e r s set apart, with the word's end where more than one space stands; by one mark first, so that "a V.I.P" is two words.
const SET_APART = [
  /(?<![\p{L}\p{N}])[\p{L}\p{N}](?<mark>[\s._*-])(?:[\p{L}\p{N}]\k<mark>)+[\p{L}\p{N}](?![\p{L}\p{N}])/gu,
  /(?<![\p{L}\p{N}])(?:[\p{L}\p{N}][\s._*-]){2,}[\p{L}\p{N}](?![\p{L}\p{N}])/gu,
]

// Accents, and whatever else is written over or under letters; not the signs of scripts in which they are letters of their own.
const ON_LETTERS = /(?<=[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}])\p{M}+/gu
const ACCENTS = /[[\p{M}&&\p{Script=Inherited}]--[\u3099\u309a]]/gv

/** The text as an eye reads it: folded, look-alike letters among Latin ones as these, and letters set apart brought together. */
export function asSeen(text: string): string {
  // The stroke that only draws out Arabic letters is none of them.
  const shown = text.normalize('NFKC').replace(/[\p{Cf}\p{Cc}\u0640]/gu, (c) => (/\s/u.test(c) ? ' ' : ''))
  const together = SET_APART.reduce((rest, apart) => rest.replace(apart, (run) => run.replace(/[\s._*-]/gu, '')), shown)
  const plain = together.normalize('NFKD').toLowerCase().normalize('NFKD').replace(ON_LETTERS, '').replace(ACCENTS, '')
  return plain
    .normalize('NFC')
    .replace(/\s+/gu, ' ')
    .trim()
    .replace(/\p{L}+/gu, (word) =>
      /[a-z]/u.test(word) ? Array.from(word, (letter) => LOOKALIKES[letter] ?? letter).join('') : word,
    )
}

/** What asSeen() gives, with its dashes and underscores as spaces: "No-show" and "no_show" are two words. */
export const apart = (seen: string): string =>
  seen
    .replace(/[\p{Pd}_]+/gu, ' ')
    .replace(/ +/gu, ' ')
    .trim()

/** Whether a name stands in a text, both as eyes see them: of Latin letters as words of its own, else wherever it stands. */
export function hasName(text: string, name: string): boolean {
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) if (standsAt(text, name, at)) return true
  return false
}

/** Whether it stands there. */
export const standsAt = (text: string, name: string, at: number): boolean =>
  text.startsWith(name, at) && !(isLatin(name) && (goesOn(text[at - 1]) || goesOn(text[at + name.length])))

const isLatin = (name: string): boolean => /^[\p{Script=Latin}\p{N}\p{P}\p{S}\s]+$/u.test(name)

/** Other scripts put their endings right behind a Latin name. */
const goesOn = (letter: string | undefined): boolean => letter !== undefined && /[\p{Script=Latin}\p{N}]/u.test(letter)
