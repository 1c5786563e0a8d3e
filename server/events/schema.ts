// The live stream: its route, and the shapes of what it sends.
import { z } from 'zod'
import { Contact } from '../contacts/schema.ts'
import { Conversation } from '../conversations/schema.ts'
import { route } from '../lib/route.ts'
import { Id, Instant, listOf, NumberCursor, pageLimit, problems } from '../lib/shapes.ts'
import { ActorShape, TagChip, TagSource } from '../tags/schema.ts'

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
    handed_over: z
      .array(z.object({ conversation_id: Id, to: Id, by: z.string(), at: Instant }))
      .optional()
      .describe(
        'Conversations that somebody gave to somebody else a short while ago: to whom, by whose name, and when.',
      ),
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

/** What is told to other systems. */
export const EVENT_TYPES = [
  'contact.created',
  'contact.updated',
  'contact.merged',
  'contact.unmerged',
  'contact.erased',
  'contact.tag_added',
  'contact.tag_removed',
  'tag.created',
  'tag.updated',
  'tag.deleted',
  'tag.restored',
  'tag.merged',
  'conversation.opened',
  'conversation.assigned',
  'conversation.closed',
  'operation.finished',
  'operation.cancelled',
  'operation.failed',
] as const
export const EventType = z.enum(EVENT_TYPES)
export type EventType = z.output<typeof EventType>

export const TellableEvent = z
  .object({
    id: z.int().describe('Grows with every event of the organization, in the order in which they count.'),
    type: EventType,
    at: Instant,
    contact_id: Id.nullable(),
    tag_id: Id.nullable(),
    actor: ActorShape,
    source: TagSource.nullable().describe('Of tags put on and taken off.'),
    before: z.record(z.string(), z.unknown()).nullable(),
    after: z.record(z.string(), z.unknown()).nullable(),
  })
  .meta({ id: 'Event' })
export type TellableEvent = z.output<typeof TellableEvent>

export const listEvents = route({
  method: 'get',
  path: '/v1/events',
  operationId: 'listEvents',
  summary:
    'What happened, in one order: whoever reads on from the cursor of the call before misses nothing and reads nothing twice',
  permission: 'audit:read',
  scope: 'events:read',
  query: z.object({
    cursor: NumberCursor.describe('next_cursor of the call before; without one the oldest events come first.'),
    start: z
      .enum(['oldest', 'now'])
      .default('oldest')
      .describe('Without a cursor: now answers no events, and a cursor for those to come.'),
    types: listOf(EventType, EVENT_TYPES.length).describe('Types separated by commas; all unless they are named.'),
    limit: pageLimit({ most: 1000, usual: 200 }),
  }),
  responses: {
    200: {
      description: 'Events that were committed. An erased contact has only the event of being erased.',
      schema: z
        .object({
          events: z.array(TellableEvent),
          next_cursor: z.string().describe('Always there: keep it, and ask again with it.'),
          more: z.boolean().describe('Whether there are more by now.'),
        })
        .meta({ id: 'EventPage' }),
    },
    ...problems,
  },
})
