// The shapes of what an AI went by, and why.
import { z } from 'zod'
import { Id, Instant } from '../lib/shapes.ts'

/** The customer's message that spoke for a tag, as it reads now; null when there is none, or it was erased. */
export const Evidence = z
  .object({ message_id: Id, conversation_id: Id, quote: z.string(), at: Instant })
  .meta({ id: 'Evidence' })
export type Evidence = z.output<typeof Evidence>

/** A customer's message, as the key of an AI agent names it. */
export const EvidenceId = Id.optional().describe(
  'Only for the key of an AI agent: the id of a message that the one contact named wrote and that speaks for the tags added. It is shown beside them. A tag that a person or another system took off can be put back by a message that is newer, and by nothing else.',
)

/** Why an AI found a tag; kept with an assignment as `why.words`. */
export const AiReason = z
  .string()
  .describe(
    'In a language model’s words; null when it gave none. Of the built-in classifier `words: table, book` (words of the tag that the message has too), `learned` (from what people here tagged) or `meaning` (the message means something like the tag).',
  )
