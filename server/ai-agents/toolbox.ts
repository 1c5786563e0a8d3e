// The tools that a language model has while it answers. They change nothing: what it asks for is noted, and done with the answer or not at all.
import { tool, type ToolSet } from 'ai'
import { z } from 'zod'
import type { Finding } from '../analysis/findings.ts'
import { numberIn, stands } from '../analysis/protocol.ts'
import { foldForSearch } from '../lib/fold.ts'
import { MOST_TAGS_A_TURN, sentOf, type Question } from './prompt.ts'
import type { Reading } from './reading.ts'
import type { ActReason } from './schema.ts'

const MOST_LISTED = 100
const MOST_DESCRIPTION = 300
const MOST_REASON = 300
const MOST_SUMMARY = 1000

/** Some models write numbers as texts. */
const WrittenNumber = z.number().or(z.string())

/** What a model asked for in one turn. */
export interface Wishes {
  add: Finding[]
  remove: string[]
  /** Null when it did not ask to hand over. */
  handOver: { summary: string } | null
  close: boolean
  /** What it may not: told to it, and counted. */
  refused: { tag: string | null; reason: ActReason }[]
}

export const noWishes = (): Wishes => ({ add: [], remove: [], handOver: null, close: false, refused: [] })

/** Words of a model for people: on one line, without what cannot be seen, at most so long. */
export function plainWords(text: string, most: number): string {
  const plain = text
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/[\p{Cf}\p{Co}]/gu, '')
    .replace(/\s+/gu, ' ')
    .trim()
  return Array.from(plain).slice(0, most).join('').trim()
}

/** Its last word counts: takes a wish out again, and answers whether there was one. */
function takeBack<T>(wishes: T[], isIt: (wish: T) => boolean): boolean {
  const at = wishes.findIndex(isIt)
  if (at >= 0) wishes.splice(at, 1)
  return at >= 0
}

/** The tools for one question; `wishes` fills as they are called. */
export function toolsFor(reading: Reading, question: Question, wishes: Wishes): ToolSet {
  const { tagById, talking } = question
  const refuse = (reason: ActReason, tag: string | null, words: string) => {
    wishes.refused.push({ tag, reason })
    return { error: words }
  }
  return {
    list_tags: tool({
      description: 'The tags of the catalog that you may put on the contact, with what each means.',
      inputSchema: z.object({ search: z.string().optional().describe('Only those with this in name or description.') }),
      execute({ search = '' }) {
        const wanted = foldForSearch(search)
        const found = reading.catalog.filter(({ name, description }) =>
          foldForSearch(`${name} ${description}`).includes(wanted),
        )
        return {
          tags: found.slice(0, MOST_LISTED).map(({ id, name, description }) => ({
            id: question.idByTag.get(id),
            name,
            description: description.slice(0, MOST_DESCRIPTION),
          })),
          more: Math.max(0, found.length - MOST_LISTED),
        }
      },
    }),

    add_tag: tool({
      description: 'Puts a tag on the contact. A message of the customer must show that it applies.',
      inputSchema: z.object({
        tag_id: z.string().describe('As list_tags gives it.'),
        message: WrittenNumber.describe('The number n of the customer’s message that is the evidence.'),
        quote: z.string().describe('Words copied from that message.'),
        reason: z.string().describe('One sentence for colleagues: why the tag applies.'),
        confidence: WrittenNumber.describe('How sure you are, from 0 to 1.'),
      }),
      execute({ tag_id, message, quote, reason, confidence }) {
        const tag = tagById.get(tag_id)
        if (!tag || !reading.catalog.some(({ id }) => id === tag.id))
          return refuse('not_in_catalog', null, 'There is no such tag. Use an id that list_tags gives.')
        if (wishes.add.some((each) => each.tag === tag.id) || takeBack(wishes.remove, (id) => id === tag.id))
          return { done: true }
        if (wishes.add.length >= MOST_TAGS_A_TURN)
          return refuse('too_many_tags', tag.id, `At most ${MOST_TAGS_A_TURN} tags at a time.`)
        const sure = numberIn(confidence)
        if (sure === null || sure < 0 || sure > 1)
          return refuse('invalid_input', tag.id, 'The confidence is a number from 0 to 1.')
        const number = numberIn(message)
        const evidence = reading.turns.find(({ n }) => n === number)
        if (evidence?.from !== 'customer' || !stands(quote, sentOf(evidence)))
          return refuse('no_evidence', tag.id, 'The quote does not stand in a message of the customer of that number.')
        if (talking.has(evidence.n))
          return refuse('talks_to_tagger', tag.id, 'That message is no evidence: it speaks of tags or instructions.')
        wishes.add.push({
          tag: tag.id,
          confidence: sure,
          evidence,
          reason: plainWords(reason, MOST_REASON) || null,
        })
        return { done: true }
      },
    }),

    remove_tag: tool({
      description: 'Takes off a tag that you put on yourself and that applies no longer.',
      inputSchema: z.object({ tag_id: z.string() }),
      execute({ tag_id }) {
        const tag = tagById.get(tag_id)
        if (!tag) return refuse('not_in_catalog', null, 'There is no such tag.')
        const carried = reading.carried.some(({ id }) => id === tag.id)
        if (takeBack(wishes.add, (each) => each.tag === tag.id) && !carried) return { done: true }
        if (!tag.own) return refuse('not_its_own', tag.id, 'You can take off only tags that you put on yourself.')
        if (talking.size > 0)
          return refuse('talks_to_tagger', tag.id, 'Nothing is taken off in a conversation that speaks of tags.')
        if (!wishes.remove.includes(tag.id)) wishes.remove.push(tag.id)
        return { done: true }
      },
    }),

    hand_over: tool({
      description: 'Hands the conversation to a person. The summary is for the colleague; the customer never sees it.',
      inputSchema: z.object({ summary: z.string().describe('What the customer wants, and what was said so far.') }),
      execute({ summary }) {
        wishes.handOver ??= { summary: plainWords(summary, MOST_SUMMARY) }
        return {
          done: true,
          next: 'Tell the customer in one sentence, in their language, that a colleague will answer.',
        }
      },
    }),

    close: tool({
      description: 'Closes the conversation, when the customer needs nothing more.',
      inputSchema: z.object({}),
      execute() {
        wishes.close = true
        return { done: true, next: 'Say goodbye in one short sentence, in the customer’s language.' }
      },
    }),
  }
}
