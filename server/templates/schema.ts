// Shapes and routes of message templates: what an account has that is approved, and sending one.
import { z } from 'zod'
import { Template } from '../channels/whatsapp/template.ts'
import { Message, NewMessage } from '../conversations/schema.ts'
import { route } from '../lib/route.ts'
import { Id, problems, writtenText } from '../lib/shapes.ts'

export { fillIn, filledTarget, type Template, type TemplateVariable } from '../channels/whatsapp/template.ts'

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

export const sendTemplate = route({
  method: 'post',
  path: '/v1/conversations/{id}/template',
  operationId: 'sendTemplate',
  summary:
    'Send an approved template to the customer: as the agent who has the conversation, or from a closed one, which begins the next and gives it to the sender',
  permission: 'conversations:answer',
  params: z.object({ id: Id }),
  body: z
    .object({
      name: z.string().max(600),
      language: z.string().max(40),
      values: z
        .record(z.string().max(100), writtenText().trim().max(4096))
        .refine((values) => Object.keys(values).length <= MOST_VALUES)
        .default({})
        .describe('A value for each of the template’s variables, by its key.'),
      client_key: NewMessage.shape.client_key,
    })
    .meta({ id: 'NewTemplateMessage' }),
  responses: {
    201: { description: 'It will be sent; the message says in which conversation it stands.', schema: Message },
    ...problems,
  },
})
