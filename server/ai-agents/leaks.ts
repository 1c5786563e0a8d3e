// What an answer may not tell a customer: what the agent was told, how the conversation was handed to it, and tags.
import { apart, asSeen, hasName } from '../classifier/seen.ts'
import { OF_TAGS, PUT_ON } from '../classifier/tagger-words.ts'

export interface Secrets {
  /** What the organization wrote for the agent. */
  instructions: string
  /** What we wrote for it. */
  rules: string
  /** Marks and ids that are made for one question. */
  marks: readonly string[]
  /** Names of tags. */
  tags: readonly string[]
  /** What customer and agent have written so far: words that are said already betray nothing. */
  said: string
}

/**
 * So many words in a row of the organization's instructions are no coincidence. They may hold facts that customers are to be
 * told, so one sentence of them is allowed; of our own rules nothing is meant for customers.
 */
const OWN_WORDS = 20
const OUR_WORDS = 8
/** In scripts without spaces a letter counts as so much of a word. */
const LETTER = 0.4
/** Short instructions are told when most of them are. */
const SHARE = 0.6
const LEAST_WORDS = 5
/** Names of tags that nobody has spoken of. */
const NAMES_TOGETHER = 3

const SPEAKS_OF_TAGS = new RegExp(`${OF_TAGS}|${PUT_ON}`, 'u')

/** Whether an answer tells what is not for customers. Texts are compared as an eye reads them. */
export function betrays(answer: string, secrets: Secrets): boolean {
  const seen = asSeen(answer)
  const packed = seen.replace(/[^\p{L}\p{N}]+/gu, '')
  if (secrets.marks.some((mark) => packed.includes(mark.toLowerCase().replace(/[^a-z0-9]/gu, '')))) return true
  const words = wordsOf(seen)
  if (longestRun(words, wordsOf(asSeen(secrets.rules))) >= OUR_WORDS) return true
  const own = wordsOf(asSeen(secrets.instructions))
  const run = longestRun(words, own)
  if (run >= OWN_WORDS || (run >= LEAST_WORDS && run >= weightOf(own) * SHARE)) return true
  return tellsTags(answer, secrets)
}

function tellsTags(answer: string, { tags, said, instructions }: Secrets): boolean {
  const read = (text: string) => apart(asSeen(text))
  const seen = read(answer)
  const names = [...new Set(tags.map(read))].filter((name) => name.length > 1 && hasName(seen, name))
  if (names.length === 0) return false
  if (SPEAKS_OF_TAGS.test(names.reduce((rest, name) => rest.replaceAll(name, ' '), seen))) return true
  const before = `${read(said)} ${read(instructions)}`
  return names.filter((name) => !hasName(before, name)).length >= NAMES_TOGETHER
}

interface Word {
  text: string
  weight: number
}

const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u

/** Words; of scripts without spaces each letter. */
function wordsOf(text: string): Word[] {
  return (text.match(/[\p{L}\p{N}]+/gu) ?? []).flatMap((word) =>
    UNSPACED.test(word)
      ? Array.from(word, (letter) => ({ text: letter, weight: LETTER }))
      : [{ text: word, weight: 1 }],
  )
}

const weightOf = (words: readonly Word[]) => words.reduce((sum, { weight }) => sum + weight, 0)

/** How much in a row stands in both, in words. */
function longestRun(a: readonly Word[], b: readonly Word[]): number {
  let longest = 0
  let above = new Float64Array(b.length + 1)
  for (const { text, weight } of a) {
    const row = new Float64Array(b.length + 1)
    for (const [j, other] of b.entries())
      if (text === other.text) {
        row[j + 1] = above[j]! + weight
        longest = Math.max(longest, row[j + 1]!)
      }
    above = row
  }
  return longest
}
