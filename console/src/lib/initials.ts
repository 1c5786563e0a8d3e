// A person's initials, for the circle that stands for them.

/** The first letters of the first and the last word, as people see letters. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/u)
  const first = (word: string | undefined) =>
    word === undefined ? '' : (new Intl.Segmenter().segment(word)[Symbol.iterator]().next().value?.segment ?? '')
  return (first(words[0]) + (words.length > 1 ? first(words.at(-1)) : '')).toLocaleUpperCase()
}
