// Shapes and routes of model providers: which language models there are, what they may use up, and what they were asked.
import { z } from 'zod'
import { route } from '../lib/route.ts'
import { atMost, filledText, Id, Instant, nameText, problems, refusal, writtenText } from '../lib/shapes.ts'

export const PROVIDER_KINDS = ['openai_compatible', 'anthropic'] as const
export const ProviderKind = z.enum(PROVIDER_KINDS)
export type ProviderKind = z.output<typeof ProviderKind>

/** What a model is asked for. */
export const PURPOSES = ['auto_close', 'agent', 'test', 'try'] as const
export type Purpose = (typeof PURPOSES)[number]

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
  name: nameText(refusal('model_provider_nameless', 'Give the provider a name.')),
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
