// The shape and route of trying a tag on conversations that are closed, before anything changes.
import { z } from 'zod'
import { route } from '../lib/route.ts'
import { Id, Instant, problems } from '../lib/shapes.ts'
import { MODEL_REASONS } from '../models/schema.ts'
import { AiReason, Evidence } from '../tags/evidence-schema.ts'
import { CreateTag, TagSource } from '../tags/schema.ts'
import { Threshold } from './schema.ts'

/** Conversations in one call: it takes a second or two, of a language model up to 45, and a caller stops by not asking on. */
export const TRIED_AT_ONCE = 5

const Verdict = z
  .object({
    outcome: z.enum(['apply', 'suggest']).describe('What would become of the tag if AIs may put it on.'),
    confidence: z.number(),
    evidence: Evidence,
    reason: AiReason.nullable(),
    engine: z.string().describe('Who judged: built-in, or a language model by its name.'),
  })
  .meta({ id: 'TriedVerdict' })

export const Tried = z
  .object({
    conversation_id: Id,
    closed_at: Instant,
    contact: z.object({
      id: Id,
      name: z.string().nullable(),
      phone: z.string().nullable(),
      username: z.string().nullable(),
    }),
    carries: TagSource.nullable().describe('How the contact got the tag that it carries now.'),
    held_back: z.boolean().describe('A person took it off or rejected it after this evidence: an AI leaves it off.'),
    before: Verdict.nullable().describe(
      'With the name and description as they are saved; where a language model judges, what an AI went by when it put the tag on.',
    ),
    after: Verdict.nullable().describe('With those that are tried.'),
  })
  .meta({ id: 'Tried' })
export type Tried = z.output<typeof Tried>

export const tryTag = route({
  method: 'post',
  path: '/v1/ai/tags/try',
  operationId: 'tryTag',
  summary:
    'What whoever tags closed conversations would do with a tag as it is written here, in those that are closed, newest first',
  permission: 'tags:write',
  body: z.object({
    tag_id: Id.nullable().default(null).describe('The tag that is being edited; null for a new one.'),
    name: CreateTag.shape.name,
    description: CreateTag.shape.description,
    threshold: Threshold.default(0.5),
    engine: z
      .enum(['chosen', 'built_in'])
      .default('chosen')
      .describe('Who judges: whoever tags closed conversations, or in any case the built-in classifier.'),
    limit: z.int().min(1).max(TRIED_AT_ONCE).default(TRIED_AT_ONCE),
    cursor: z
      .object({ closed_at: Instant, id: Id })
      .nullable()
      .default(null)
      .describe('next_cursor of the call before; null begins with the newest.'),
  }),
  responses: {
    200: {
      description: 'The conversations in which the tag would be put on or suggested, now or as it is saved.',
      schema: z
        .object({
          read: z.int().describe('How many conversations were read.'),
          tried: z.array(Tried),
          judged_by: z.array(z.string()).describe('Who judged them: built-in, or a language model by its name.'),
          failed: z
            .object({ reason: z.enum(MODEL_REASONS), engine: z.string() })
            .nullable()
            .describe('Why a language model gave no answer on the next one; those before it are read.'),
          next_cursor: z
            .object({ closed_at: Instant, id: Id })
            .nullable()
            .describe(
              'Where to go on: null when all are read. After a failure it leads to the conversation that was not judged, so it is the cursor of this call where nothing was read.',
            ),
        })
        .meta({ id: 'TriedTag' }),
    },
    ...problems,
  },
})
