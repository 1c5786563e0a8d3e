// Shapes and routes of WhatsApp accounts and their numbers.
import { z } from 'zod'
import { route } from '../lib/route.ts'
import { filledText, Id, Instant, nameText, NumberCursor, problems, refusal } from '../lib/shapes.ts'
import { CHECK_OUTCOMES } from './whatsapp/outcomes.ts'
import { MISREADINGS } from './whatsapp/update.ts'

const FULL_PHONE = refusal('phone_incomplete', 'Write the number in full international form, such as +8613800138000.')
const trimmed = () => z.string().trim()

const Digits = trimmed().regex(/^[0-9]{1,32}$/, refusal('digits_only', 'Copy it from Meta: digits only.'))

export const PhoneNumber = trimmed()
  .transform((text) => text.replace(/[\s().-]/g, ''))
  .pipe(z.string().regex(/^\+[0-9]{5,20}$/, FULL_PHONE))

/** The one good answer of a route, beside the problems. */
const answered = <S extends z.ZodType>(description: string, schema: S) => ({
  200: { description, schema },
  ...problems,
})

const ChannelInput = z.object({
  name: nameText(refusal('number_name_missing', 'Give the number a name.')),
  phone_number_id: Digits,
  phone: PhoneNumber,
})

export const Channel = z
  .object({ id: Id, name: z.string(), phone_number_id: z.string(), phone: z.string(), created_at: Instant })
  .meta({ id: 'Channel' })
export type Channel = z.output<typeof Channel>

export const WhatsAppAccount = z
  .object({
    id: Id,
    kind: z.enum(['live', 'test']),
    name: z.string(),
    portfolio_id: z.string(),
    waba_id: z.string(),
    callback_url: z.string().describe('To paste into Meta as Callback URL.'),
    verify_token: z.string().describe('To paste into Meta as Verify token.'),
    has_access_token: z.boolean(),
    secrets_lost: z
      .boolean()
      .describe(
        'The secrets were sealed under another SECRET_KEY: enter them again, and paste the new verify token into Meta.',
      ),
    channels: z.array(Channel),
    created_at: Instant,
    last_delivery_at: Instant.nullable(),
    refused_count: z.int().describe('Deliveries refused for a wrong signature.'),
    last_refused_at: Instant.nullable(),
    last_refused_reason: z.string().nullable().describe('signature_missing or signature_wrong.'),
    waiting_count: z.int().describe('Deliveries stored but not yet interpreted.'),
    problem_count: z.int().describe('Deliveries that could not be interpreted; they are kept.'),
    other_numbers: z
      .array(z.object({ phone_number_id: z.string(), deliveries: z.int() }))
      .describe('Numbers that deliveries came for but that are not connected; connecting one takes them in.'),
  })
  .meta({ id: 'WhatsAppAccount' })
export type WhatsAppAccount = z.output<typeof WhatsAppAccount>

export const CreateWhatsAppAccount = z
  .object({
    name: nameText(refusal('account_name_missing', 'Give the account a name.')),
    portfolio_id: Digits,
    waba_id: Digits,
    app_secret: filledText(refusal('app_secret_missing', 'Copy the app secret from Meta.'), 500),
    access_token: trimmed().max(2000).default(''),
    channels: z.array(ChannelInput).max(100).default([]),
  })
  .meta({ id: 'CreateWhatsAppAccount' })

export const UpdateWhatsAppAccount = z
  .object({
    name: nameText(refusal('account_name_missing', 'Give the account a name.')).optional(),
    portfolio_id: Digits.optional(),
    waba_id: Digits.optional(),
    app_secret: trimmed()
      .min(1)
      .max(500)
      .optional()
      .describe('The one before stays accepted until the next change, so that it can be rotated.'),
    access_token: trimmed().min(1).max(2000).optional(),
  })
  .meta({ id: 'UpdateWhatsAppAccount' })

/** A number as everybody of the organization may know it: to filter contacts by it, and to name it. */
export const ChannelName = z
  .object({
    id: Id,
    name: z.string(),
    phone: z.string(),
    account_name: z.string().describe('The WhatsApp account that it belongs to.'),
    test: z.boolean().describe('The number of the test phone.'),
    paused: z
      .enum(['throttled', 'unreachable', 'token_refused', 'token_missing'])
      .nullable()
      .describe('Why nothing is sent by this number at the moment; messages wait.'),
  })
  .meta({ id: 'ChannelName' })
export type ChannelName = z.output<typeof ChannelName>

export const listChannels = route({
  method: 'get',
  path: '/v1/channels',
  operationId: 'listChannels',
  summary: 'The WhatsApp numbers of the organization by name, the oldest account first',
  permission: 'contacts:read',
  scope: 'contacts:read',
  responses: answered('All numbers.', z.object({ channels: z.array(ChannelName) }).meta({ id: 'ChannelNameList' })),
})

const one = answered('The account.', WhatsAppAccount)
const accountParams = z.object({ id: Id })

export const listWhatsAppAccounts = route({
  method: 'get',
  path: '/v1/whatsapp-accounts',
  operationId: 'listWhatsAppAccounts',
  summary: 'The WhatsApp accounts of the organization with their numbers',
  permission: 'channels:manage',
  responses: answered(
    'All accounts.',
    z.object({ accounts: z.array(WhatsAppAccount) }).meta({ id: 'WhatsAppAccountList' }),
  ),
})

export const createWhatsAppAccount = route({
  method: 'post',
  path: '/v1/whatsapp-accounts',
  operationId: 'createWhatsAppAccount',
  summary: 'Connect a WhatsApp account',
  permission: 'channels:manage',
  body: CreateWhatsAppAccount,
  responses: { 201: { description: 'Connected.', schema: WhatsAppAccount }, ...problems },
})

export const updateWhatsAppAccount = route({
  method: 'patch',
  path: '/v1/whatsapp-accounts/{id}',
  operationId: 'updateWhatsAppAccount',
  summary: 'Change an account; secrets that are left out stay as they are',
  permission: 'channels:manage',
  params: accountParams,
  body: UpdateWhatsAppAccount,
  responses: one,
})

/** What Meta said of a number: all is well, or what is not. */
export const ConnectionCheck = z
  .object({
    phone_number_id: z.string(),
    outcome: z.enum(CHECK_OUTCOMES),
    display_phone_number: z.string().nullable().describe('As Meta writes it.'),
    verified_name: z.string().nullable().describe('The name that customers see.'),
    quality_rating: z.string().nullable().describe('GREEN, YELLOW or RED; UNKNOWN while Meta has none.'),
    said: z.string().nullable().describe('What Meta, or the network, said in its own words.'),
  })
  .meta({ id: 'ConnectionCheck' })
export type ConnectionCheck = z.output<typeof ConnectionCheck>

export const checkConnection = route({
  method: 'post',
  path: '/v1/whatsapp-accounts/{id}/check',
  operationId: 'checkConnection',
  summary: 'Ask Meta about each number of the account with its access token; changes nothing',
  permission: 'channels:manage',
  params: accountParams,
  responses: answered(
    'What Meta said of each number.',
    z.object({ checks: z.array(ConnectionCheck) }).meta({ id: 'ConnectionChecks' }),
  ),
})

export const addChannel = route({
  method: 'post',
  path: '/v1/whatsapp-accounts/{id}/channels',
  operationId: 'addChannel',
  summary: 'Add a number to an account',
  permission: 'channels:manage',
  params: accountParams,
  body: ChannelInput,
  responses: { 201: { description: 'Added.', schema: WhatsAppAccount }, ...problems },
})

export const Delivery = z
  .object({
    id: z.string(),
    received_at: Instant,
    size: z.int().describe('Bytes of the body.'),
    state: z.enum(['waiting', 'interpreted', 'problem']),
    problem: z.string().nullable().describe('Why it, or a part of it, could not be interpreted.'),
    misread: z
      .object({
        reason: z.enum(MISREADINGS),
        path: z.string(),
        more: z.int().describe('How many more problems there are.'),
      })
      .nullable()
      .describe('The same for programs, when the body itself is at fault.'),
    held: z.record(z.string(), z.int()).describe('What it held, by kind of update.'),
    left_for: z.array(z.string()).describe('Ids of numbers in it that are not connected.'),
  })
  .meta({ id: 'Delivery' })
export type Delivery = z.output<typeof Delivery>

export const DeliveryBody = Delivery.extend({ body: z.string().describe('The body as it came.') }).meta({
  id: 'DeliveryBody',
})

export const listDeliveries = route({
  method: 'get',
  path: '/v1/whatsapp-accounts/{id}/deliveries',
  operationId: 'listDeliveries',
  summary: 'What WhatsApp delivered in the last 30 days, newest first',
  permission: 'channels:manage',
  params: accountParams,
  query: z.object({
    show: z.enum(['all', 'problems', 'other_numbers']).default('all'),
    limit: z.coerce.number().int().min(1).max(100).default(50),
    cursor: NumberCursor,
  }),
  responses: answered(
    'A page.',
    z.object({ deliveries: z.array(Delivery), next_cursor: z.string().nullable() }).meta({ id: 'DeliveryPage' }),
  ),
})

export const getDelivery = route({
  method: 'get',
  path: '/v1/whatsapp-accounts/{id}/deliveries/{delivery_id}',
  operationId: 'getDelivery',
  summary: 'One delivery with its raw body',
  permission: 'channels:manage',
  params: accountParams.extend({ delivery_id: z.string().regex(/^\d{1,18}$/) }),
  responses: answered('The delivery.', DeliveryBody),
})

export const retryDeliveries = route({
  method: 'post',
  path: '/v1/whatsapp-accounts/{id}/deliveries/retry',
  operationId: 'retryDeliveries',
  summary: 'Interpret again what could not be interpreted; what is known already changes nothing',
  permission: 'channels:manage',
  params: accountParams,
  responses: answered('Will be tried again.', z.object({ count: z.int() }).meta({ id: 'DeliveriesRetried' })),
})
