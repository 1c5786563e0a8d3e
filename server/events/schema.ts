// The live stream: its route, and the shapes of what it sends.
import { z } from 'zod'
import { Contact } from '../contacts/schema.ts'
import { Conversation } from '../conversations/schema.ts'
import { route } from '../lib/route.ts'
import { Id, problems } from '../lib/shapes.ts'
import { TagChip } from '../tags/schema.ts'

const Position = z.int().min(0)

/** All events of one kind in a message, put together. */
export const LiveChange = z
  .object({
    kind: z.string().describe('Such as contact.tag_added; contacts.active is a sign of life, a message for example.'),
    contact_ids: z.array(Id).optional(),
    conversation_ids: z.array(Id).optional(),
    many: z.literal(true).optional().describe('More contacts than are worth naming: read again what is shown.'),
    tag_ids: z.array(Id).optional(),
    conflicts: z.literal(true).optional().describe('Conflicts were found.'),
    after: z.unknown().optional().describe('Of operations and merged tags, which are not put together.'),
  })
  .meta({ id: 'LiveChange' })
export type LiveChange = z.output<typeof LiveChange>

export const LiveMessage = z
  .object({
    changes: z.array(LiveChange),
    contacts: z
      .array(Contact)
      .describe(
        'The named contacts as they are now, when they are few, but for those in a conversation that is sent along.',
      ),
    conversations: z.array(Conversation).describe('The named conversations as they are now, when they are few.'),
    tags: z.array(TagChip).describe('The tags that were changed in the catalog, as they are now.'),
  })
  .meta({ id: 'LiveMessage' })
export type LiveMessage = z.output<typeof LiveMessage>

export const live = route({
  method: 'get',
  path: '/v1/live',
  operationId: 'live',
  summary: 'What changes, as it changes: server-sent events',
  permission: 'contacts:read',
  query: z.object({
    after: z.coerce
      .number()
      .pipe(Position)
      .optional()
      .describe(
        'The id of the last message received: what came after it follows. The header Last-Event-ID says the same.',
      ),
  }),
  responses: {
    200: {
      description:
        'Messages with a LiveMessage as data and their position as id. The first is of the type ready, with the position alone; reset says that too much has changed, and everything shown is to be read again; presence, a PresenceMessage without a position, who is there; end, that the session has ended.',
      contentType: 'text/event-stream',
    },
    ...problems,
  },
})
