// Shapes and routes of contacts: the list, one contact, the export.
import { z } from 'zod'
import { route } from '../lib/route.ts'
import { atMost, Id, Instant, listOf, pageLimit, problems, refusal, SearchText, writtenText } from '../lib/shapes.ts'
import { Assignment, TagChip, TagSource } from '../tags/schema.ts'
import { ExternalId } from './external-schema.ts'

/** WhatsApp's own id of a person: https://developers.facebook.com/docs/whatsapp/business-scoped-user-ids */
export const BSUID = /^[A-Z]{2}\.(?!ENT\.)[A-Za-z0-9]{1,128}$/

/** An identity by which WhatsApp, or another system, knows a contact. */
export const Identity = z
  .object({
    kind: z.enum(['phone', 'bsuid', 'parent_bsuid', 'external_id']),
    scope: z
      .string()
      .describe('The business portfolio of a business-scoped id, the system of an external one; empty for a phone.'),
    value: z.string(),
    retired_at: Instant.nullable().describe('When another took its place; it is still found by it.'),
  })
  .meta({ id: 'Identity' })
export type Identity = z.output<typeof Identity>

const contactFields = {
  id: Id,
  phone: z.string().nullable().describe('Full international form; null when WhatsApp gave none.'),
  display_name: z.string().nullable(),
  username: z.string().nullable(),
  test: z.boolean().describe('Played by the test phone.'),
  identities: z.array(Identity),
  first_seen_at: Instant,
  last_seen_at: Instant.nullable().describe('Most recent activity; null for a contact that never wrote.'),
}

export const Contact = z
  .object({
    ...contactFields,
    tags: z.array(TagChip).describe('Active tags by name, then tags deleted from the catalog.'),
  })
  .meta({ id: 'Contact' })
export type Contact = z.output<typeof Contact>

export const ContactDetail = z
  .object({
    ...contactFields,
    active_tags: z.array(Assignment),
    historical_tags: z.array(Assignment).describe('Assignments whose tag was deleted from the catalog.'),
  })
  .meta({ id: 'ContactDetail' })
export type ContactDetail = z.output<typeof ContactDetail>

/**
 * The filters of the list; count, export and bulk changes take the same. Every filter given must hold, and one that is not
 * known is refused: passed over, it would find everybody.
 */
export const ContactFilter = z.strictObject({
  search: SearchText.optional().describe(
    'Any part of phone, display name, username or an id, ignoring case and accents.',
  ),
  any_tags: listOf(Id, 500).describe('Tag ids separated by commas: carries at least one of them.'),
  all_tags: listOf(Id, 500).describe('Carries every one of them.'),
  no_tags: listOf(Id, 500).describe('Carries none of them.'),
  untagged: z
    .literal('true', refusal('untagged_true', 'Write true, or leave untagged out.'))
    .transform(() => true)
    .optional()
    .describe('Carries no active tag at all. There is nothing else to write: left out, it filters nothing.'),
  sources: listOf(TagSource, 5).describe(
    'Where the tag came from, separated by commas. Speaks of the tags under any_tags and all_tags, or else of any one active tag.',
  ),
  tagged_from: Instant.optional().describe('Tagged at this instant or later; of the same assignment as sources.'),
  tagged_before: Instant.optional().describe('Tagged before this instant; of the same assignment as sources.'),
  first_seen_from: Instant.optional().describe('Seen for the first time at this instant or later.'),
  first_seen_before: Instant.optional().describe('Seen for the first time before this instant.'),
  last_seen_from: Instant.optional().describe('Last seen at this instant or later.'),
  last_seen_before: Instant.optional().describe('Last seen before this instant.'),
  channels: listOf(Id, 100).describe('Channel ids separated by commas: has messages on at least one of them.'),
})
export type ContactFilter = z.output<typeof ContactFilter>

export const ContactSort = z.enum(['last_seen', 'first_seen', 'name'])
export type ContactSort = z.output<typeof ContactSort>
export const SortOrder = z.enum(['asc', 'desc'])
export type SortOrder = z.output<typeof SortOrder>

/** The order of list and export. Without a time or name to sort by, a contact comes last in either direction. */
const ContactOrder = z.object({
  sort: ContactSort.default('last_seen').describe('By the most recent activity, by the first one, or by name.'),
  order: SortOrder.optional().describe('Newest first for times, A to Z for names, unless asked otherwise.'),
})

export const listContacts = route({
  method: 'get',
  path: '/v1/contacts',
  operationId: 'listContacts',
  summary: 'A page of contacts, most recently seen first unless asked otherwise',
  permission: 'contacts:read',
  scope: 'contacts:read',
  query: ContactFilter.extend({
    ...ContactOrder.shape,
    limit: pageLimit({ most: 200, usual: 50 }),
    cursor: z.string().max(4000).optional().describe('next_cursor of the page before.'),
  }),
  responses: {
    200: {
      description: 'A page.',
      schema: z.object({ contacts: z.array(Contact), next_cursor: z.string().nullable() }).meta({ id: 'ContactPage' }),
    },
    ...problems,
  },
})

export const countContacts = route({
  method: 'get',
  path: '/v1/contacts/count',
  operationId: 'countContacts',
  summary: 'How many contacts match, exactly',
  permission: 'contacts:read',
  scope: 'contacts:read',
  query: ContactFilter,
  responses: {
    200: { description: 'The number.', schema: z.object({ count: z.int() }).meta({ id: 'ContactCount' }) },
    ...problems,
  },
})

export const ExportFormat = z.enum(['csv', 'ndjson'])
export type ExportFormat = z.output<typeof ExportFormat>

export const exportContacts = route({
  method: 'get',
  path: '/v1/contacts/export',
  operationId: 'exportContacts',
  summary: 'Every contact that matches, as CSV or NDJSON, in the order of the list',
  permission: 'contacts:export',
  scope: 'contacts:read',
  query: ContactFilter.extend({
    ...ContactOrder.shape,
    format: ExportFormat.default('csv').describe('ndjson: a contact a line, as the list answers it.'),
  }),
  responses: {
    200: {
      description:
        'CSV, UTF-8 with a byte-order mark. The header Earmark-Rows tells the number of contacts: a file with fewer was cut on the way. NDJSON has neither mark nor first line, and the type application/x-ndjson.',
      contentType: 'text/csv',
    },
    ...problems,
  },
})

const FoundContacts = z
  .object({ contacts: z.array(Contact).describe('Who has it comes before who had it.') })
  .meta({ id: 'FoundContacts' })

export const findContactsByPhone = route({
  method: 'get',
  path: '/v1/contacts/by-phone',
  operationId: 'findContactsByPhone',
  summary: 'The contacts with a phone number, in any spelling; none is an empty list',
  permission: 'contacts:read',
  scope: 'contacts:read',
  query: z.object({
    phone: z
      .string()
      .max(100)
      .meta({
        description:
          'With the country’s code. Found as well is the spelling with or without the digit before mobile numbers of Brazil, Mexico and Argentina: several contacts may be answered, as written first.',
        examples: ['+34 600 123 456'],
      }),
  }),
  responses: { 200: { description: 'Those found.', schema: FoundContacts }, ...problems },
})

export const findContactsByBsuid = route({
  method: 'get',
  path: '/v1/contacts/by-bsuid',
  operationId: 'findContactsByBsuid',
  summary: 'The contacts with a business-scoped user id; none is an empty list',
  permission: 'contacts:read',
  scope: 'contacts:read',
  query: z.object({
    bsuid: writtenText()
      .trim()
      .min(1)
      .max(200)
      .meta({
        description: 'As WhatsApp writes it: the country, a point, and the id.',
        examples: ['US.13491208655302741918'],
      }),
  }),
  responses: { 200: { description: 'Those found.', schema: FoundContacts }, ...problems },
})

export const findContactsByExternalId = route({
  method: 'get',
  path: '/v1/contacts/by-external-id',
  operationId: 'findContactsByExternalId',
  summary: 'The contact that another system knows by an id of its own; none is an empty list',
  permission: 'contacts:read',
  scope: 'contacts:read',
  query: ExternalId,
  responses: { 200: { description: 'At most one.', schema: FoundContacts }, ...problems },
})

export const putContact = route({
  method: 'put',
  path: '/v1/contacts',
  operationId: 'putContact',
  summary:
    'Create a contact by its phone, business-scoped id or the id of another system, or give the one that is there a name and that id; again it changes nothing',
  permission: 'contacts:bulk',
  scope: 'contacts:write',
  body: z
    .object({
      phone: z.string().max(100).optional().describe('With the country’s code, in any spelling.'),
      bsuid: z
        .string()
        .trim()
        .regex(BSUID, refusal('bsuid_invalid', 'Write the id as WhatsApp does, such as US.13491208655302741918.'))
        .optional()
        .meta({ description: 'WhatsApp’s business-scoped user id.', examples: ['US.13491208655302741918'] }),
      portfolio_id: z
        .string()
        .max(100)
        .optional()
        .describe('Of the business-scoped id; needed when accounts of several portfolios are connected.'),
      external_id: ExternalId.optional().describe(
        'By which another system knows it. Beside a phone or bsuid: the contact gets it, or is found by it and gets them.',
      ),
      display_name: writtenText()
        .trim()
        .min(1, refusal('contact_name_missing', 'Write a name, or leave it out.'))
        .max(512, atMost(512))
        .optional()
        .describe('A name that WhatsApp has told stays.'),
      first_seen_at: Instant.optional().describe('For a contact that is new; otherwise now.'),
      last_seen_at: Instant.optional().describe('For a contact that is new; otherwise null until it writes.'),
    })
    .refine(
      ({ phone, bsuid, external_id }) =>
        (phone ?? bsuid ?? external_id) !== undefined && (phone === undefined || bsuid === undefined),
      refusal(
        'contact_unnamed',
        'Name the contact either by phone or by bsuid, by external_id, or by it and one of the two.',
      ),
    )
    .meta({ id: 'PutContact' }),
  responses: {
    200: {
      description: 'It is there.',
      schema: z
        .object({ contact: Contact, created: z.boolean().describe('False when it was there before.') })
        .meta({ id: 'PutContactResult' }),
    },
    ...problems,
  },
})

export const getContact = route({
  method: 'get',
  path: '/v1/contacts/{id}',
  operationId: 'getContact',
  summary: 'One contact with its tags and where each came from',
  permission: 'contacts:read',
  scope: 'contacts:read',
  params: z.object({ id: Id }),
  responses: { 200: { description: 'The contact.', schema: ContactDetail }, ...problems },
})
