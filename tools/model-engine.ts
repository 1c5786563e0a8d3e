// A language model as the engine that is evaluated: the very question and the very reading of its answer that the product has.
import { generateText, jsonSchema, Output } from 'ai'
import { messagesToTagger } from '../server/classifier/guard.ts'
import type { CatalogTag } from '../server/classifier/features.ts'
import type { Turn } from '../server/classifier/text.ts'
import { readReply, REPLY_SCHEMA, taggingQuestion } from '../server/analysis/protocol.ts'
import { openOutgoing } from '../server/lib/outgoing.ts'
import { connect, type OpenProvider } from '../server/models/connecting.ts'

/** As a tag has it that nobody has changed. */
const THRESHOLD = 0.5
const MOST_TOKENS = 1500
const AT_ONCE = 4

export interface ModelEngine {
  /** The tags that it puts on each conversation, in their order; null where it gave no answer that can be used. */
  judgeAll(
    tags: readonly CatalogTag[],
    conversations: readonly (readonly Turn[])[],
    onTime: (ms: number) => void,
  ): Promise<(ReadonlySet<string> | null)[]>
  close(): Promise<void>
}

/** An OpenAI-compatible endpoint, of this machine too. */
export function openModelEngine(options: { url: string; model: string; key: string | null }): ModelEngine {
  const outgoing = openOutgoing({ allowPrivate: true })
  const provider: OpenProvider = {
    org_id: '',
    id: '',
    kind: 'openai_compatible',
    name: 'evaluated',
    base_url: options.url,
    model: options.model,
    api_key: options.key,
    input_price: null,
    output_price: null,
    without: [],
  }
  const model = connect(provider, { outgoing, onRefused: () => Promise.resolve() })

  const judge = async (tags: readonly CatalogTag[], turns: readonly Turn[]): Promise<ReadonlySet<string> | null> => {
    const talking = messagesToTagger(turns, tags)
    const question = taggingQuestion({ tags, turns, talking, present: [], takenOff: [], instructions: null })
    if (question.evidence.size === 0) return new Set()
    const { output } = await generateText({
      model,
      temperature: 0,
      maxOutputTokens: MOST_TOKENS,
      maxRetries: 2,
      instructions: question.instructions,
      prompt: question.prompt,
      output: Output.object({
        schema: jsonSchema(REPLY_SCHEMA, { validate: (value) => ({ success: true, value }) }),
      }),
    })
    const read = readReply(output, question)
    if (read === null) return null
    const sure = read.judgements.filter(({ confidence }) => confidence >= THRESHOLD && talking.size === 0)
    return new Set(sure.map(({ tag }) => tag))
  }

  return {
    async judgeAll(tags, conversations, onTime) {
      const answers: (ReadonlySet<string> | null)[] = conversations.map(() => null)
      let next = 0
      let refused: unknown = null
      const lane = async () => {
        for (let i = next++; i < conversations.length; i = next++) {
          const begun = performance.now()
          try {
            answers[i] = await judge(tags, conversations[i]!)
          } catch (error) {
            refused = error
          }
          onTime(performance.now() - begun)
        }
      }
      await Promise.all(Array.from({ length: AT_ONCE }, lane))
      if (answers.every((answer) => answer === null) && refused !== null) throw refused
      return answers
    },
    close: () => outgoing.close(),
  }
}
