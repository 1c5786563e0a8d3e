// Asking a language model for one answer, and judging whether what came back may be used.
import { generateText, isStepCount, type StopCondition, type ToolSet } from 'ai'
import { askModel, type ModelResources } from '../models/calling.ts'
import { ModelError } from '../models/errors.ts'
import { failureOf } from './failures.ts'
import { betrays } from './leaks.ts'
import { askAbout, RULES, type Question } from './prompt.ts'
import type { Reading } from './reading.ts'
import type { ActReason } from './schema.ts'
import { noWishes, toolsFor, type Wishes } from './toolbox.ts'

/** Calls of tools and answers to them, until it has to have answered. */
const MOST_STEPS = 8
/** What WhatsApp takes in one message. */
const MOST_TEXT = 4096

/** The agent whose turn it is. */
export interface AnsweringAgent {
  org_id: string
  agent_id: string
  name: string
  instructions: string
  provider_id: string
}

export type Answer =
  | { kind: 'answer'; text: string | null; wishes: Wishes; guarded: boolean; model: string }
  /** Nothing of it is used. `later`: the same may go well in a moment. */
  | { kind: 'failed'; reason: ActReason; later: boolean }
  /** It was told to stop. */
  | { kind: 'cancelled' }

/** Asks for an answer to what the customer wrote last. Changes nothing; whatever is wrong with the answer makes it a failure. */
export async function askForAnswer(
  server: ModelResources,
  agent: AnsweringAgent,
  conversationId: string,
  reading: Reading,
  signal: AbortSignal,
): Promise<Answer> {
  const question = await askAbout(reading, agent)
  const wishes = noWishes()
  const { org_id, agent_id, provider_id } = agent
  const ask = { org_id, provider_id, purpose: 'agent', conversation_id: conversationId, agent_id, signal } as const
  try {
    return await askModel(server, ask, async (model, settings) => {
      const { steps } = await generateText({
        model,
        ...settings,
        instructions: question.instructions,
        prompt: question.prompt,
        tools: toolsFor(reading, question, wishes),
        stopWhen: [isStepCount(MOST_STEPS), isOver],
      })
      const answer = judge(steps, { agent, reading, question, wishes, model: model.modelId })
      if (answer.kind === 'failed' && USELESS.has(answer.reason)) throw new UselessAnswer(answer)
      return answer
    })
  } catch (error) {
    if (error instanceof UselessAnswer) return error.answer
    if (!(error instanceof ModelError)) throw error
    if (error.reason === 'cancelled') return { kind: 'cancelled' }
    return { kind: 'failed', ...failureOf(error.reason) }
  }
}

/** Of these the answer is no answer, and the log of calls says so. */
const USELESS: ReadonlySet<ActReason> = new Set([
  'garbage',
  'unknown_tool',
  'invalid_input',
  'too_many_steps',
  'too_long',
])

class UselessAnswer extends ModelError {
  readonly answer: Answer
  constructor(answer: Answer) {
    super('garbage', 'The model answered something that cannot be used.', { handedOver: true })
    this.answer = answer
  }
}

interface Step {
  text: string
  finishReason: string
  toolCalls: readonly { toolName: string; invalid?: boolean | undefined }[]
}

const wrongCall = ({ toolCalls }: Step) => toolCalls.find(({ invalid }) => invalid === true)

const ending = ({ toolCalls }: Step) =>
  toolCalls.some(({ toolName }) => toolName === 'hand_over' || toolName === 'close')

/** Nothing is asked further after a call that cannot be understood, nor when it had its word after ending the conversation. */
const isOver: StopCondition<ToolSet, never> = ({ steps }) =>
  steps.some((step) => wrongCall(step) !== undefined) || steps.slice(0, -1).some(ending)

interface Judging {
  agent: AnsweringAgent
  reading: Reading
  question: Question
  wishes: Wishes
  model: string
}

function judge(steps: readonly Step[], { agent, reading, question, wishes, model }: Judging): Answer {
  const failed = (reason: ActReason): Answer => ({ kind: 'failed', reason, later: false })
  const wrong = steps.map(wrongCall).find((call) => call !== undefined)
  if (wrong) return failed(wrong.toolName in TOOL_NAMES ? 'invalid_input' : 'unknown_tool')
  const last = steps.at(-1)
  if (!last) return failed('garbage')
  if (steps.some(({ finishReason }) => finishReason === 'content-filter')) return failed('model_refused')
  if (last.finishReason === 'length') return failed('too_long')
  const ends = wishes.handOver !== null || wishes.close
  if (last.toolCalls.length > 0 && !ends) return failed('too_many_steps')
  // Some say their word with the call that ends the conversation, and nothing after it.
  const text = tidy(last.text) || (ends ? tidy(steps.findLast((step) => step.text.trim() !== '')?.text ?? '') : '')
  if (text === '' && !ends) return failed('garbage')
  if (text.length > MOST_TEXT) return failed('too_long')
  const secrets = {
    instructions: agent.instructions,
    rules: RULES,
    marks: [question.mark, ...question.tagById.keys(), ...reading.catalog.map(({ id }) => id)],
    tags: [...question.tagById.values()].map(({ name }) => name),
    said: reading.turns.map((turn) => turn.text).join('\n'),
  }
  if (text !== '' && betrays(text, secrets)) return failed('leak')
  return { kind: 'answer', text: text === '' ? null : text, wishes, guarded: question.talking.size > 0, model }
}

const TOOL_NAMES = { list_tags: 1, add_tag: 1, remove_tag: 1, hand_over: 1, close: 1 }

/** Without what cannot be seen or stored. */
const tidy = (text: string): string =>
  text
    .toWellFormed()
    .replace(/\r\n?/gu, '\n')
    .replace(/(?![\n\t])\p{Cc}/gu, '')
    .replace(/[\u202a-\u202e\u2066-\u2069\u2060-\u2064\ufeff]/gu, '')
    .trim()
