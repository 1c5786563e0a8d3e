// Shapes and routes of suggested tags, and of what AIs may do with each tag of the catalog.
import { z } from 'zod'
import { route } from '../lib/route.ts'
import { Id, Instant, pageLimit, problems, refusal } from '../lib/shapes.ts'
import { AiReason, Evidence } from '../tags/evidence-schema.ts'
import { TagChip } from '../tags/schema.ts'

/** What an AI may do with a tag: nothing, propose it, or put it on. */
export const AI_MODES = ['off', 'suggest', 'apply'] as const
export const AiMode = z.enum(AI_MODES).meta({ id: 'AiMode' })
export type AiMode = z.output<typeof AiMode>

export const Threshold = z
  .number()
  .min(0, refusal('share_range', 'Give a share from 0 to 1, such as 0.5.'))
  .max(1, refusal('share_range', 'Give a share from 0 to 1, such as 0.5.'))
  .describe('How sure an AI must be to put the tag on, from 0 to 1; below, it only suggests it.')

export const AiTag = z
  .object({ tag: TagChip, description: z.string(), mode: AiMode, threshold: Threshold })
  .meta({ id: 'AiTag' })
export type AiTag = z.output<typeof AiTag>

export const listAiTags = route({
  method: 'get',
  path: '/v1/ai/tags',
  operationId: 'listAiTags',
  summary: 'What AIs may do with each tag of the catalog, by name',
  permission: 'tags:read',
  scope: 'tags:read',
  responses: {
    200: { description: 'All active tags.', schema: z.object({ tags: z.array(AiTag) }).meta({ id: 'AiTagList' }) },
    ...problems,
  },
})

export const changeAiTags = route({
  method: 'put',
  path: '/v1/ai/tags',
  operationId: 'changeAiTags',
  summary: 'Set what AIs may do with tags; all of them or, when one is refused, none',
  permission: 'tags:write',
  body: z.object({
    tags: z
      .array(z.object({ id: Id, mode: AiMode.optional(), threshold: Threshold.optional() }))
      .min(1, refusal('no_tag_named', 'Name at least one tag.'))
      .max(5000)
      .refine(
        (tags) => tags.every(({ mode, threshold }) => mode !== undefined || threshold !== undefined),
        refusal('no_ai_change', 'Say what to change: mode or threshold.'),
      ),
  }),
  responses: {
    200: { description: 'As they are now.', schema: z.object({ tags: z.array(AiTag) }).meta({ id: 'AiTagList' }) },
    ...problems,
  },
})

export const Suggestion = z
  .object({
    id: Id,
    contact: z.object({
      id: Id,
      name: z.string().nullable(),
      phone: z.string().nullable(),
      username: z.string().nullable(),
    }),
    tag: TagChip,
    confidence: z.number().nullable().describe('From 0 to 1; null when an AI agent’s key asked for it.'),
    source: z.enum(['ai_tool', 'ai_auto_close']),
    engine: z.string().describe('The model, the classifier, or the name of the key.'),
    reason: AiReason.nullable(),
    conversation_id: Id,
    evidence: Evidence.nullable(),
    made_at: Instant,
  })
  .meta({ id: 'Suggestion' })
export type Suggestion = z.output<typeof Suggestion>

export const listSuggestions = route({
  method: 'get',
  path: '/v1/suggestions',
  operationId: 'listSuggestions',
  summary: 'Suggested tags that nobody has decided on, newest first',
  permission: 'contacts:tag',
  query: z.object({
    contact_id: Id.optional().describe('Only those for this contact.'),
    limit: pageLimit({ most: 200, usual: 50 }),
    cursor: Id.optional().describe('next_cursor of the page before.'),
  }),
  responses: {
    200: {
      description: 'A page.',
      schema: z
        .object({ suggestions: z.array(Suggestion), total: z.int(), next_cursor: Id.nullable() })
        .meta({ id: 'SuggestionPage' }),
    },
    ...problems,
  },
})

export const decideSuggestions = route({
  method: 'post',
  path: '/v1/suggestions/decide',
  operationId: 'decideSuggestions',
  summary: 'Accept and reject suggested tags; what was decided already is passed over',
  permission: 'contacts:tag',
  body: z
    .object({ accept: z.array(Id).max(200).default([]), reject: z.array(Id).max(200).default([]) })
    .refine(
      ({ accept, reject }) => accept.length + reject.length > 0,
      refusal('no_suggestion', 'Name at least one suggestion.'),
    )
    .refine(
      ({ accept, reject }) => !accept.some((id) => reject.includes(id)),
      refusal('suggestion_both', 'A suggestion can be accepted or rejected, not both.'),
    ),
  responses: {
    200: {
      description: 'What was decided by this call.',
      schema: z
        .object({ accepted: z.array(Id), rejected: z.array(Id), passed_over: z.array(Id) })
        .meta({ id: 'DecidedSuggestions' }),
    },
    ...problems,
  },
})

export const Analysis = z
  .object({
    state: z.enum(['waiting', 'done', 'failed']),
    engine: z.string().nullable().describe('built-in, or the language model; null until it is done.'),
    fallback: z
      .string()
      .nullable()
      .describe('Why the language model that was chosen did not do it, such as budget_used_up.'),
    guarded: z.boolean().describe('A message talked to whoever tags, so that nothing was put on.'),
    applied: z.int(),
    suggested: z.int(),
    held_back: z.int().describe('Deserved, and left: on already, or taken off by a person.'),
    refused: z.int().describe('Named by a language model, and not taken: not in the catalog, or without evidence.'),
    finished_at: Instant.nullable(),
  })
  .meta({ id: 'Analysis' })
export type Analysis = z.output<typeof Analysis>

export const getAnalysis = route({
  method: 'get',
  path: '/v1/conversations/{id}/analysis',
  operationId: 'getAnalysis',
  summary: 'What became of the analysis of a closed conversation',
  permission: 'conversations:read',
  params: z.object({ id: Id }),
  responses: {
    200: {
      description: 'null where there is none, as of an open conversation.',
      schema: z.object({ analysis: Analysis.nullable() }),
    },
    ...problems,
  },
})
