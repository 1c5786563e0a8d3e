// The shape of what an AI went by.
import { z } from 'zod'
import { Id, Instant } from '../lib/shapes.ts'

/** The customer's message that spoke for a tag, as it reads now; null when there is none, or it was erased. */
export const Evidence = z
  .object({ message_id: Id, conversation_id: Id, quote: z.string(), at: Instant })
  .meta({ id: 'Evidence' })
export type Evidence = z.output<typeof Evidence>
