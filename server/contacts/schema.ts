// Shapes and routes of contacts: the list, one contact, the export.
import { z } from 'zod'
import { route } from '../lib/route.ts'
import { Id, Instant, problems } from '../lib/shapes.ts'
import { Assignment, TagChip } from '../tags/schema.ts'

/** An identity by which WhatsApp knows a contact. */
export const Identity = z
  .object({
    kind: z.enum(['phone', 'bsuid', 'parent_bsuid']),
    scope: z.string().describe('The business portfolio of a business-scoped id; empty for a phone.'),
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

const idList = z
  .string()
  .max(20_000)
  .transform((text) => text.split(',').filter((part) => part !== ''))
  .pipe(z.array(Id).max(500))
  .optional()

/** The filters of the list; the export takes the same. Every filter given must hold. */
export const ContactFilter = z.object({
  search: z
    .string()
    .max(200, 'Search for at most 200 characters.')
    .optional()
    .describe('Any part of phone, display name or username, ignoring case and accents.'),
  any_tags: idList.describe('Tag ids separated by commas: carries at least one of them.'),
  all_tags: idList.describe('Carries every one of them.'),
  no_tags: idList.describe('Carries none of them.'),
})
export type ContactFilter = z.output<typeof ContactFilter>

export const listContacts = route({
  method: 'get',
  path: '/v1/contacts',
  operationId: 'listContacts',
  summary: 'A page of contacts, most recently seen first',
  permission: 'contacts:read',
  query: ContactFilter.extend({
    limit: z.coerce.number().int().min(1).max(200).default(50),
    cursor: z.string().max(500).optional().describe('next_cursor of the page before.'),
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
  query: ContactFilter,
  responses: {
    200: { description: 'The number.', schema: z.object({ count: z.int() }).meta({ id: 'ContactCount' }) },
    ...problems,
  },
})

export const exportContacts = route({
  method: 'get',
  path: '/v1/contacts/export',
  operationId: 'exportContacts',
  summary: 'Every contact that matches, as CSV, in the order of the list',
  permission: 'contacts:export',
  query: ContactFilter,
  responses: { 200: { description: 'CSV, UTF-8 with a byte-order mark.', contentType: 'text/csv' }, ...problems },
})

export const getContact = route({
  method: 'get',
  path: '/v1/contacts/{id}',
  operationId: 'getContact',
  summary: 'One contact with its tags and where each came from',
  permission: 'contacts:read',
  params: z.object({ id: Id }),
  responses: { 200: { description: 'The contact.', schema: ContactDetail }, ...problems },
})

export const Conflict = z
  .object({
    id: Id,
    reason: z
      .enum(['two_contacts', 'possible_new_owner', 'number_taken'])
      .describe(
        'A phone and an id of two contacts came together; a known phone came with another id; somebody changed to ids of another contact.',
      ),
    contact: Contact.nullable().describe('The one that got the message; null when it was erased.'),
    other_contact: Contact.nullable().describe('The one that the identity belongs to, if any.'),
    identity: z
      .object({ kind: Identity.shape.kind, scope: z.string(), value: z.string() })
      .describe('The identity that did not fit.'),
    detected_at: Instant,
    last_seen_at: Instant,
    times_seen: z.int(),
    resolution: z.enum(['merged', 'same_person', 'kept_apart']).nullable(),
    resolved_at: Instant.nullable(),
    resolved_by_name: z.string().nullable(),
  })
  .meta({ id: 'Conflict' })
export type Conflict = z.output<typeof Conflict>

export const ConflictDecision = z.enum(['merged', 'same_person', 'kept_apart'])
export type ConflictDecision = z.output<typeof ConflictDecision>

export const listConflicts = route({
  method: 'get',
  path: '/v1/conflicts',
  operationId: 'listConflicts',
  summary: 'Where two identities point to two contacts, or a known number came with another id',
  permission: 'contacts:merge',
  query: z.object({ status: z.enum(['open', 'decided']).default('open') }),
  responses: {
    200: {
      description: 'At most 200, newest first.',
      schema: z.object({ conflicts: z.array(Conflict), open_count: z.int() }).meta({ id: 'ConflictList' }),
    },
    ...problems,
  },
})

export const decideConflict = route({
  method: 'post',
  path: '/v1/conflicts/{id}/decision',
  operationId: 'decideConflict',
  summary: 'Merge the two contacts, take the id for the same person’s, or keep them apart',
  permission: 'contacts:merge',
  params: z.object({ id: Id }),
  body: z.object({ decision: ConflictDecision }),
  responses: { 204: { description: 'Decided.' }, ...problems },
})

export const undoConflictDecision = route({
  method: 'delete',
  path: '/v1/conflicts/{id}/decision',
  operationId: 'undoConflictDecision',
  summary: 'Take a decision back; merged contacts are two again',
  permission: 'contacts:merge',
  params: z.object({ id: Id }),
  responses: { 204: { description: 'The conflict is open again.' }, ...problems },
})
