// Shapes and routes of what the built-in classifier learned from people.
import { z } from 'zod'
import { route } from '../lib/route.ts'
import { Id, Instant, problems } from '../lib/shapes.ts'

const LearnedTag = z
  .object({
    tag_id: Id,
    positives: z.int().describe('In how many conversations people gave it.'),
    negatives: z.int().describe('In how many they took it off or rejected it.'),
    by_ai: z.int().describe('How often an AI put it on lately, twenty times at most.'),
    taken_off: z.int().describe('How many of these a person soon took off.'),
    threshold: z.number().describe('How sure an AI must be now: more than was set, when people took off too many.'),
  })
  .meta({ id: 'LearnedTag' })
export type LearnedTag = z.output<typeof LearnedTag>

export const Learning = z
  .object({
    state: z.enum(['resting', 'waiting', 'learning', 'failing']),
    progress: z.number().describe('From 0 to 1, while it learns.'),
    learned_at: Instant.nullable(),
    conversations: z.int().describe('From so many it has learned.'),
    new_lessons: z.int().describe('So many decisions were made since.'),
    since: Instant.nullable().describe('Decisions before it do not count; null when all do.'),
    tags: z.array(LearnedTag).describe('The active tags of the catalog.'),
  })
  .meta({ id: 'Learning' })
export type Learning = z.output<typeof Learning>

export const getLearning = route({
  method: 'get',
  path: '/v1/ai/learning',
  operationId: 'getLearning',
  summary: 'From how many examples the built-in classifier has learned, and how far people trust each tag of AIs',
  permission: 'tags:write',
  responses: { 200: { description: 'As it is now.', schema: Learning }, ...problems },
})

export const forgetLearning = route({
  method: 'post',
  path: '/v1/ai/learning/forget',
  operationId: 'forgetLearning',
  summary: 'Forget what was learned; only decisions from now on count',
  permission: 'organization:manage',
  responses: { 200: { description: 'As it is now.', schema: Learning }, ...problems },
})

export const rebuildLearning = route({
  method: 'post',
  path: '/v1/ai/learning/rebuild',
  operationId: 'rebuildLearning',
  summary: 'Learn anew from all decisions that are known, in the background',
  permission: 'organization:manage',
  responses: { 200: { description: 'As it is now.', schema: Learning }, ...problems },
})
