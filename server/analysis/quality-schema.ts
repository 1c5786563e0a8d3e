// Shapes and routes of how well AIs tag: per tag and source, by week, and which tags they confuse.
import { z } from 'zod'
import { route } from '../lib/route.ts'
import { Instant, problems } from '../lib/shapes.ts'
import { TagChip } from '../tags/schema.ts'
import { AiMode } from './schema.ts'

/** How far back is looked. */
export const QUALITY_WEEKS = 12
/** With fewer decisions a share would say nothing. */
export const FEWEST_DECISIONS = 5
/** Times that people took off or rejected a tag that are looked at for what they put on instead: the last so many of either. */
export const MOST_CORRECTIONS = 5000
/** Tags whose names and descriptions are compared, those that most contacts carry first. */
export const MOST_COMPARED = 300

const counts = {
  applied: z.int().describe('Put on by the AI.'),
  kept: z.int().describe('Of those: nobody took them off, as of now.'),
  removed: z.int().describe('Of those: a person or another system took them off.'),
  suggested: z.int(),
  accepted: z.int().describe('Of what was suggested.'),
  rejected: z.int().describe('Of what was suggested.'),
}

export const TagQuality = z
  .object({
    tag: TagChip,
    mode: AiMode,
    source: z.enum(['ai_auto_close', 'ai_tool']),
    ...counts,
    weeks: z
      .array(z.object(counts))
      .length(QUALITY_WEEKS)
      .describe('The same by week in which it was put on or suggested, the oldest first; the last one ends now.'),
  })
  .meta({ id: 'TagQuality' })
export type TagQuality = z.output<typeof TagQuality>

export const Confusion = z.object({ taken_off: TagChip, put_on: TagChip, times: z.int() }).meta({ id: 'TagConfusion' })

export const getTagQuality = route({
  method: 'get',
  path: '/v1/ai/quality',
  operationId: 'getTagQuality',
  summary: 'What became of the tags that AIs put on and suggested in the last twelve weeks',
  permission: 'tags:write',
  responses: {
    200: {
      description: 'A row for each tag and source of which there is something to say, the most used first.',
      schema: z
        .object({
          since: Instant,
          tags: z.array(TagQuality),
          confused: z
            .array(Confusion)
            .describe(
              'People took off, or rejected, the first of an AI and put on the second within a day, most often first; among the last 5,000 times of either.',
            ),
        })
        .meta({ id: 'TagQualityPage' }),
    },
    ...problems,
  },
})

export const listTagOverlaps = route({
  method: 'get',
  path: '/v1/ai/quality/overlaps',
  operationId: 'listTagOverlaps',
  summary: 'Tags whose names and descriptions are alike, as the built-in classifier reads them',
  permission: 'tags:write',
  responses: {
    200: {
      description: 'The likest pairs first.',
      schema: z
        .object({
          overlaps: z.array(
            z.object({
              tags: z.tuple([TagChip, TagChip]),
              words: z.number().describe('What share of their telling words they have in common, from 0 to 1.'),
              meaning: z
                .number()
                .nullable()
                .describe('How alike their meanings are, from 0 to 1; null when only words were compared.'),
            }),
          ),
          compared: z.int().describe(`How many tags were compared: at most ${MOST_COMPARED}.`),
          all: z.int().describe('How many active tags there are.'),
        })
        .meta({ id: 'TagOverlaps' }),
    },
    ...problems,
  },
})
