// Shapes and routes of model providers: which language models there are, what they may use up, and what they were asked.
import { z } from 'zod'
import { route } from '../lib/route.ts'
import { atMost, filledText, Id, Instant, nameText, pageLimit, problems, refusal, writtenText } from '../lib/shapes.ts'
import { PURPOSES, OUTCOMES } from './purposes-schema.ts'

export const PROVIDER_KINDS = ['openai_compatible', 'anthropic'] as const
export const ProviderKind = z.enum(PROVIDER_KINDS)
export type ProviderKind = z.output<typeof ProviderKind>

/** Why there is no answer of a model that can be used. */
export const MODEL_REASONS = [
  'no_provider',
  'key_lost',
  'budget_used_up',
  'address_invalid',
  'address_private',
  'name_unknown',
  'unreachable',
  'silent',
  'too_large',
  'key_refused',
  'no_credit',
  'throttled',
  'model_unknown',
  'refused',
  'failing',
  'garbage',
  'cancelled',
] as const
export type ModelReason = (typeof MODEL_REASONS)[number]

const baseAddress = refusal('model_url_incomplete', 'Write a whole address, such as https://api.openai.com/v1.')
const price = z
  .number()
  .min(0, refusal('model_price_range', 'Write a price from 0 to 100000, or none.'))
  .max(100_000, refusal('model_price_range', 'Write a price from 0 to 100000, or none.'))
  .nullable()

const settings = {
  name: nameText(refusal('model_provider_nameless', 'Give the language model a name.')),
  base_url: filledText(baseAddress, 500)
    .refine((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol), baseAddress)
    .refine(
      (text) => {
        const { username, password, search, hash } = URL.canParse(text) ? new URL(text) : new URL('http://a')
        return `${username}${password}${search}${hash}` === ''
      },
      refusal('model_url_extras', 'Leave out user name, password, ? and #: the key has a field of its own.'),
    )
    .transform((text) => text.replace(/\/+$/, '')),
  model: filledText(refusal('model_nameless', 'Name the model, as its provider spells it.'), 200),
  input_price: price.default(null).describe('For a million tokens that it reads.'),
  output_price: price.default(null).describe('For a million tokens that it writes.'),
}
const apiKey = writtenText()
  .trim()
  .max(500, atMost(500))
  .refine(
    (text) => /^[\x21-\x7e]*$/.test(text),
    refusal('model_key_characters', 'The key has characters that no key has. Copy it again.'),
  )

export const NewProvider = z.object({ kind: ProviderKind, ...settings, api_key: apiKey.default('') })
export const ProviderChanges = z.object({
  ...settings,
  api_key: apiKey.nullable().default(null).describe('null keeps the key that there is; empty removes it.'),
})

export const ModelProvider = z
  .object({
    id: Id,
    kind: ProviderKind,
    name: z.string(),
    base_url: z.string(),
    model: z.string(),
    key_end: z.string().nullable().describe('The last characters of its key; null without one.'),
    key_lost: z.boolean().describe('This server cannot open its key: it must be entered again.'),
    input_price: z.number().nullable(),
    output_price: z.number().nullable(),
    created_at: Instant,
    created_by: z.string(),
  })
  .meta({ id: 'ModelProvider' })
export type ModelProvider = z.output<typeof ModelProvider>

export const listProviders = route({
  method: 'get',
  path: '/v1/models/providers',
  operationId: 'listModelProviders',
  summary: 'The language models of the organization',
  permission: 'models:manage',
  responses: {
    200: { description: 'All of them.', schema: z.object({ providers: z.array(ModelProvider) }) },
    ...problems,
  },
})

export const createProvider = route({
  method: 'post',
  path: '/v1/models/providers',
  operationId: 'createModelProvider',
  summary: 'Add a language model',
  permission: 'models:manage',
  body: NewProvider,
  responses: { 201: { description: 'As it is now.', schema: ModelProvider }, ...problems },
})

export const updateProvider = route({
  method: 'patch',
  path: '/v1/models/providers/{id}',
  operationId: 'updateModelProvider',
  summary: 'Change a language model',
  permission: 'models:manage',
  params: z.object({ id: Id }),
  body: ProviderChanges,
  responses: { 200: { description: 'As it is now.', schema: ModelProvider }, ...problems },
})

export const deleteProvider = route({
  method: 'delete',
  path: '/v1/models/providers/{id}',
  operationId: 'deleteModelProvider',
  summary: 'Remove a language model',
  permission: 'models:manage',
  params: z.object({ id: Id }),
  responses: { 204: { description: 'It is gone, and its key with it.' }, ...problems },
})

export const testProvider = route({
  method: 'post',
  path: '/v1/models/providers/{id}/test',
  operationId: 'testModelProvider',
  summary: 'Ask a language model one short question that has nothing of customers in it',
  permission: 'models:manage',
  params: z.object({ id: Id }),
  responses: {
    200: {
      description: 'What came of it; a failure is an outcome too.',
      schema: z
        .object({
          reason: z.enum(MODEL_REASONS).nullable().describe('Why there was no answer; null when there was one.'),
          answer: z.string().describe('The model’s words, or what the other side said of the failure.'),
          status: z.int().nullable(),
          latency_ms: z.int(),
          input_tokens: z.int(),
          output_tokens: z.int(),
        })
        .meta({ id: 'ModelTest' }),
    },
    ...problems,
  },
})

/** The usual number of days for which the log keeps calls. */
export const KEEP_DAYS = 30

const settingsFields = {
  tagging_provider_id: Id.nullable().describe('Who tags closed conversations; null is the built-in classifier.'),
  monthly_tokens: z
    .int()
    .min(0, refusal('model_budget_range', 'Write a number of tokens from 0 on, or leave it empty for no limit.'))
    .max(
      1_000_000_000_000,
      refusal('model_budget_range', 'Write a number of tokens from 0 on, or leave it empty for no limit.'),
    )
    .nullable()
    .describe('For all models together in a month, in UTC; null is no limit.'),
  keep_days: z
    .int()
    .min(1, refusal('days_out_of_range', 'Write a number of days from 1 to 365.', { min: 1, max: 365 }))
    .max(365, refusal('days_out_of_range', 'Write a number of days from 1 to 365.', { min: 1, max: 365 }))
    .describe('How long the log keeps calls.'),
}

export const ModelSettings = z
  .object({
    ...settingsFields,
    month: z.object({
      calls: z.int(),
      input_tokens: z.int(),
      output_tokens: z.int(),
      used_up: z.boolean().describe('Nothing more is asked this month.'),
      ends_at: Instant,
    }),
    week: z
      .object({
        by_model: z.int(),
        by_built_in: z.int(),
        fallbacks: z.array(z.object({ reason: z.string(), count: z.int() })),
        refused: z.int().describe('Tags that a model named and that were not taken.'),
      })
      .describe('The analyses of the last seven days.'),
  })
  .meta({ id: 'ModelSettings' })
export type ModelSettings = z.output<typeof ModelSettings>

export const getSettings = route({
  method: 'get',
  path: '/v1/models/settings',
  operationId: 'getModelSettings',
  summary: 'Which model tags closed conversations, the budget, and what of it is used',
  permission: 'models:manage',
  responses: { 200: { description: 'As they are now.', schema: ModelSettings }, ...problems },
})

export const SettingsChanges = z
  .object({
    tagging_provider_id: settingsFields.tagging_provider_id.optional(),
    monthly_tokens: settingsFields.monthly_tokens.optional(),
    keep_days: settingsFields.keep_days.optional(),
  })
  .refine(
    (changes) => Object.values(changes).some((value) => value !== undefined),
    refusal('no_model_change', 'Say what to change: tagging_provider_id, monthly_tokens or keep_days.'),
  )

export const setSettings = route({
  method: 'patch',
  path: '/v1/models/settings',
  operationId: 'setModelSettings',
  summary: 'Choose which model tags closed conversations, the budget, and how long the log is kept',
  permission: 'models:manage',
  body: SettingsChanges,
  responses: { 200: { description: 'As they are now.', schema: ModelSettings }, ...problems },
})

export const ModelCall = z
  .object({
    id: Id,
    at: Instant,
    purpose: z.enum(PURPOSES),
    provider_name: z.string(),
    model: z.string(),
    conversation_id: Id.nullable(),
    outcome: z.string().nullable().describe('answered, or the reason why not; null while it is under way.'),
    status: z.int().nullable(),
    latency_ms: z.int().nullable(),
    input_tokens: z.int(),
    output_tokens: z.int(),
    estimated: z.boolean().describe('The provider did not count the tokens.'),
    cost: z.number().nullable().describe('At the price that the provider had then.'),
  })
  .meta({ id: 'ModelCall' })
export type ModelCall = z.output<typeof ModelCall>

export const listCalls = route({
  method: 'get',
  path: '/v1/models/calls',
  operationId: 'listModelCalls',
  summary: 'The log of calls of language models, newest first',
  permission: 'models:manage',
  query: z.object({
    purpose: z.enum(PURPOSES).optional(),
    outcome: z.enum(OUTCOMES).optional(),
    limit: pageLimit({ most: 200, usual: 50 }),
    cursor: Id.optional().describe('next_cursor of the page before.'),
  }),
  responses: {
    200: { description: 'A page.', schema: z.object({ calls: z.array(ModelCall), next_cursor: Id.nullable() }) },
    ...problems,
  },
})

export const getCall = route({
  method: 'get',
  path: '/v1/models/calls/{id}',
  operationId: 'getModelCall',
  summary: 'A call with all that was written and answered',
  permission: 'models:manage',
  params: z.object({ id: Id }),
  responses: {
    200: {
      description: 'The exchange is null while it is under way, and once it was erased with its conversation.',
      schema: ModelCall.extend({ exchange: z.object({ request: z.string(), response: z.string() }).nullable() }).meta({
        id: 'ModelCallDetail',
      }),
    },
    ...problems,
  },
})
