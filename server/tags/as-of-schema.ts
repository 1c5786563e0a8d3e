// The shape and route of the tags that a contact carried at some time.
import { z } from 'zod'
import { route } from '../lib/route.ts'
import { Id, Instant, problems } from '../lib/shapes.ts'
import { Assignment } from './schema.ts'

export const CarriedTag = z
  .object({
    ...Assignment.omit({ removable: true, evidence: true }).shape,
    removed_at: Instant.nullable().describe('When it was taken off since; null when it is still on.'),
  })
  .meta({ id: 'CarriedTag' })
export type CarriedTag = z.output<typeof CarriedTag>

export const listTagsAsOf = route({
  method: 'get',
  path: '/v1/contacts/{id}/tags',
  operationId: 'listTagsAsOf',
  summary: 'The tags that a contact carries, or carried at some time, with where each came from',
  permission: 'contacts:read',
  scope: 'contacts:read',
  params: z.object({ id: Id }),
  query: z.object({
    as_of: Instant.optional().meta({
      description:
        'ISO 8601 with its zone, such as 2026-03-01T09:30:00+01:00; now unless it is given. A tag counts from the instant at which it was put on until before the one at which it was taken off.',
      examples: ['2026-03-01T09:30:00Z'],
    }),
  }),
  responses: {
    200: {
      description:
        'By name, each once. Names and colors are those of today, and `deleted` says whether the catalog has it today. What was carried of a tag, or of a contact, that was merged counts as the survivor’s, from when it was put on.',
      schema: z
        .object({ as_of: Instant.describe('The time that is spoken of.'), tags: z.array(CarriedTag) })
        .meta({ id: 'TagsAsOf' }),
    },
    ...problems,
  },
})
