// Shapes and routes of conflicts: two identities that lead to two contacts, and what was decided.
import { z } from 'zod'
import { route } from '../lib/route.ts'
import { Id, Instant, problems } from '../lib/shapes.ts'
import { Contact, Identity } from './schema.ts'

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
