// Shapes and routes of webhooks: who is told of which events, and what became of each.
import { z } from 'zod'
import { EVENT_TYPES, EventType, TellableEvent } from '../events/schema.ts'
import { route } from '../lib/route.ts'
import {
  atMost,
  filledText,
  Id,
  Instant,
  listOf,
  NumberCursor,
  pageLimit,
  problems,
  refusal,
  writtenText,
} from '../lib/shapes.ts'

/** Hours for which both secrets sign after a rotation. */
export const BOTH_SIGN_HOURS = 24
/** How long the log keeps what was accepted, and what was given up. */
export const KEEP_DAYS = { accepted: 7, given_up: 30 } as const
/** Counted up to here. */
export const MOST_COUNTED = 10_000
/** At once; more events are replayed span by span. */
export const MOST_REPLAYED = 100_000

export const OFF_REASONS = ['person', 'gone', 'dead', 'secret_lost'] as const
export const DISPATCH_STATES = ['waiting', 'accepted', 'given_up'] as const
export const FAILURES = [
  'address_invalid',
  'address_private',
  'name_unknown',
  'silent',
  'unreachable',
  'too_large',
  'skipped',
] as const

const webAddress = refusal('webhook_url_incomplete', 'Write a whole address, such as https://example.com/earmark.')

const settings = {
  url: filledText(webAddress, 2000)
    .refine((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol), webAddress)
    .refine(
      (text) => !URL.canParse(text) || (new URL(text).username === '' && new URL(text).password === ''),
      refusal('webhook_url_credentials', 'Leave out the user name and the password: the signature says who calls.'),
    )
    .transform((text) => new URL(text).href)
    .pipe(z.string().max(2000, atMost(2000)))
    .describe('https, and reachable from this server.'),
  description: writtenText().trim().max(500, atMost(500)).default(''),
  types: z
    .array(EventType)
    .min(1, refusal('no_event_type', 'Choose at least one kind of event.'))
    .transform((types) => EVENT_TYPES.filter((type) => types.includes(type)))
    .describe('The kinds of events that it is told.'),
}
export const WebhookSettings = z.object(settings).meta({ id: 'WebhookSettings' })

export const Webhook = z
  .object({
    id: Id,
    url: z.string(),
    description: z.string(),
    types: z.array(EventType),
    created_at: Instant,
    created_by: z.string(),
    old_secret_until: Instant.nullable().describe('After a rotation: until when the secret before it signs as well.'),
    off_at: Instant.nullable().describe('Since when it is switched off; null while it is on.'),
    off_reason: z
      .enum(OFF_REASONS)
      .nullable()
      .describe(
        'person: somebody did; gone: it answered 410; dead: for three days nothing was accepted; secret_lost: this server cannot open its secret.',
      ),
    off_by: z.string().nullable(),
    failing_since: Instant.nullable().describe('When the first attempt failed since the last that was accepted.'),
    paused_until: Instant.nullable().describe('Nothing is sent until then, because nothing is accepted.'),
    last_accepted_at: Instant.nullable().describe('To within some seconds.'),
    waiting: z.int().describe(`How many events are under way or wait for another attempt, up to ${MOST_COUNTED}.`),
    given_up: z.int().describe(`How many were given up and can be replayed, up to ${MOST_COUNTED}.`),
  })
  .meta({ id: 'Webhook' })
export type Webhook = z.output<typeof Webhook>

const Created = z
  .object({ webhook: Webhook, secret: z.string().describe('whsec_ and the key in base64. It is not shown again.') })
  .meta({ id: 'NewWebhook' })

const answered = {
  status: z.int().nullable().describe('The HTTP status that came back; null when no answer did.'),
  failure: z.enum(FAILURES).nullable().describe('Why there was no answer; skipped: it was passed over on purpose.'),
}
const Attempt = z.object({ at: Instant, ...answered, took_ms: z.int() }).meta({ id: 'WebhookAttempt' })
export type Attempt = z.output<typeof Attempt>

export const Dispatch = z
  .object({
    event_id: z.int().describe('The id of the event, as in GET /v1/events.'),
    webhook_id: z.string().describe('The header webhook-id: the same with every attempt.'),
    type: EventType,
    at: Instant.describe('When it happened.'),
    contact_id: Id.nullable(),
    state: z
      .enum(DISPATCH_STATES)
      .describe('waiting: under way, or to be tried again; given_up: not accepted within three days, or passed over.'),
    attempts: z.int().describe('Since it happened, or since it was replayed.'),
    next_at: Instant.nullable().describe('While it waits: when it is tried, at the earliest.'),
    settled_at: Instant.nullable(),
    replayed: z.boolean(),
    ...answered,
  })
  .meta({ id: 'WebhookDispatch' })
export type Dispatch = z.output<typeof Dispatch>

const DispatchDetail = Dispatch.extend({
  body: TellableEvent,
  tries: z.array(Attempt).describe('Every attempt, oldest first.'),
  answer: z.string().nullable().describe('What the last attempt was answered with, up to 4 KB.'),
}).meta({ id: 'WebhookDispatchDetail' })
export type DispatchDetail = z.output<typeof DispatchDetail>

const Tested = z
  .object({
    ...answered,
    took_ms: z.int(),
    answer: z.string().nullable().describe('What came back, up to 4 KB.'),
    webhook_id: z.string(),
    body: z.record(z.string(), z.unknown()).describe('What was sent.'),
  })
  .meta({ id: 'WebhookTest' })
export type Tested = z.output<typeof Tested>

const shared = { permission: 'webhooks:manage', scope: 'webhooks:manage' } as const
const params = z.object({ id: Id.describe('Of the webhook.') })
const oneDispatch = params.extend({
  event_id: z
    .string()
    .regex(/^\d{1,15}$/)
    .describe('Of the event.'),
})

export const listWebhooks = route({
  method: 'get',
  path: '/v1/webhooks',
  operationId: 'listWebhooks',
  summary: 'The webhooks of the organization, oldest first',
  ...shared,
  responses: {
    200: { description: 'All of them.', schema: z.object({ webhooks: z.array(Webhook) }).meta({ id: 'WebhookList' }) },
    ...problems,
  },
})

export const getWebhook = route({
  method: 'get',
  path: '/v1/webhooks/{id}',
  operationId: 'getWebhook',
  summary: 'One webhook, and how it does',
  ...shared,
  params,
  responses: { 200: { description: 'The webhook.', schema: Webhook }, ...problems },
})

export const createWebhook = route({
  method: 'post',
  path: '/v1/webhooks',
  operationId: 'createWebhook',
  summary: 'Have an address told of events from now on; its secret is answered once',
  ...shared,
  body: WebhookSettings,
  responses: { 201: { description: 'Created.', schema: Created }, ...problems },
})

export const updateWebhook = route({
  method: 'put',
  path: '/v1/webhooks/{id}',
  operationId: 'updateWebhook',
  summary: 'Change where events are sent and which; it counts for what is still to be sent',
  ...shared,
  params,
  body: WebhookSettings,
  responses: { 200: { description: 'Changed.', schema: Webhook }, ...problems },
})

export const deleteWebhook = route({
  method: 'delete',
  path: '/v1/webhooks/{id}',
  operationId: 'deleteWebhook',
  summary: 'Delete a webhook with its log; what waits is not sent any more',
  ...shared,
  params,
  responses: { 204: { description: 'Deleted.' }, ...problems },
})

export const rotateWebhook = route({
  method: 'post',
  path: '/v1/webhooks/{id}/rotate',
  operationId: 'rotateWebhook',
  summary: `Replace the secret; for ${BOTH_SIGN_HOURS} hours the one before it signs as well`,
  ...shared,
  params,
  responses: { 200: { description: 'The new secret, answered once.', schema: Created }, ...problems },
})

export const switchOffWebhook = route({
  method: 'post',
  path: '/v1/webhooks/{id}/switch-off',
  operationId: 'switchOffWebhook',
  summary: 'Send nothing for now; what happens meanwhile is kept',
  ...shared,
  params,
  responses: { 200: { description: 'It is off.', schema: Webhook }, ...problems },
})

export const SwitchOn = z
  .object({
    from: z
      .enum(['waiting', 'now'])
      .describe('waiting: all that happened meanwhile is sent, in order; now: it is passed over, and can be replayed.'),
  })
  .meta({ id: 'SwitchOnWebhook' })

export const switchOnWebhook = route({
  method: 'post',
  path: '/v1/webhooks/{id}/switch-on',
  operationId: 'switchOnWebhook',
  summary: 'Send again, from what waits or from now',
  ...shared,
  params,
  body: SwitchOn,
  responses: { 200: { description: 'It is on.', schema: Webhook }, ...problems },
})

export const testWebhook = route({
  method: 'post',
  path: '/v1/webhooks/{id}/test',
  operationId: 'testWebhook',
  summary: 'Send an event of the type test, once and at once, and tell what came back',
  ...shared,
  params,
  responses: { 200: { description: 'What came back, or why nothing did.', schema: Tested }, ...problems },
})

export const listDispatches = route({
  method: 'get',
  path: '/v1/webhooks/{id}/dispatches',
  operationId: 'listDispatches',
  summary: 'The events that were sent or are to be, newest first',
  ...shared,
  params,
  query: z.object({
    states: listOf(z.enum(DISPATCH_STATES), DISPATCH_STATES.length).describe('States separated by commas.'),
    types: listOf(EventType, EVENT_TYPES.length).describe('Types separated by commas.'),
    contact: Id.optional().describe('Only those about this contact.'),
    limit: pageLimit({ most: 200, usual: 50 }),
    cursor: NumberCursor.describe('next_cursor of the page before.'),
  }),
  responses: {
    200: {
      description: 'A page.',
      schema: z
        .object({ dispatches: z.array(Dispatch), next_cursor: z.string().nullable() })
        .meta({ id: 'WebhookDispatchPage' }),
    },
    ...problems,
  },
})

export const getDispatch = route({
  method: 'get',
  path: '/v1/webhooks/{id}/dispatches/{event_id}',
  operationId: 'getDispatch',
  summary: 'What was sent of one event, every attempt, and what came back',
  ...shared,
  params: oneDispatch,
  responses: { 200: { description: 'All of it.', schema: DispatchDetail }, ...problems },
})

export const replayDispatch = route({
  method: 'post',
  path: '/v1/webhooks/{id}/dispatches/{event_id}/replay',
  operationId: 'replayDispatch',
  summary: 'Send one event again; while it waits already, now',
  ...shared,
  params: oneDispatch,
  responses: { 200: { description: 'It is sent.', schema: Dispatch }, ...problems },
})

export const Replay = z
  .object({
    which: z.enum(['given_up', 'all']).describe('given_up: what was not accepted; all: whatever became of it.'),
    from: Instant.optional().describe('Of what happened then or later.'),
    before: Instant.optional().describe('Of what happened before then.'),
  })
  .refine(({ which, from, before }) => which === 'given_up' || (from !== undefined && before !== undefined), {
    error: refusal('replay_span_missing', 'Say from when to when.'),
    path: ['from'],
  })
  .refine(({ from, before }) => from === undefined || before === undefined || Date.parse(from) < Date.parse(before), {
    error: refusal('replay_span_crossed', 'Write an end that comes after the beginning.'),
    path: ['before'],
  })
  .meta({ id: 'ReplayWebhook' })

export const replayWebhook = route({
  method: 'post',
  path: '/v1/webhooks/{id}/replay',
  operationId: 'replayWebhook',
  summary: 'Send again what was given up, or all that happened in a span of time, up to 100,000 events at once',
  ...shared,
  params,
  body: Replay,
  responses: {
    200: {
      description: 'They are sent, in their order.',
      schema: z.object({ count: z.int().describe('How many.') }).meta({ id: 'WebhookReplay' }),
    },
    ...problems,
  },
})
