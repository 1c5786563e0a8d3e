// Shapes and routes of saved replies.
import { z } from 'zod'
import { route } from '../lib/route.ts'
import { atMost, Id, Instant, problems, refusal, writtenText } from '../lib/shapes.ts'
import { BRACED } from './braces-schema.ts'

/** What stands in braces in a saved reply and becomes what it names when the reply is put in. */
export const REPLY_VARIABLES = ['name', 'phone', 'agent', 'organization'] as const
export type ReplyVariable = (typeof REPLY_VARIABLES)[number]

export const SavedReplyInput = z
  .object({
    name: writtenText().trim().min(1, refusal('reply_name_missing', 'Give the reply a name.')).max(100, atMost(100)),
    text: writtenText()
      .max(4096, atMost(4096))
      .refine((text) => text.trim() !== '', refusal('reply_text_missing', 'Write the reply.'))
      .refine(
        (text) =>
          [...text.matchAll(BRACED)].every(([, word]) => (REPLY_VARIABLES as readonly string[]).includes(word!)),
        refusal('reply_variable_unknown', 'Only the words name, phone, agent and organization can stand in braces.'),
      ),
  })
  .meta({ id: 'SavedReplyInput' })

export const SavedReply = z
  .object({ id: Id, name: z.string(), text: z.string(), updated_at: Instant })
  .meta({ id: 'SavedReply' })
export type SavedReply = z.output<typeof SavedReply>

const params = z.object({ id: Id })

export const listSavedReplies = route({
  method: 'get',
  path: '/v1/saved-replies',
  operationId: 'listSavedReplies',
  summary: 'The saved replies of the organization, by name',
  permission: 'conversations:read',
  responses: {
    200: {
      description: 'All of them.',
      schema: z.object({ replies: z.array(SavedReply) }).meta({ id: 'SavedReplyList' }),
    },
    ...problems,
  },
})

export const createSavedReply = route({
  method: 'post',
  path: '/v1/saved-replies',
  operationId: 'createSavedReply',
  summary: 'Save a reply',
  permission: 'replies:write',
  body: SavedReplyInput,
  responses: { 201: { description: 'Saved.', schema: SavedReply }, ...problems },
})

export const updateSavedReply = route({
  method: 'put',
  path: '/v1/saved-replies/{id}',
  operationId: 'updateSavedReply',
  summary: 'Change a saved reply; refused when somebody has changed it meanwhile',
  permission: 'replies:write',
  params,
  body: SavedReplyInput.extend({
    seen_at: Instant.optional().describe('updated_at of what the caller looked at.'),
  }),
  responses: { 200: { description: 'Changed.', schema: SavedReply }, ...problems },
})

export const deleteSavedReply = route({
  method: 'delete',
  path: '/v1/saved-replies/{id}',
  operationId: 'deleteSavedReply',
  summary: 'Delete a saved reply; what was written with it stays as it is',
  permission: 'replies:write',
  params,
  responses: { 204: { description: 'Deleted.' }, ...problems },
})
