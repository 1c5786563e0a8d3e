// Shapes and routes of conversations: the inbox, one conversation, its thread, taking and closing, and what is written.
import { z } from 'zod'
import { Contact } from '../contacts/schema.ts'
import { route } from '../lib/route.ts'
import { MOST_SENT_BYTES } from './sendable-schema.ts'
import { Media } from './media-schema.ts'
import { atMost, Id, Instant, listOf, pageLimit, problems, refusal, SearchText, writtenText } from '../lib/shapes.ts'

export const CONVERSATION_STATUSES = [
  'pending',
  'active',
  'closed_by_agent',
  'closed_by_admin',
  'expired',
  'ai_auto_closed',
] as const
export const ConversationStatus = z
  .enum(CONVERSATION_STATUSES)
  .describe('Pending waits for somebody to take it, active is somebody’s; the others say how it was closed.')
export type ConversationStatus = z.output<typeof ConversationStatus>
export type ClosedStatus = Exclude<ConversationStatus, 'pending' | 'active'>

const Agent = z.object({ id: Id, name: z.string() })
const Holder = Agent.extend({ ai: z.boolean().describe('It is an AI agent, no person.') })

const DeliveryState = z.enum(['waiting', 'sending', 'sent', 'delivered', 'read', 'played', 'failed', 'uncertain'])

export const Conversation = z
  .object({
    id: Id,
    status: ConversationStatus,
    contact: Contact,
    channel_id: Id,
    agent: Holder.nullable().describe('Who has it, or had it when it was closed.'),
    opened_at: Instant,
    closed_at: Instant.nullable(),
    closed_by: z.string().nullable().describe('The name of who closed it.'),
    last_message_at: Instant,
    last_message: z
      .object({
        id: Id,
        direction: z.enum(['in', 'out']),
        type: z.string(),
        text: z
          .string()
          .nullable()
          .describe('At most its first 200 characters as it reads now; null once it was deleted.'),
        revoked: z.boolean().describe('It was deleted for everyone.'),
        sent_by: z.string().nullable(),
        delivery_state: DeliveryState.nullable().describe('How far it came, of what was sent.'),
      })
      .nullable()
      .describe('Null when it is kept no more.'),
    unread_count: z.int(),
    waiting_since: Instant.nullable().describe('The first message of the customer that nobody has answered.'),
    window_ends_at: Instant.describe('Until then WhatsApp takes free text; afterwards only an approved template.'),
    waits_until: Instant.nullable().describe('Until then it waits for the answer to a template; null without one.'),
  })
  .meta({ id: 'Conversation' })
export type Conversation = z.output<typeof Conversation>

export const ConversationFilter = z.object({
  list: z
    .enum(['waiting', 'mine', 'open', 'all'])
    .default('all')
    .describe('Pending ones; those that the caller has; all that are not closed; all.'),
  statuses: listOf(ConversationStatus, 6).describe('Statuses separated by commas.'),
  agents: listOf(Id, 100).describe('Ids of people, or of AI agents, separated by commas.'),
  channels: listOf(Id, 100).describe('Ids of channels separated by commas.'),
  any_tags: listOf(Id, 500).describe('Ids of tags separated by commas: the contact carries at least one of them.'),
  contact_id: Id.optional().describe('Conversations with this contact.'),
  active_from: Instant.optional().describe('Last activity at this instant or later.'),
  active_before: Instant.optional().describe('Last activity before this instant.'),
  search: SearchText.optional().describe(
    'Part of a message’s text, ignoring case; of a text with more than 4,096 characters, of its beginning.',
  ),
})
export type ConversationFilter = z.output<typeof ConversationFilter>

const ok = <S extends z.ZodType>(description: string, schema: S) =>
  ({ 200: { description, schema }, ...problems }) as const
const conversationParams = z.object({ id: Id })

export const listConversations = route({
  method: 'get',
  path: '/v1/conversations',
  operationId: 'listConversations',
  summary: 'A page of conversations, most recently active first',
  permission: 'conversations:read',
  scope: 'conversations:read',
  query: ConversationFilter.extend({
    limit: pageLimit({ most: 200, usual: 50 }),
    cursor: z.string().max(200).optional().describe('next_cursor of the page before.'),
  }),
  responses: ok(
    'A page. The last one has no next_cursor.',
    z
      .object({ conversations: z.array(Conversation), next_cursor: z.string().nullable() })
      .meta({ id: 'ConversationPage' }),
  ),
})

const ListCount = z.object({ count: z.int(), unread: z.int().describe('Conversations with messages nobody has read.') })
export const countConversations = route({
  method: 'get',
  path: '/v1/conversations/counts',
  operationId: 'countConversations',
  summary: 'How many conversations stand in each list of the inbox',
  permission: 'conversations:read',
  responses: ok(
    'The numbers.',
    z.object({ waiting: ListCount, mine: ListCount, open: ListCount }).meta({ id: 'ConversationCounts' }),
  ),
})

export const getConversation = route({
  method: 'get',
  path: '/v1/conversations/{id}',
  operationId: 'getConversation',
  summary: 'One conversation',
  permission: 'conversations:read',
  scope: 'conversations:read',
  params: conversationParams,
  responses: ok('The conversation.', Conversation),
})

export const Message = z
  .object({
    id: Id,
    conversation_id: Id.nullable(),
    direction: z.enum(['in', 'out']),
    origin: z.enum(['live', 'echo', 'history', 'sent']).describe('Echo: written by a colleague in the phone app.'),
    in_group: z.boolean().describe('It was written in a WhatsApp group, and is in no conversation.'),
    type: z.string().describe('As WhatsApp names it, such as text, image or location.'),
    text: z.string().nullable(),
    content: z.unknown().describe('The message’s own part as WhatsApp wrote it.'),
    media: Media.nullable().describe('The file that it carries.'),
    reply_to: z
      .object({
        id: Id.nullable(),
        direction: z.enum(['in', 'out']).nullable(),
        type: z.string().nullable(),
        text: z
          .string()
          .nullable()
          .describe('At most its first 200 characters as it reads now; null once it was deleted.'),
        revoked: z.boolean().describe('It was deleted for everyone.'),
      })
      .nullable()
      .describe('The message it answers; its id, direction, type and text are null when that one is not known.'),
    reactions: z.array(z.object({ emoji: z.string(), direction: z.enum(['in', 'out']), at: Instant })),
    edited_at: Instant.nullable().describe('When its text was changed; text is the newest.'),
    revoked_at: Instant.nullable().describe('When it was deleted for everyone.'),
    sent_at: Instant.describe('Of what customers write WhatsApp tells the second.'),
    received_at: Instant,
    sent_by: z.string().nullable().describe('Who of the organization wrote it here.'),
    client_key: z.string().nullable().describe('What the writer named it, of what was sent from here.'),
    delivery: z
      .object({
        state: DeliveryState,
        at: Instant.nullable(),
        error_code: z.int().nullable().describe('Meta’s number of what went wrong.'),
        error: z.string().nullable().describe('What Meta or the network said.'),
        retry_at: Instant.nullable().describe('When one that waits is tried again, if that is known.'),
      })
      .nullable()
      .describe(
        'Of what was sent: how far it came. Uncertain: the connection broke, and nobody knows whether WhatsApp has it.',
      ),
  })
  .meta({ id: 'Message' })
export type Message = z.output<typeof Message>

export const listMessages = route({
  method: 'get',
  path: '/v1/conversations/{id}/messages',
  operationId: 'listMessages',
  summary:
    'What the contact and this number wrote to each other, earlier and later conversations included, newest first',
  permission: 'conversations:read',
  scope: 'conversations:read',
  params: conversationParams,
  query: z.object({
    limit: pageLimit({ most: 200, usual: 50 }),
    cursor: z.string().max(200).optional().describe('next_cursor of the page before.'),
  }),
  responses: ok(
    'A page.',
    z
      .object({
        messages: z.array(Message),
        conversations: z
          .array(
            z.object({
              id: Id,
              status: ConversationStatus,
              opened_at: Instant,
              closed_at: Instant.nullable(),
              closed_by: z.string().nullable(),
              agent: Holder.nullable(),
            }),
          )
          .describe('Those that the messages of the page belong to.'),
        merged_ids: z.array(Id).describe('Conversations that went into this one by merges: their ids lead here.'),
        first_unread_id: Id.nullable().describe('The oldest message of the customer after what was read.'),
        next_cursor: z.string().nullable(),
      })
      .meta({ id: 'MessagePage' }),
  ),
})

export const takeConversation = route({
  method: 'post',
  path: '/v1/conversations/{id}/take',
  operationId: 'takeConversation',
  summary: 'Take a waiting conversation; refused with its agent’s name when somebody has it',
  permission: 'conversations:answer',
  params: conversationParams,
  responses: ok('It is yours.', Conversation),
})

export const handOverConversation = route({
  method: 'post',
  path: '/v1/conversations/{id}/hand-over',
  operationId: 'handOverConversation',
  summary: 'Hand a conversation to a colleague: one’s own, or any as an administrator',
  permission: 'conversations:answer',
  params: conversationParams,
  body: z.object({ user_id: Id }),
  responses: ok('It is theirs.', Conversation),
})

export const giveBackConversation = route({
  method: 'post',
  path: '/v1/conversations/{id}/give-back',
  operationId: 'giveBackConversation',
  summary: 'Let a conversation wait again: one’s own, or any as an administrator',
  permission: 'conversations:answer',
  params: conversationParams,
  responses: ok('It waits.', Conversation),
})

export const closeConversation = route({
  method: 'post',
  path: '/v1/conversations/{id}/close',
  operationId: 'closeConversation',
  summary: 'Close a conversation: one’s own, or any as an administrator',
  permission: 'conversations:answer',
  params: conversationParams,
  body: z.object({
    seen_to: Id.optional().describe(
      'The newest message that was seen: closing is refused when the customer wrote after it.',
    ),
  }),
  responses: ok('It is closed.', Conversation),
})

export const readConversation = route({
  method: 'post',
  path: '/v1/conversations/{id}/read',
  operationId: 'readConversation',
  summary: 'Mark the customer’s messages up to one as read by the agent who has the conversation',
  permission: 'conversations:answer',
  params: conversationParams,
  body: z.object({ up_to: Id }),
  responses: ok('The conversation, with what is still unread.', Conversation),
})

export const NewMessage = z
  .object({
    text: writtenText()
      .max(4096, atMost(4096))
      .refine((text) => text.trim() !== '', refusal('message_missing', 'Write a message.')),
    reply_to: Id.optional().describe('The message that it answers.'),
    client_key: writtenText()
      .max(100)
      .optional()
      .describe('The caller’s own name for it, told again with the message.'),
  })
  .meta({ id: 'NewMessage' })

export const sendMessage = route({
  method: 'post',
  path: '/v1/conversations/{id}/messages',
  operationId: 'sendMessage',
  summary: 'Write to the customer, as the agent who has the conversation; it is sent in the order of writing',
  permission: 'conversations:answer',
  params: conversationParams,
  body: NewMessage,
  responses: { 201: { description: 'It will be sent.', schema: Message }, ...problems },
})

export const sendMedia = route({
  method: 'post',
  path: '/v1/conversations/{id}/media',
  operationId: 'sendMedia',
  summary: 'Send a file to the customer, as `sendMessage` does a text; the body is the file',
  permission: 'conversations:answer',
  params: conversationParams,
  query: z.object({
    file_name: writtenText().trim().min(1).max(200).optional(),
    caption: writtenText().max(1024, atMost(1024)).optional(),
    client_key: NewMessage.shape.client_key,
    reply_to: Id.optional().describe('The message that it answers.'),
  }),
  file: { mostBytes: MOST_SENT_BYTES.document },
  responses: { 201: { description: 'It will be sent.', schema: Message }, ...problems },
})

const messageParams = z.object({ id: Id })

export const resendMessage = route({
  method: 'post',
  path: '/v1/messages/{id}/resend',
  operationId: 'resendMessage',
  summary: 'Send a message again that failed, or of which nobody knows whether WhatsApp has it',
  permission: 'conversations:answer',
  params: messageParams,
  responses: ok('It will be sent.', Message),
})

export const settleMessage = route({
  method: 'post',
  path: '/v1/messages/{id}/settle',
  operationId: 'settleMessage',
  summary: 'Leave an uncertain message as it is: it counts as sent and is not sent again',
  permission: 'conversations:answer',
  params: messageParams,
  responses: ok('It is left.', Message),
})
