// Shapes and routes of privacy: erasing a contact, who was erased, and everything about one contact as JSON.
import { z } from 'zod'
import { Contact } from '../contacts/schema.ts'
import { route } from '../lib/route.ts'
import { Id, Instant, problems, refusal } from '../lib/shapes.ts'

export const Erasure = z
  .object({
    id: Id,
    contact_id: Id.describe('The id that the contact had; it leads to nobody any more.'),
    erased_at: Instant,
    erased_by_name: z.string(),
    finished_at: Instant.nullable().describe(
      'When the last raw deliveries and lists were searched; null while that goes on.',
    ),
    deliveries_cut: z.int().describe('Raw deliveries that were removed, or from which its parts were taken out.'),
  })
  .meta({ id: 'Erasure' })
export type Erasure = z.output<typeof Erasure>

export const eraseContact = route({
  method: 'delete',
  path: '/v1/contacts/{id}',
  operationId: 'eraseContact',
  summary: 'Erase a contact for good, with its messages, tags and ids, in raw deliveries too',
  permission: 'contacts:erase',
  params: z.object({ id: Id }),
  responses: {
    202: { description: 'It is gone; its last traces are searched in the background.', schema: Erasure },
    ...problems,
  },
})

export const listErasures = route({
  method: 'get',
  path: '/v1/erasures',
  operationId: 'listErasures',
  summary: 'Which contacts were erased, by whom and when, and whether the search for their traces has ended',
  permission: 'contacts:erase',
  responses: {
    200: {
      description: 'At most 100, newest first.',
      schema: z.object({ erasures: z.array(Erasure) }).meta({ id: 'ErasureList' }),
    },
    ...problems,
  },
})

const outOfRange = (min: number, max: number) =>
  refusal('days_out_of_range', `Write a whole number from ${min} to ${max}.`, { min, max })
const days = (min: number, max: number) =>
  z.int(outOfRange(min, max)).min(min, outOfRange(min, max)).max(max, outOfRange(min, max))

/** Days are counted from the arrival here. */
export const Retention = z
  .object({
    message_days: days(30, 3650).nullable().describe('Null keeps messages for ever.'),
    delivery_days: days(8, 30).describe('Of raw deliveries; what could not be interpreted stays longer.'),
  })
  .meta({ id: 'Retention' })
export type Retention = z.output<typeof Retention>

export const sameRetention = (one: Retention, other: Retention): boolean =>
  one.message_days === other.message_days && one.delivery_days === other.delivery_days

const retained = { 200: { description: 'The limits.', schema: Retention }, ...problems }

export const getRetention = route({
  method: 'get',
  path: '/v1/retention',
  operationId: 'getRetention',
  summary: 'How long messages and raw deliveries are kept',
  permission: 'organization:manage',
  responses: retained,
})

export const setRetention = route({
  method: 'put',
  path: '/v1/retention',
  operationId: 'setRetention',
  summary: 'Set how long messages and raw deliveries are kept; what is older goes within the hour',
  permission: 'organization:manage',
  body: Retention.extend({
    expected: Retention.optional().describe('What was set when this was decided; refused when it is not set any more.'),
  }).meta({ id: 'SetRetention' }),
  responses: retained,
})

export const previewRetention = route({
  method: 'post',
  path: '/v1/retention/preview',
  operationId: 'previewRetention',
  summary: 'How much would be deleted with other limits',
  permission: 'organization:manage',
  body: Retention,
  responses: {
    200: {
      description: 'Nothing is deleted by asking.',
      schema: z.object({ messages: z.int(), deliveries: z.int() }).meta({ id: 'RetentionPreview' }),
    },
    ...problems,
  },
})

/** A row as it is in its table; columns may be added to it, and none is taken away or changes its meaning. */
const row = z.record(z.string(), z.unknown())

export const ContactExport = z
  .object({
    format: z.literal('earmark-contact'),
    version: z.literal(1).describe('Another number when something is no longer where it was.'),
    exported_at: Instant,
    contact: Contact.omit({ tags: true }).describe('With its identities, past ones with when they were replaced.'),
    merged_ids: z.array(Id).describe('The contacts that were merged into it; what they had is in all that follows.'),
    tags: z.array(row).describe('Every time a tag was put on, by whom and how, and when it was taken off.'),
    conversations: z.array(row).describe('Oldest first: who had each, and how it was closed.'),
    messages: z.array(row).describe('Oldest first; content is as WhatsApp wrote it.'),
    files: z
      .array(row)
      .describe(
        'What messages carried: type, size and name, and the address at which whoever is signed in gets it. Without an address it is not kept here.',
      ),
    statuses: z.array(row).describe('What became of its messages.'),
    ai_acts: z.array(row).describe('What AI agents did in the conversations, with what they told colleagues.'),
    conflicts: z.array(row),
    merges: z.array(row).describe('Also those that were undone; of the other contact only its id.'),
    events: z.array(row),
  })
  .meta({ id: 'ContactExport' })

export const exportContact = route({
  method: 'get',
  path: '/v1/contacts/{id}/export',
  operationId: 'exportContact',
  summary: 'Everything about one contact as a JSON file',
  permission: 'contacts:export',
  params: z.object({ id: Id }),
  responses: { 200: { description: 'The file.', schema: ContactExport }, ...problems },
})
