// Shapes and routes of AI agents: who answers customers by a language model, on which numbers, and what they did.
import { z } from 'zod'
import { route } from '../lib/route.ts'
import { atMost, Id, Instant, pageLimit, problems, refusal, writtenText } from '../lib/shapes.ts'
import { TagChip } from '../tags/schema.ts'

export const MOST_INSTRUCTIONS = 8000
export const MOST_ANSWERS = 200
/** A conversation expires after a day by itself. */
export const IDLE_MINUTES = { least: 5, most: 23 * 60 } as const
const MOST_WORDS = 50

const AgentName = writtenText()
  .trim()
  .min(1, refusal('ai_agent_name_missing', 'Give the agent a name: customers are answered in it.'))
  .max(64, atMost(64))
  .refine((name) => !/\p{Cc}/u.test(name), refusal('control_characters', 'Leave out control characters.'))

const whole = (least: number, most: number) => {
  const outside = refusal('number_outside', `Give a whole number from ${least} to ${most}.`, { least, most })
  return z.int(outside).min(least, outside).max(most, outside)
}

export const AiAgentSettings = z
  .object({
    name: AgentName,
    active: z.boolean(),
    user_facing: z.boolean().describe('It answers customers; otherwise it reads conversations once they are closed.'),
    instructions: writtenText().max(MOST_INSTRUCTIONS, atMost(MOST_INSTRUCTIONS)),
    provider_id: Id.nullable().describe('The language model; without one it does nothing.'),
    channel_ids: z.array(Id).max(200).describe('The numbers that it works on.'),
    hand_over_words: z
      .array(writtenText().trim().min(1, refusal('hand_over_word_empty', 'Leave out empty words.')).max(60, atMost(60)))
      .max(MOST_WORDS, refusal('too_many_words', `Use at most ${MOST_WORDS} words.`, { max: MOST_WORDS }))
      .describe('A customer who writes one of them gets a person.'),
    most_answers: whole(1, MOST_ANSWERS).describe('After so many answers in a conversation a person goes on.'),
    close_after_minutes: whole(IDLE_MINUTES.least, IDLE_MINUTES.most)
      .nullable()
      .describe(
        'So long after its last answer, without a word of the customer, it closes the conversation. Null: never.',
      ),
  })
  .meta({ id: 'AiAgentSettings' })
export type AiAgentSettings = z.output<typeof AiAgentSettings>

export const AiAgent = AiAgentSettings.extend({
  id: Id,
  updated_at: Instant,
  open_conversations: z.int().describe('How many it has now.'),
}).meta({ id: 'AiAgent' })
export type AiAgent = z.output<typeof AiAgent>

export const ACT_KINDS = [
  'read',
  'took',
  'answered',
  'tagged',
  'suggested',
  'untagged',
  'refused',
  'handed_over',
  'silenced',
  'closed',
  'failed',
] as const

/** Why a conversation went to people, or an answer failed. */
export const ACT_REASONS = [
  'asked_by_model',
  'words',
  'most_answers',
  'window_closed',
  'no_provider',
  'budget_used_up',
  'time_out',
  'unreachable',
  'key_refused',
  'no_credit',
  'model_unknown',
  'throttled',
  'model_refused',
  'garbage',
  'unknown_tool',
  'invalid_input',
  'too_many_steps',
  'too_long',
  'leak',
  'colleague_wrote',
  'not_delivered',
  'inactivity',
  'person_took',
  'switched_off',
  'closed_elsewhere',
  'not_in_catalog',
  'no_evidence',
  'talks_to_tagger',
  'held_back',
  'not_its_own',
  'too_many_tags',
  'failed',
] as const
export type ActReason = (typeof ACT_REASONS)[number]

export const AiAgentAct = z
  .object({
    id: Id,
    at: Instant,
    kind: z.enum(ACT_KINDS),
    conversation_id: Id,
    contact: z.object({
      id: Id,
      name: z.string().nullable(),
      phone: z.string().nullable(),
      username: z.string().nullable(),
    }),
    tag: TagChip.nullable(),
    message: z
      .string()
      .nullable()
      .describe('The beginning of what it answered, as it reads now; null when that was deleted.'),
    reason: z.string().nullable().describe('One of few words, such as most_answers.'),
    words: z.string().nullable().describe('What it wrote for colleagues; of silenced, by whom.'),
  })
  .meta({ id: 'AiAgentAct' })
export type AiAgentAct = z.output<typeof AiAgentAct>

export const AiAgentFigures = z
  .object({
    conversations: z.int(),
    answers: z.int(),
    handed_over: z.int(),
    tagged: z.int(),
    untagged: z.int(),
    failed: z.int(),
    closed: z.int(),
  })
  .meta({ id: 'AiAgentFigures' })
export type AiAgentFigures = z.output<typeof AiAgentFigures>

/** What an AI agent told colleagues when it handed a conversation over. */
export const HandOver = z
  .object({
    id: Id,
    at: Instant,
    conversation_id: Id,
    agent: z.object({ id: Id, name: z.string() }),
    reason: z.string().nullable(),
    summary: z.string().nullable(),
  })
  .meta({ id: 'AiHandOver' })
export type HandOver = z.output<typeof HandOver>

const params = z.object({ id: Id })
const ok = <S extends z.ZodType>(description: string, schema: S) =>
  ({ 200: { description, schema }, ...problems }) as const

export const listAiAgents = route({
  method: 'get',
  path: '/v1/ai-agents',
  operationId: 'listAiAgents',
  summary: 'The AI agents, by name',
  permission: 'organization:manage',
  responses: ok('All of them.', z.object({ agents: z.array(AiAgent) }).meta({ id: 'AiAgentList' })),
})

export const getAiAgent = route({
  method: 'get',
  path: '/v1/ai-agents/{id}',
  operationId: 'getAiAgent',
  summary: 'One AI agent, with what it did in the last 30 days in figures',
  permission: 'organization:manage',
  params,
  responses: ok('The agent.', z.object({ agent: AiAgent, figures: AiAgentFigures }).meta({ id: 'AiAgentWithFigures' })),
})

export const createAiAgent = route({
  method: 'post',
  path: '/v1/ai-agents',
  operationId: 'createAiAgent',
  summary: 'Add an AI agent; one active agent a number answers customers, and one works behind the scenes',
  permission: 'organization:manage',
  body: AiAgentSettings,
  responses: { 201: { description: 'Added.', schema: AiAgent }, ...problems },
})

export const updateAiAgent = route({
  method: 'put',
  path: '/v1/ai-agents/{id}',
  operationId: 'updateAiAgent',
  summary: 'Change an AI agent; refused when somebody has changed it meanwhile',
  permission: 'organization:manage',
  params,
  body: AiAgentSettings.extend({
    seen_at: Instant.optional().describe('updated_at of what the caller looked at.'),
  }),
  responses: ok('Changed. What it has on numbers that it answers no more waits again.', AiAgent),
})

export const removeAiAgent = route({
  method: 'delete',
  path: '/v1/ai-agents/{id}',
  operationId: 'removeAiAgent',
  summary: 'Remove an AI agent: its conversations wait again, and its name stays with what it did',
  permission: 'organization:manage',
  params,
  responses: { 204: { description: 'Removed.' }, ...problems },
})

export const listAiAgentActs = route({
  method: 'get',
  path: '/v1/ai-agents/{id}/acts',
  operationId: 'listAiAgentActs',
  summary: 'What an AI agent did, newest first',
  permission: 'organization:manage',
  params,
  query: z.object({
    kinds: z.enum(['all', 'handed_over', 'tags', 'failures']).default('all').describe('Only such acts.'),
    limit: pageLimit({ most: 200, usual: 50 }),
    cursor: Id.optional().describe('next_cursor of the page before.'),
  }),
  responses: ok(
    'A page.',
    z.object({ acts: z.array(AiAgentAct), next_cursor: Id.nullable() }).meta({ id: 'AiAgentActPage' }),
  ),
})

export const listHandOvers = route({
  method: 'get',
  path: '/v1/conversations/{id}/ai-hand-overs',
  operationId: 'listHandOvers',
  summary:
    'What AI agents told colleagues when they handed over conversations of this contact and number; customers never see it',
  permission: 'conversations:read',
  params,
  responses: ok(
    'Oldest first, at most the newest 100.',
    z.object({ hand_overs: z.array(HandOver) }).meta({ id: 'AiHandOverList' }),
  ),
})
