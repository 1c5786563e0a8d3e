// Messages that talk to whoever tags, instead of to the business: they are evidence for nothing.
import { setImmediate as nextTurn } from 'node:timers/promises'
import { isAName, namesOf, packed, type Name, type Named } from './names.ts'
import { asksByName } from './requests.ts'
import { apart, asSeen, hasName } from './seen.ts'
import { ASKS_FOR_TAG, OF_MACHINES, OF_TAGS, PLACE_IN_CHINESE, PLACES, PUTS, WAITS_FOR_NAME } from './tagger-words.ts'
import { isTrivial, stemOf, wordsOf, type Turn } from './text.ts'
import { isIn, type Words } from './words.ts'

/** Someone is given a part in the conversation that is not theirs, or a model's own marks are written. */
const ROLES =
  /(?:^|[\s>#*[(<"'])(?:system|assistant|developer|user|customer|agent|admin|human|ai|bot)\s*(?:message|prompt|note|override|role)?\s*[\])>*"']*\s*[:=]|[[<(*#]\s*(?:system|assistant|developer|instructions?)\s*[\])>*#]|<\/?(?:system|assistant|user|instructions?|tool|transcript)\b|<\|[a-z_]+\|>|\[\/?inst\]|<<sys>>|#{2,}\s*(?:system|instruction|user|assistant)|"(?:role|content|from|text|tags?|tag_ids?|labels?)"\s*:/u

/** What was said before is to be forgotten. It needs no tag's name beside it. */
const OVERRIDES =
  /\b(?:ignore|disregard|forget|override|bypass)\b.{0,40}\b(?:above|previous|prior|earlier|all|any|your|the|every)\b.{0,30}\b(?:instructions?|prompts?|rules?|messages?|text|guidelines|context|conversation)\b|\b(?:ignora|olvida|ignore|esqueca|desconsidere)\b.{0,40}\b(?:instruc\w*|reglas|regras|anterior\w*)\b|\b(?:reveal|print|repeat|show|output)\b.{0,30}\b(?:prompt|instructions?|rules|system message)\b|\b(?:from now on|you are now)\b.{0,60}\b(?:assistant|ai|bot|model|tagger|classifier|mode|must|will|always|only)\b|\b(?:act|behave|respond|answer|pretend)\b.{0,30}\b(?:assistant|ai|language model|tagger|classifier)\b|忽略.{0,12}(?:指令|规则|以上|之前)/u

const TAGGER = new RegExp(`${OF_TAGS}|${OF_MACHINES}`, 'u')
const ASKS = new RegExp(ASKS_FOR_TAG, 'u')
const WAITS = new RegExp(WAITS_FOR_NAME, 'u')
const PLACE = new RegExp(`\\b(?:${PLACES})\\b`, 'gu')

/** Scripts in which requests are known. */
const READ =
  /[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Arabic}\p{Script=Devanagari}\p{Script=Hangul}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/gu
const LETTER = /\p{L}/gu

const NAMES_TOGETHER = 3
const SHORTEST_NAME = 3
/** A shorter name without its spaces stands in too many words. */
const SHORTEST_PACKED = 6
/** So much of what was written before shows whether a name is waited for. */
const LETTERS_BEFORE = 120
/** A name and what puts it somewhere are so many words. */
const WORDS_BEFORE_PLACE = 10

/**
 * The numbers of the customer's messages that talk to the tagger: they give roles, ask to be tagged, speak of tags or
 * instructions beside a tag's name, also when that follows in the next message, have a name put into a profile, ask to be
 * written down or called by one, ask to forget instructions, or recite three names of tags.
 */
export function messagesToTagger(turns: readonly Turn[], tags: readonly Named[]): Set<number> {
  return new Set([...foundIn(turns, tags)].flat())
}

/** The same where others must have their turn between two messages: a long one may take some milliseconds. */
export async function talkingIn(turns: readonly Turn[], tags: readonly Named[]): Promise<ReadonlySet<number>> {
  const talking = new Set<number>()
  for (const found of foundIn(turns, tags)) {
    for (const n of found) talking.add(n)
    await nextTurn()
  }
  return talking
}

/** Message by message. What is asked for in one may be named in the next that says something. */
function* foundIn(turns: readonly Turn[], tags: readonly Named[]): Generator<number[]> {
  const names = namesOf(tags)
  let before: { n: number; waits: boolean } | null = null
  let words = ''
  let tail = ''
  for (const { n, from, text } of turns) {
    if (from !== 'customer') continue
    const message = readMessage(text)
    const alone = talksToTagger(message, names)
    const answers = before !== null && before.waits && namesOne(message, names)
    const goesOn = answers || (!alone && asksOver(tail, message, names))
    yield goesOn ? [n, before!.n] : alone ? [n] : []
    const end = message.seen
      .replace(/[^\p{L}\p{N}\p{M}:]+/gu, ' ')
      .trim()
      .slice(-LETTERS_BEFORE)
    const both = `${words} ${end}`.slice(-LETTERS_BEFORE)
    const asks = ASKS.test(message.seen) || WAITS.test(end) || WAITS.test(both)
    const waits = asks && !namesOne(message, names)
    if (isTrivial(text) && !waits) continue
    before = { n, waits }
    words = both
    tail = alone || goesOn ? '' : `${tail} ${message.seen}`.slice(-LETTERS_BEFORE)
  }
}

/** What was written before and the beginning of a message ask together what neither does alone. */
function asksOver(tail: string, message: Message, names: readonly Name[]): boolean {
  if (tail === '') return false
  const seen = `${tail} ${message.seen.slice(0, LETTERS_BEFORE)}`
  return asksByName(seen, namedIn({ seen, spoken: lazily(() => spokenIn(seen)) }, names))
}

/** A message as eyes see it, and by what names are found in it. */
interface Message {
  lines: string[]
  whole: string
  /** With dashes as spaces. */
  seen: string
  spoken(): Spoken
}

/** The stems of a text by their first letter, as only those that begin alike are compared, and the text without its spaces. */
interface Spoken {
  stems: ReadonlyMap<string, Words>
  packed: string
}

function readMessage(text: string): Message {
  const lines = text.split(/\r?\n/u).map(asSeen)
  const whole = lines.join(' ')
  const seen = apart(whole)
  return { lines, whole, seen, spoken: lazily(() => spokenIn(seen)) }
}

function lazily<T>(make: () => T): () => T {
  let made: T | null = null
  return () => (made ??= make())
}

function spokenIn(seen: string): Spoken {
  const stems = new Map<string, Words>()
  for (const word of wordsOf(seen)) {
    const stem = stemOf(word)
    const alike = stems.get(stem[0]!) ?? new Map<string, number>()
    stems.set(stem[0]!, alike.set(stem, 1))
  }
  return { stems, packed: packed(seen) }
}

function talksToTagger(message: Message, names: readonly Name[]): boolean {
  const { lines, whole, seen } = message
  if (OVERRIDES.test(whole) || lines.some((line) => ROLES.test(line)) || ASKS.test(seen)) return true
  const exact = names.filter((name) => hasName(seen, name.seen))
  const long = new Set(exact.flatMap((name) => (name.seen.length >= SHORTEST_NAME ? [name.seen] : [])))
  if (distinct([...long]) >= NAMES_TOGETHER || isPutIntoPlace(seen, names)) return true
  const alike = names.filter((name) => !exact.includes(name) && isSpoken(name, message.spoken()))
  if (exact.length + alike.length === 0) return false
  if (asksByName(seen, [...exact, ...alike]) || isWrittenAcross(seen, exact)) return true
  return TAGGER.test(withoutAlike(withoutExact(seen, exact), alike))
}

const namedIn = ({ seen, spoken }: Pick<Message, 'seen' | 'spoken'>, names: readonly Name[]): Name[] =>
  names.filter((name) => hasName(seen, name.seen) || isSpoken(name, spoken()))

const namesOne = (message: Message, names: readonly Name[]): boolean =>
  names.some((name) => hasName(message.seen, name.seen) || isSpoken(name, message.spoken()))

/** Whether all words of a name are spoken, inflected or misspelt too: the classifier takes them for the name then. */
function isSpoken({ stems, packed: whole }: Name, spoken: Spoken): boolean {
  if (whole.length >= SHORTEST_PACKED && spoken.packed.includes(whole)) return true
  if (stems.size === 0) return false
  for (const stem of stems.keys()) {
    const alike = spoken.stems.get(stem[0]!)
    if (alike === undefined || !isIn(stem, alike)) return false
  }
  return true
}

/**
 * A name stands in it in other letters than those around it, in which no request is known: whether it asks for the tag cannot
 * be told.
 */
function isWrittenAcross(seen: string, exact: readonly Name[]): boolean {
  const count = (text: string, letters: RegExp) => text.match(letters)?.length ?? 0
  const rest = withoutExact(seen, exact)
  return count(rest, READ) * 2 < count(rest, LETTER) && exact.some((name) => count(name.seen, READ) > 0)
}

/** "Add VIP to my profile": nothing but a name stands between what puts something and a place where customers are described. */
function isPutIntoPlace(seen: string, names: readonly Name[]): boolean {
  const inChinese = PLACE_IN_CHINESE.exec(seen)?.[1]
  if (inChinese !== undefined && names.some((name) => hasName(inChinese, name.seen))) return true
  for (const { index } of seen.matchAll(PLACE)) {
    const words = wordsOf(seen.slice(Math.max(0, index - LETTERS_BEFORE), index)).slice(-WORDS_BEFORE_PLACE)
    if (words.some((word, i) => PUTS.has(word) && isAName(words.slice(i + 1), names))) return true
  }
  return false
}

/** The text without the tags' names, so that a tag called "Label printer" does not speak of tagging. */
function withoutExact(text: string, names: readonly Name[]): string {
  return names.reduce((rest, { seen }) => rest.replaceAll(seen, ' '), text)
}

/** The same where a name's words stand inflected or apart: each is taken out once, where it stands last. */
function withoutAlike(text: string, names: readonly Name[]): string {
  // Only such names make a difference.
  const stems = names.filter(({ seen }) => TAGGER.test(seen)).flatMap((name) => [...name.stems.keys()])
  if (stems.length === 0) return text
  const words = text.split(/(?<![\p{L}\p{N}])(?=[\p{L}\p{N}])/u)
  for (const stem of stems) {
    const last = words.findLastIndex((word) => wordsOf(word).some((each) => isIn(stem, new Map([[stemOf(each), 1]]))))
    if (last >= 0) words[last] = ' '
  }
  return words.join('')
}

/** How many names there are when one that stands within another does not count twice. */
function distinct(names: readonly string[]): number {
  return names.filter((name) => !names.some((other) => other !== name && other.includes(name))).length
}
