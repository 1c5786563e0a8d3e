// What the classifier reads of a conversation: the customer's turns without noise, and the words of a text.
import { foldForSearch } from '../lib/fold.ts'

/** One message of a transcript, with the number by which evidence names it. */
export type Turn = { n: number; from: 'customer' | 'agent'; text: string }

/** Most turns of a customer that are read (the first and the last of them), and most words of one. */
export const MOST_TURNS = 12
export const MOST_WORDS = 60

// Scripts that are written without spaces: their words are taken as pairs of letters.
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]+/gu
const WORD = /[\p{L}\p{N}]+(?:['’][\p{L}]+)?/gu

/** What carries no wish of the customer: greetings, thanks and consent, in the languages of the console and some more. */
const TRIVIAL = new Set(
  `a ah alright are am bye byee day evening fine go good goodbye great gud gm hai hallo hello hey hi hii hiii him hlo i is it k kk lol
   mam madam maam mrg morning night nice nil no none nope not nothing now ok okay okey okk okie oki perfect please pls sir so sure ta
   thank thanks thankyou thanx that thats the then there thx ty u very welcome well much more else yeah yep yes you your a have one
   hola buenos buenas dias tardes noches gracias si no vale listo bueno adios chao de nada por favor claro perfecto
   oi ola bom boa dia tarde noite obrigado obrigada sim nao ate logo tchau beleza certo isso
   bonjour salut merci oui non bonsoir danke ja nein hallo guten tag tschuss ciao grazie buongiorno prego
   的 好的 你好 您好 谢谢 是的 不用`
    .split(/\s+/u)
    .filter((word) => word !== ''),
)

/** The words of a text, folded: without case, accents and width. Pairs of letters where no spaces are written. */
export function wordsOf(text: string): string[] {
  const folded = foldForSearch(text)
  const words: string[] = []
  for (const [word] of folded.replace(UNSPACED, (run) => ` ${pairsOf(run).join(' ')} `).matchAll(WORD)) {
    words.push(word.replace(/['’]/gu, ''))
  }
  return words
}

function pairsOf(run: string): string[] {
  const letters = Array.from(run)
  return letters.length < 2 ? letters : letters.slice(1).map((letter, i) => letters[i]! + letter)
}

/** Whether a turn says nothing to tag by: only greetings, consent, numbers. */
export function isTrivial(text: string): boolean {
  return wordsOf(text).every((word) => TRIVIAL.has(word) || /\p{N}/u.test(word) || word.length === 1)
}

/**
 * The word without its inflection, roughly and for English mainly: booked, booking, bookings and book are one. Of other
 * languages the plural goes.
 */
export function stemOf(word: string): string {
  if (word.length < 4 || !/^[a-z]+$/u.test(word)) return word
  let stem = word
  if (stem.endsWith('ies') && stem.length > 4) stem = stem.slice(0, -3) + 'y'
  else if (/(?:ss|sh|ch|x|z)es$/u.test(stem)) stem = stem.slice(0, -2)
  else if (stem.endsWith('s') && !/(?:ss|us|is)$/u.test(stem)) stem = stem.slice(0, -1)
  const short = stem.replace(/(?:ation|ment|ing|ed|er|ly)$/u, '')
  if (short !== stem && short.length >= 3 && /[aeiouy]/u.test(short)) {
    stem = /(?:bb|dd|gg|ll|mm|nn|pp|rr|tt)$/u.test(short) && !/(?:ll|ss)$/u.test(short) ? short.slice(0, -1) : short
  }
  return stem.length > 4 && (stem.endsWith('e') || (stem.length > 5 && stem.endsWith('ll'))) ? stem.slice(0, -1) : stem
}

/** Text as models get it: on one line, without what is not seen, at most MOST_WORDS long. */
export function plain(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, ' ')
    .replace(/[\p{Cf}\p{Co}\p{Cs}]/gu, '')
    .replace(/\s+/gu, ' ')
    .trim()
    .toLowerCase()
    .split(' ')
    .slice(0, MOST_WORDS)
    .join(' ')
    .slice(0, MOST_WORDS * 12)
}

/** What is read of a transcript: the customer's turns that say something, and the agent's words beside them. */
export function readTurns(turns: readonly Turn[]): { customer: Turn[]; agent: string } {
  const saying = turns.filter((turn) => turn.from === 'customer' && !isTrivial(turn.text))
  const half = MOST_TURNS / 2
  const chosen = saying.length <= MOST_TURNS ? saying : [...saying.slice(0, half), ...saying.slice(-half)]
  return {
    customer: chosen.map((turn) => ({ ...turn, text: plain(turn.text) })),
    agent: turns
      .filter((turn) => turn.from === 'agent')
      .slice(0, MOST_TURNS)
      .map((turn) => plain(turn.text))
      .join(' '),
  }
}
