// Messages that talk to whoever tags, instead of to the business: they are evidence for nothing.
import { setImmediate as nextTurn } from 'node:timers/promises'
import { foldForSearch } from '../lib/fold.ts'
import type { CatalogTag } from './features.ts'
import type { Turn } from './text.ts'

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

// l e t t e r s set apart, with the word's end where more than one space stands.
const SET_APART = /(?<![\p{L}\p{N}])(?:[\p{L}\p{N}][\s._*-]){2,}[\p{L}\p{N}](?![\p{L}\p{N}])/gu

/** The text as an eye reads it: folded, look-alike letters among Latin ones as these, and letters set apart brought together. */
export function asSeen(text: string): string {
  const shown = text.normalize('NFKC').replace(/[\p{Cf}\p{Cc}]/gu, (c) => (/\s/u.test(c) ? ' ' : ''))
  const together = shown.replace(SET_APART, (run) => run.replace(/[\s._*-]/gu, ''))
  return foldForSearch(together).replace(/\p{L}+/gu, (word) =>
    /[a-z]/u.test(word) ? Array.from(word, (letter) => LOOKALIKES[letter] ?? letter).join('') : word,
  )
}

/** Someone is given a part in the conversation that is not theirs, or a model's own marks are written. */
const ROLES =
  /(?:^|[\s>#*[(<"'])(?:system|assistant|developer|user|customer|agent|admin|human|ai|bot)\s*(?:message|prompt|note|override|role)?\s*[\])>*"']*\s*[:=]|[[<(*#]\s*(?:system|assistant|developer|instructions?)\s*[\])>*#]|<\/?(?:system|assistant|user|instructions?|tool|transcript)\b|<\|[a-z_]+\|>|\[\/?inst\]|<<sys>>|#{2,}\s*(?:system|instruction|user|assistant)|"(?:role|content|from|text|tags?|tag_ids?|labels?)"\s*:/u

/** A tool for tagging is spoken of, or whoever has instructions. */
const TAGGER =
  /\b(?:tag(?:s|ged|ging|ger|me|this|us)?|(?:ignore|disregard|forget)\b.{0,30}\b(?:above|previous|prior|earlier|before)|label(?:s|ed|led|ing|ling)?|re-?tag|classif(?:y|ies|ied|ier|ication)|categori[sz]e[ds]?|categori[sz]ing|mark(?:ed)? (?:me|this|us|it|him|her) (?:as|with)|flag(?:ged)? (?:me|this|us|it|as)|assistant|chatbot|language model|llm|gpt|prompt|instructions?|instructed|catalog(?:ue)?|evidence|confidence|json|override|etiquet\w*|marc(?:a|ar|ame|alo|ue|uenme) como|clasific\w*|instruccion\w*|rotul\w*|instruc[oe]\w*|classifi\w*|marque-me|etichett\w*|klassifizier\w*|kennzeichn\w*|anweisung\w*|etiquett\w*)\b|标签|標籤|标记|標記|打标|分类|指令|忽略|系统提示|тег|метк|классифиц|инструкц|وسم|تصنيف|تعليمات|टैग|タグ|ラベル|指示|태그/u

/** What was said before is to be forgotten. It needs no tag's name beside it. */
const OVERRIDES =
  /\b(?:ignore|disregard|forget|override|bypass)\b.{0,40}\b(?:above|previous|prior|earlier|all|any|your|the|every)\b.{0,30}\b(?:instructions?|prompts?|rules?|messages?|text|guidelines|context|conversation)\b|\b(?:ignora|olvida|ignore|esqueca|desconsidere)\b.{0,40}\b(?:instruc\w*|reglas|regras|anterior\w*)\b|\b(?:reveal|print|repeat|show|output)\b.{0,30}\b(?:prompt|instructions?|rules|system message)\b|\b(?:from now on|you are now)\b.{0,60}\b(?:assistant|ai|bot|model|tagger|classifier|mode|must|will|always|only)\b|\b(?:act|behave|respond|answer|pretend)\b.{0,30}\b(?:assistant|ai|language model|tagger|classifier)\b|忽略.{0,12}(?:指令|规则|以上|之前)/u

const NAMES_TOGETHER = 3
const SHORTEST_NAME = 3

/**
 * The numbers of the customer's messages that talk to the tagger: they give roles, speak of tags or instructions beside a
 * tag's name, ask to forget instructions, or recite three names of tags.
 */
export function messagesToTagger(
  turns: readonly Turn[],
  tags: readonly Pick<CatalogTag, 'id' | 'name'>[],
): Set<number> {
  const names = namesOf(tags)
  return new Set(turns.flatMap((turn) => (talks(turn, names) ? [turn.n] : [])))
}

/** The same where others must have their turn between two messages: a long one may take some milliseconds. */
export async function talkingIn(
  turns: readonly Turn[],
  tags: readonly Pick<CatalogTag, 'id' | 'name'>[],
): Promise<ReadonlySet<number>> {
  const names = namesOf(tags)
  const talking = new Set<number>()
  for (const turn of turns) {
    if (talks(turn, names)) talking.add(turn.n)
    await nextTurn()
  }
  return talking
}

const namesOf = (tags: readonly Pick<CatalogTag, 'name'>[]): string[] =>
  tags.map((tag) => asSeen(tag.name.replace(/[_-]/gu, ' '))).filter((name) => name !== '')

const talks = ({ from, text }: Turn, names: readonly string[]): boolean =>
  from === 'customer' && talksToTagger(text, names)

function talksToTagger(text: string, names: readonly string[]): boolean {
  const lines = text.split(/\r?\n/u).map(asSeen)
  const seen = lines.join(' ')
  if (OVERRIDES.test(seen) || lines.some((line) => ROLES.test(line))) return true
  const named = names.filter((name) => has(seen, name))
  if (named.length > 0 && TAGGER.test(withoutNames(seen, named))) return true
  const long = new Set(named.filter((name) => name.length >= SHORTEST_NAME))
  return distinct([...long]) >= NAMES_TOGETHER
}

function has(text: string, name: string): boolean {
  if (!text.includes(name)) return false
  if (!/^[\p{Script=Latin}\p{N}\s]+$/u.test(name)) return true
  return new RegExp(
    `(?<![\\p{L}\\p{N}])${name.replace(/[^\p{L}\p{N}]+/gu, '[^\\p{L}\\p{N}]+')}(?![\\p{L}\\p{N}])`,
    'u',
  ).test(text)
}

/** The text without the tags' names, so that a tag called "Label printer" does not speak of tagging. */
function withoutNames(text: string, names: readonly string[]): string {
  return names.reduce((rest, name) => rest.replaceAll(name, ' '), text)
}

/** How many names there are when one that stands within another does not count twice. */
function distinct(names: readonly string[]): number {
  return names.filter((name) => !names.some((other) => other !== name && other.includes(name))).length
}
