// Shapes and routes of WhatsApp accounts and their numbers.
import { z } from 'zod'
import { route } from '../lib/route.ts'
import { Id, Instant, problems } from '../lib/shapes.ts'

const digits = (what: string) =>
  z
    .string()
    .trim()
    .regex(/^[0-9]{1,32}$/, `Copy the ${what} from Meta: digits only.`)

const PhoneNumber = z
  .string()
  .trim()
  .transform((text) => text.replace(/[\s().-]/g, ''))
  .pipe(z.string().regex(/^\+[0-9]{5,20}$/, 'Write the number in full international form, such as +8613800138000.'))

const ChannelInput = z.object({
  name: z.string().trim().min(1, 'Give the number a name.').max(100, 'At most 100 characters.'),
  phone_number_id: digits('phone number ID'),
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
    last_refused_reason: z.string().nullable(),
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
    name: z.string().trim().min(1, 'Give the account a name.').max(100, 'At most 100 characters.'),
    portfolio_id: digits('business portfolio ID'),
    waba_id: digits('WhatsApp Business Account ID'),
    app_secret: z.string().trim().min(1, 'Copy the app secret from Meta.').max(500),
    access_token: z.string().trim().max(2000).default(''),
    channels: z.array(ChannelInput).max(100).default([]),
  })
  .meta({ id: 'CreateWhatsAppAccount' })

export const UpdateWhatsAppAccount = z
  .object({
    name: z.string().trim().min(1, 'Give the account a name.').max(100, 'At most 100 characters.').optional(),
    portfolio_id: digits('business portfolio ID').optional(),
    waba_id: digits('WhatsApp Business Account ID').optional(),
    app_secret: z
      .string()
      .trim()
      .min(1)
      .max(500)
      .optional()
      .describe('The one before stays accepted until the next change, so that it can be rotated.'),
    access_token: z.string().trim().min(1).max(2000).optional(),
  })
  .meta({ id: 'UpdateWhatsAppAccount' })

const one = { 200: { description: 'The account.', schema: WhatsAppAccount }, ...problems }
const accountParams = z.object({ id: Id })

export const listWhatsAppAccounts = route({
  method: 'get',
  path: '/v1/whatsapp-accounts',
  operationId: 'listWhatsAppAccounts',
  summary: 'The WhatsApp accounts of the organization with their numbers',
  permission: 'channels:manage',
  responses: {
    200: {
      description: 'All accounts.',
      schema: z.object({ accounts: z.array(WhatsAppAccount) }).meta({ id: 'WhatsAppAccountList' }),
    },
    ...problems,
  },
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
    cursor: z
      .string()
      .regex(/^\d{1,18}$/, 'Pass next_cursor of the page before.')
      .optional(),
  }),
  responses: {
    200: {
      description: 'A page.',
      schema: z
        .object({ deliveries: z.array(Delivery), next_cursor: z.string().nullable() })
        .meta({ id: 'DeliveryPage' }),
    },
    ...problems,
  },
})

export const getDelivery = route({
  method: 'get',
  path: '/v1/whatsapp-accounts/{id}/deliveries/{delivery_id}',
  operationId: 'getDelivery',
  summary: 'One delivery with its raw body',
  permission: 'channels:manage',
  params: accountParams.extend({ delivery_id: z.string().regex(/^\d{1,18}$/) }),
  responses: { 200: { description: 'The delivery.', schema: DeliveryBody }, ...problems },
})

export const retryDeliveries = route({
  method: 'post',
  path: '/v1/whatsapp-accounts/{id}/deliveries/retry',
  operationId: 'retryDeliveries',
  summary: 'Interpret again what could not be interpreted; what is known already changes nothing',
  permission: 'channels:manage',
  params: accountParams,
  responses: {
    200: {
      description: 'Will be tried again.',
      schema: z.object({ count: z.int() }).meta({ id: 'DeliveriesRetried' }),
    },
    ...problems,
  },
})

const Username = z
  .string()
  .trim()
  .regex(/^@?[A-Za-z0-9._]{1,40}$/, 'Letters, digits, dots and underscores only.')

export const PlayedMessage = z
  .object({
    from: PhoneNumber.optional(),
    user_id: z
      .string()
      .trim()
      .regex(
        /^[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}$/,
        'Write two capital letters, a dot, and letters or digits, such as US.1349120865.',
      )
      .optional(),
    username: Username.optional(),
    name: z.string().trim().max(200, 'At most 200 characters.').optional(),
    text: z.string().trim().min(1, 'Write a message.').max(4096, 'At most 4,096 characters.'),
  })
  .refine((played) => played.from !== undefined || played.user_id !== undefined, {
    message: 'Give the customer a phone number, or a user id.',
    path: ['from'],
  })
  .meta({ id: 'PlayedMessage' })

export const TestMessage = z
  .object({ id: Id, direction: z.enum(['in', 'out']), type: z.string(), text: z.string().nullable(), sent_at: Instant })
  .meta({ id: 'TestMessage' })
export type TestMessage = z.output<typeof TestMessage>

export const getTestPhone = route({
  method: 'get',
  path: '/v1/test-phone',
  operationId: 'getTestPhone',
  summary: 'The test phone’s customers, most recently seen first',
  permission: 'channels:manage',
  responses: {
    200: {
      description: 'At most 200 customers.',
      schema: z
        .object({
          phone: z.string().nullable().describe('The number they write to; null before the first message.'),
          customers: z.array(
            z.object({
              id: Id,
              phone: z.string().nullable(),
              user_id: z.string().nullable(),
              username: z.string().nullable(),
              display_name: z.string().nullable(),
              last_seen_at: Instant.nullable(),
            }),
          ),
        })
        .meta({ id: 'TestPhone' }),
    },
    ...problems,
  },
})

export const playMessage = route({
  method: 'post',
  path: '/v1/test-phone/messages',
  operationId: 'playMessage',
  summary: 'Play a customer: post a signed message in Meta’s shape to the webhook',
  permission: 'channels:manage',
  body: PlayedMessage,
  responses: { 204: { description: 'Delivered.' }, ...problems },
})

export const listTestMessages = route({
  method: 'get',
  path: '/v1/test-phone/customers/{id}/messages',
  operationId: 'listTestMessages',
  summary: 'What a played customer wrote and was sent, oldest first',
  permission: 'channels:manage',
  params: accountParams,
  responses: {
    200: {
      description: 'The newest 200.',
      schema: z.object({ messages: z.array(TestMessage) }).meta({ id: 'TestMessageList' }),
    },
    ...problems,
  },
})

export const clearTestPhone = route({
  method: 'delete',
  path: '/v1/test-phone/customers',
  operationId: 'clearTestPhone',
  summary: 'Erase every contact that the test phone made, with messages and tags',
  permission: 'channels:manage',
  responses: {
    200: { description: 'Erased.', schema: z.object({ count: z.int() }).meta({ id: 'TestPhoneCleared' }) },
    ...problems,
  },
})
