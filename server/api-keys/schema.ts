// Shapes and routes of API keys.
import { z } from 'zod'
import { SCOPES } from '../access/scopes.ts'
import { route } from '../lib/route.ts'
import { Id, Instant, nameText, problems, refusal } from '../lib/shapes.ts'

export { SCOPES, type Scope } from '../access/scopes.ts'

export const KEY_KINDS = ['third_party', 'ai_agent'] as const
export const PER_MINUTE = { least: 1, most: 600_000, usual: 600 }
/** Hours for which the key before a rotation is taken. */
export const GRACE_HOURS = [0, 1, 24, 168] as const
const MOST_ADDRESSES = 50

const { least: min, most: max } = PER_MINUTE
const perMinute = refusal('per_minute_out_of_range', `Write a whole number from ${min} to ${max}.`, { min, max })

/** One address, or a network such as 203.0.113.0/24. What PostgreSQL knows as cidr, but for bits behind the network's. */
const Network = z
  .string()
  .trim()
  .refine(
    (text) => z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()]).safeParse(text).success,
    refusal('network_invalid', 'Write addresses such as 203.0.113.7 or networks such as 203.0.113.0/24.'),
  )

const settings = {
  name: nameText(refusal('key_name_missing', 'Give the key a name.')),
  scopes: z
    .array(z.enum(SCOPES))
    .min(1, refusal('no_scope', 'Allow the key something.'))
    .transform((scopes) => SCOPES.filter((scope) => scopes.includes(scope))),
  expires_at: Instant.nullable().default(null).describe('Null for never.'),
  allowed_ips: z
    .array(Network)
    .min(1, refusal('no_network', 'Write an address, or let the key be used from everywhere.'))
    .max(MOST_ADDRESSES)
    .nullable()
    .default(null)
    .describe('Addresses and networks from which it is taken; null for all.'),
  per_minute: z
    .int(perMinute)
    .min(PER_MINUTE.least, perMinute)
    .max(PER_MINUTE.most, perMinute)
    .default(PER_MINUTE.usual)
    .describe('How many calls a minute it may make, over all servers.'),
}

export const CreateApiKey = z
  .object({
    ...settings,
    kind: z
      .enum(KEY_KINDS)
      .describe('Decides the source of the tags that it puts on: API for a third party, AI tool for an AI agent.'),
  })
  .meta({ id: 'CreateApiKey' })
export const UpdateApiKey = z.object(settings).meta({ id: 'UpdateApiKey' })

export const ApiKey = z
  .object({
    id: Id,
    name: z.string(),
    kind: z.enum(KEY_KINDS),
    scopes: z.array(z.enum(SCOPES)),
    prefix: z.string().describe('The first letters of the key.'),
    old_prefix: z.string().nullable().describe('Of the key before the rotation, as long as it is taken.'),
    old_until: Instant.nullable(),
    expires_at: Instant.nullable(),
    allowed_ips: z.array(z.string()).nullable(),
    per_minute: z.int(),
    created_at: Instant,
    created_by: z.string(),
    last_used_at: Instant.nullable().describe('To within a minute.'),
    last_used_from: z.string().nullable(),
    revoked_at: Instant.nullable(),
    revoked_by: z.string().nullable(),
  })
  .meta({ id: 'ApiKey' })
export type ApiKey = z.output<typeof ApiKey>

const Created = z
  .object({ key: ApiKey, secret: z.string().describe('The key itself. It is not kept, and not shown again.') })
  .meta({ id: 'NewApiKey' })
const params = z.object({ id: Id })

export const listApiKeys = route({
  method: 'get',
  path: '/v1/api-keys',
  operationId: 'listApiKeys',
  summary: 'The API keys of the organization, by name; those that were revoked come last',
  permission: 'keys:manage',
  responses: {
    200: { description: 'All of them.', schema: z.object({ keys: z.array(ApiKey) }).meta({ id: 'ApiKeyList' }) },
    ...problems,
  },
})

export const createApiKey = route({
  method: 'post',
  path: '/v1/api-keys',
  operationId: 'createApiKey',
  summary: 'Create an API key; it is answered once',
  permission: 'keys:manage',
  body: CreateApiKey,
  responses: { 201: { description: 'Created.', schema: Created }, ...problems },
})

export const updateApiKey = route({
  method: 'put',
  path: '/v1/api-keys/{id}',
  operationId: 'updateApiKey',
  summary: 'Change what a key may do, from where, and for how long; it counts at once',
  permission: 'keys:manage',
  params,
  body: UpdateApiKey,
  responses: { 200: { description: 'Changed.', schema: ApiKey }, ...problems },
})

export const rotateApiKey = route({
  method: 'post',
  path: '/v1/api-keys/{id}/rotate',
  operationId: 'rotateApiKey',
  summary: 'Replace a key by a new one with the same rights; the one before it is taken for some hours',
  permission: 'keys:manage',
  params,
  body: z.object({ grace_hours: z.literal(GRACE_HOURS).default(24) }).meta({ id: 'RotateApiKey' }),
  responses: { 200: { description: 'The new key, answered once.', schema: Created }, ...problems },
})

export const revokeApiKey = route({
  method: 'post',
  path: '/v1/api-keys/{id}/revoke',
  operationId: 'revokeApiKey',
  summary: 'Revoke a key for good: from now on no server takes it',
  permission: 'keys:manage',
  params,
  responses: { 200: { description: 'Revoked.', schema: ApiKey }, ...problems },
})
