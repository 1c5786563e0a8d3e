// Shapes and routes of the test phone: played customers, what they write and are sent, and how they behave.
import { z } from 'zod'
import { PhoneNumber } from '../channels/schema.ts'
import { META_ERRORS } from '../channels/whatsapp/meta-errors.ts'
import { MOST_SENT_BYTES } from '../conversations/sendable-schema.ts'
import { Message } from '../conversations/schema.ts'
import { route } from '../lib/route.ts'
import { atMost, filledText, Id, Instant, problems, refusal, writtenText } from '../lib/shapes.ts'

const trimmed = () => writtenText().trim()
const customerParams = z.object({ id: Id })

/** The one good answer of a route, beside the problems. */
const answered = <S extends z.ZodType>(description: string, schema: S) => ({
  200: { description, schema },
  ...problems,
})

/** Meta's errors that can be played, with its words for them. */
export const ERROR_TITLES: readonly (readonly [code: number, title: string])[] = [...META_ERRORS].map(
  ([code, { title }]) => [code, title],
)

export const Behaviour = z
  .object({
    reads: z.boolean().describe('Reads what is delivered.'),
    silent: z.boolean().describe('The phone is off: nothing is delivered until it is on again.'),
    refuses_with: z
      .int()
      .refine((code) => META_ERRORS.has(code), refusal('error_code_unknown', 'Choose one of Meta’s error codes.'))
      .nullable()
      .describe('Meta’s number of an error with which every message to this customer fails.'),
    delay_seconds: z.int().min(0).max(3600).describe('What is sent arrives after so long.'),
  })
  .meta({ id: 'PlayedBehaviour' })
export type Behaviour = z.output<typeof Behaviour>

const Username = trimmed().regex(
  /^@?[A-Za-z0-9._]{1,40}$/,
  refusal('username_invalid', 'Letters, digits, dots and underscores only.'),
)

export const PlayedMessage = z
  .object({
    from: PhoneNumber.optional(),
    user_id: trimmed()
      .regex(
        /^[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}$/,
        refusal('user_id_invalid', 'Write two capital letters, a dot, and letters or digits, such as US.1349120865.'),
      )
      .optional(),
    username: Username.optional(),
    name: trimmed().max(200, atMost(200)).optional(),
    text: filledText(refusal('message_missing', 'Write a message.'), 4096),
    reply_to: Id.optional().describe('The message that it answers.'),
  })
  .refine((played) => played.from !== undefined || played.user_id !== undefined, {
    message: refusal('customer_unnamed', 'Give the customer a phone number, or a user id.'),
    path: ['from'],
  })
  .meta({ id: 'PlayedMessage' })

export const TestMessage = Message.extend({
  arrived: z.boolean().describe('Whether the customer has it: what they wrote, and what was delivered to them.'),
  was_read: z.boolean().describe('Whether the customer, who wrote it, sees that it was read.'),
}).meta({ id: 'TestMessage' })
export type TestMessage = z.output<typeof TestMessage>

export const getTestPhone = route({
  method: 'get',
  path: '/v1/test-phone',
  operationId: 'getTestPhone',
  summary: 'The test phone’s customers, most recently seen first',
  permission: 'channels:manage',
  responses: answered(
    'At most 200 customers.',
    z
      .object({
        phone: z.string().nullable().describe('The number they write to; null before the first message.'),
        customers: z.array(
          z.object({
            id: Id,
            phone: z.string().nullable(),
            user_id: z.string().nullable(),
            username: z.string().nullable(),
            display_name: z.string().nullable(),
            last_seen_at: Instant.nullable(),
            behaviour: Behaviour,
          }),
        ),
      })
      .meta({ id: 'TestPhone' }),
  ),
})

export const playMessage = route({
  method: 'post',
  path: '/v1/test-phone/messages',
  operationId: 'playMessage',
  summary: 'Play a customer: post a signed message in Meta’s shape to the webhook',
  permission: 'channels:manage',
  body: PlayedMessage,
  responses: { 204: { description: 'Delivered.' }, ...problems },
})

export const listTestMessages = route({
  method: 'get',
  path: '/v1/test-phone/customers/{id}/messages',
  operationId: 'listTestMessages',
  summary: 'What a played customer wrote and was sent, oldest first',
  permission: 'channels:manage',
  params: customerParams,
  responses: answered(
    'The newest 200.',
    z
      .object({
        messages: z.array(TestMessage),
        writing_until: Instant.nullable().describe('Until when the customer sees that somebody writes to them.'),
      })
      .meta({ id: 'TestMessageList' }),
  ),
})

export const clearTestPhone = route({
  method: 'delete',
  path: '/v1/test-phone/customers',
  operationId: 'clearTestPhone',
  summary: 'Erase every contact that the test phone made, with messages and tags',
  permission: 'channels:manage',
  responses: answered('Erased.', z.object({ count: z.int() }).meta({ id: 'TestPhoneCleared' })),
})

export const behave = route({
  method: 'put',
  path: '/v1/test-phone/customers/{id}/behaviour',
  operationId: 'behave',
  summary: 'Say how a played customer takes what is sent to them',
  permission: 'channels:manage',
  params: customerParams,
  body: Behaviour,
  responses: answered('From now on.', Behaviour),
})

export const playReaction = route({
  method: 'post',
  path: '/v1/test-phone/customers/{id}/reactions',
  operationId: 'playReaction',
  summary: 'Have a played customer react to a message, or take the reaction back',
  permission: 'channels:manage',
  params: customerParams,
  body: z.object({
    message_id: Id,
    emoji: trimmed().min(1).max(20).nullable().describe('Null takes the reaction back.'),
  }),
  responses: { 204: { description: 'Delivered.' }, ...problems },
})

const MOST_ANSWERS = 50

export const playChoice = route({
  method: 'post',
  path: '/v1/test-phone/customers/{id}/choices',
  operationId: 'playChoice',
  summary:
    'Have a played customer press a button of a template: to answer by it, to send the form that it opens, to order',
  permission: 'channels:manage',
  params: customerParams,
  body: z.object({
    message_id: Id,
    button: trimmed().max(100).describe('What the button says.'),
    answers: z
      .record(z.string().min(1).max(100), writtenText().max(1000))
      .refine((answers) => Object.keys(answers).length <= MOST_ANSWERS)
      .default({})
      .describe('What the customer filled in, when it opens a form.'),
  }),
  responses: { 204: { description: 'Delivered.' }, ...problems },
})

export const playFile = route({
  method: 'post',
  path: '/v1/test-phone/customers/{id}/files',
  operationId: 'playFile',
  summary: 'Have a played customer send a file; the body is the file',
  permission: 'channels:manage',
  params: customerParams,
  query: z.object({
    file_name: trimmed().min(1).max(200).optional(),
    caption: trimmed().max(1024, atMost(1024)).optional(),
    reply_to: Id.optional().describe('The message that it answers.'),
  }),
  file: { mostBytes: MOST_SENT_BYTES.document },
  responses: { 204: { description: 'Delivered.' }, ...problems },
})

export const playEdit = route({
  method: 'post',
  path: '/v1/test-phone/customers/{id}/edits',
  operationId: 'playEdit',
  summary: 'Have a played customer change a text that they wrote',
  permission: 'channels:manage',
  params: customerParams,
  body: z.object({ message_id: Id, text: filledText(refusal('message_missing', 'Write a message.'), 4096) }),
  responses: { 204: { description: 'Delivered.' }, ...problems },
})

export const playDeletion = route({
  method: 'post',
  path: '/v1/test-phone/customers/{id}/deletions',
  operationId: 'playDeletion',
  summary: 'Have a played customer delete for everyone what they wrote',
  permission: 'channels:manage',
  params: customerParams,
  body: z.object({ message_id: Id }),
  responses: { 204: { description: 'Delivered.' }, ...problems },
})
