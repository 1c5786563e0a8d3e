// Shapes of the files of messages, which can be sent, and the route by which one is read.
import { z } from 'zod'
import { route } from '../lib/route.ts'
import { Id, Instant, problems } from '../lib/shapes.ts'

/** What WhatsApp takes, and as which kind of message it goes. https://developers.facebook.com/docs/whatsapp/cloud-api/reference/media */
export const SENT_AS: Readonly<Record<string, 'image' | 'video' | 'audio' | 'document'>> = {
  'image/jpeg': 'image',
  'image/png': 'image',
  'video/mp4': 'video',
  'video/3gpp': 'video',
  'audio/aac': 'audio',
  'audio/amr': 'audio',
  'audio/mp4': 'audio',
  'audio/mpeg': 'audio',
  'audio/ogg': 'audio',
  'application/pdf': 'document',
  'application/msword': 'document',
  'application/vnd.ms-excel': 'document',
  'application/vnd.ms-powerpoint': 'document',
  'application/vnd.openxmlformats-officedocument.presentationml.presentation': 'document',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'document',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'document',
  'text/plain': 'document',
}
const MB = 1_000_000
/** Of images WhatsApp takes no more. Documents could be larger there; here they pass through memory. */
export const MOST_SENT_BYTES = { image: 5 * MB, video: 16 * MB, audio: 16 * MB, document: 16 * MB } as const

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
