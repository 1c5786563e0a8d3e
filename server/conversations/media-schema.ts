// Shapes of the files of messages, which can be sent, and the route by which one is read.
import { z } from 'zod'
import { route } from '../lib/route.ts'
import { Id, Instant, problems } from '../lib/shapes.ts'

export const Media = z
  .object({
    id: Id,
    mime_type: z.string().nullable(),
    size: z.int().nullable().describe('In bytes; null until it is known.'),
    file_name: z.string().nullable(),
    state: z.enum(['waiting', 'stored', 'failed', 'too_large']).describe('Waiting: it is being fetched from WhatsApp.'),
    error: z
      .enum(['gone', 'refused', 'token_refused', 'token_missing', 'address_private', 'damaged', 'unreachable'])
      .nullable()
      .describe('Why the last attempt to fetch it brought nothing.'),
    available_until: Instant.nullable().describe(
      'Of one that was given up: until then WhatsApp keeps it, and it can be fetched again.',
    ),
  })
  .meta({ id: 'Media' })
export type Media = z.output<typeof Media>

export const getMedia = route({
  method: 'get',
  path: '/v1/media/{id}',
  operationId: 'getMedia',
  summary: 'The file of a message, or the part of it that the header Range names',
  permission: 'conversations:read',
  scope: 'conversations:read',
  params: z.object({ id: Id }),
  query: z.object({
    organization: z.string().max(200).optional().describe('In place of the header, where a browser sets none.'),
  }),
  responses: {
    200: { description: 'The file.', contentType: 'application/octet-stream' },
    206: { description: 'A part of it.', contentType: 'application/octet-stream' },
    304: { description: 'It is what the caller has.' },
    416: { description: 'It has no such part.' },
    ...problems,
  },
})
