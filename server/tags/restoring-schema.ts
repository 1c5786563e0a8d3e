// The shape and route of restoring several deleted tags in one call.
import { z } from 'zod'
import { route } from '../lib/route.ts'
import { Id, problems } from '../lib/shapes.ts'
import { TagChip, TagIds } from './schema.ts'

/** What became of restoring several tags. */
export const RestoredTags = z
  .object({
    restored: z.array(Id),
    refused: z
      .array(
        z.object({
          tag: TagChip,
          reason: z.enum(['name_taken', 'tag_merged']),
          by: TagChip,
        }),
      )
      .describe('Each by the tag that bears its name now, or that it was merged into.'),
  })
  .meta({ id: 'RestoredTags' })
export type RestoredTags = z.output<typeof RestoredTags>

export const restoreTags = route({
  method: 'post',
  path: '/v1/tags/restore',
  operationId: 'restoreTags',
  summary: 'Restore deleted tags, those that can be; tags that are active already count as restored',
  permission: 'tags:write',
  scope: 'tags:write',
  body: TagIds,
  responses: { 200: { description: 'Which were, and which not.', schema: RestoredTags }, ...problems },
})
