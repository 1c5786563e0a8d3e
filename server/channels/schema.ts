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

export const Channel = z.object({ id: Id, name: z.string(), phone_number_id: z.string(), phone: z.string(), created_at: Instant }).meta({ id: 'Channel' })
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
    channels: z.array(Channel),
    created_at: Instant,
    last_delivery_at: Instant.nullable(),
    refused_count: z.int().describe('Deliveries refused for a wrong signature.'),
    last_refused_at: Instant.nullable(),
    last_refused_reason: z.string().nullable(),
    waiting_count: z.int().describe('Deliveries stored but not yet interpreted.'),
    problem_count: z.int().describe('Deliveries that could not be interpreted; they are kept.'),
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
    app_secret: z.string().trim().min(1).max(500).optional().describe('The one before stays accepted until the next change, so that it can be rotated.'),
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
    200: { description: 'All accounts.', schema: z.object({ accounts: z.array(WhatsAppAccount) }).meta({ id: 'WhatsAppAccountList' }) },
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
