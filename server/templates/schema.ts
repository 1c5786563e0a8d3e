// Shapes and routes of message templates: what an account has that is approved, and sending one.
import { z } from 'zod'
import { Template } from '../channels/whatsapp/template.ts'
import { MOST_SENT_BYTES } from '../conversations/sendable-schema.ts'
import { Message, NewMessage } from '../conversations/schema.ts'
import { route } from '../lib/route.ts'
import { Id, problems, writtenText } from '../lib/shapes.ts'

export {
  fillIn,
  filledPlace,
  filledTarget,
  type Template,
  type TemplateVariable,
} from '../channels/whatsapp/template.ts'

export const listTemplates = route({
  method: 'get',
  path: '/v1/channels/{id}/templates',
  operationId: 'listTemplates',
  summary: 'The approved templates of a number’s account, asked of Meta now, by name and language',
  permission: 'conversations:answer',
  params: z.object({ id: Id }),
  responses: {
    200: {
      description: 'The templates.',
      schema: z
        .object({
          templates: z.array(Template),
          complete: z
            .boolean()
            .describe('False when the account has more than Meta allows, and only the first are here.'),
        })
        .meta({ id: 'TemplateList' }),
    },
    ...problems,
  },
})

/** Far above what a template takes; what it takes itself is checked against it. */
const MOST_VALUES = 100
const Values = z
  .record(z.string().max(100), writtenText().trim().max(4096))
  .refine((values) => Object.keys(values).length <= MOST_VALUES)
const Wanted = z.object({
  name: z.string().max(600),
  language: z.string().max(40),
  values: Values.default({}).describe('A value for each of the template’s variables, by its key.'),
  client_key: NewMessage.shape.client_key,
})
const conversationParams = z.object({ id: Id })
const responses = {
  201: { description: 'It will be sent; the message says in which conversation it stands.', schema: Message },
  ...problems,
} as const

export const sendTemplate = route({
  method: 'post',
  path: '/v1/conversations/{id}/template',
  operationId: 'sendTemplate',
  summary:
    'Send an approved template to the customer: as the agent who has the conversation, or from a closed one, which begins the next and gives it to the sender',
  permission: 'conversations:answer',
  params: conversationParams,
  body: Wanted.meta({ id: 'NewTemplateMessage' }),
  responses,
})

/** JSON within an address; what is none is refused as what it should have been. */
const json = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

export const sendTemplateWithFile = route({
  method: 'post',
  path: '/v1/conversations/{id}/template-with-file',
  operationId: 'sendTemplateWithFile',
  summary: 'Send a template that begins with a file, as `sendTemplate` does others; the body is the file',
  permission: 'conversations:answer',
  params: conversationParams,
  query: Wanted.extend({
    values: z.string().max(20_000).default('{}').transform(json).pipe(Values).describe('The values as JSON.'),
    file_name: writtenText().trim().min(1).max(200).optional(),
  }),
  file: { mostBytes: MOST_SENT_BYTES.document },
  responses,
})
