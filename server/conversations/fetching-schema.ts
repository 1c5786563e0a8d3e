// Route by which a file that was given up is fetched from WhatsApp again.
import { z } from 'zod'
import { route } from '../lib/route.ts'
import { Id, problems } from '../lib/shapes.ts'
import { Message } from './schema.ts'

export const fetchMediaAgain = route({
  method: 'post',
  path: '/v1/media/{id}/fetch',
  operationId: 'fetchMediaAgain',
  summary: 'Fetch the file of a message from WhatsApp again, after it was given up',
  permission: 'conversations:answer',
  params: z.object({ id: Id }),
  responses: {
    200: { description: 'The message; its file is being fetched, unless it is here.', schema: Message },
    ...problems,
  },
})
