// Shapes of the audit log: what people did to the organization itself.
import { z } from 'zod'
import { route } from '../lib/route.ts'
import { Instant, listOf, NumberCursor, problems, SearchText } from '../lib/shapes.ts'
import { ActorShape } from '../tags/schema.ts'

/** Every act that is recorded, in the past tense; what each says of itself stands in `details`. */
export const AuditAct = z.enum([
  'person.signed_in',
  'person.sign_in_failed',
  'person.sessions_ended',
  'person.password_changed',
  'person.two_factor_changed',
  'person.reset_link_made',
  'person.invited',
  'person.invitation_withdrawn',
  'person.joined',
  'person.renamed',
  'person.role_changed',
  'person.removed',
  'organization.created',
  'organization.renamed',
  'settings.changed',
  'key.created',
  'key.changed',
  'key.rotated',
  'key.revoked',
  'webhook.created',
  'webhook.changed',
  'webhook.deleted',
  'webhook.rotated',
  'webhook.switched_off',
  'webhook.switched_on',
  'webhook.replayed',
  'model_provider.created',
  'model_provider.changed',
  'model_provider.deleted',
  'whatsapp_account.connected',
  'whatsapp_account.changed',
  'whatsapp_account.number_added',
  'contacts.exported',
  'contact.exported',
  'contact.erased',
  'test_contacts.erased',
  'ai_agent.added',
  'ai_agent.changed',
  'ai_agent.removed',
  'demo.filled',
  'learning.forgotten',
  'learning.rebuilt',
  'audit.exported',
])
export type AuditAct = z.output<typeof AuditAct>

export const AuditEntry = z
  .object({
    id: z.string(),
    at: Instant,
    act: z.string().describe('What was done, such as person.invited.'),
    actor: ActorShape,
    address: z.string().nullable().describe('Where the call came from, as the server saw it.'),
    subject: z
      .object({ id: z.string().nullable(), name: z.string().nullable() })
      .nullable()
      .describe('Whom or what it was done to, with the name of then.'),
    details: z.record(z.string(), z.unknown()).nullable(),
  })
  .meta({ id: 'AuditEntry' })
export type AuditEntry = z.output<typeof AuditEntry>

/** The filters of the log; the export takes the same. Every filter given must hold. */
export const AuditFilter = z.object({
  acts: listOf(AuditAct, 100).describe('Acts separated by commas.'),
  actor: SearchText.optional().describe('Who did it: the id of a person, key or agent.'),
  from: Instant.optional().describe('At this instant or later.'),
  before: Instant.optional(),
  search: SearchText.optional().describe(
    'Any part of the names of who did it and of whom it was done to, or of the address; without case and accents.',
  ),
})
export type AuditFilter = z.output<typeof AuditFilter>

export const listAuditEntries = route({
  method: 'get',
  path: '/v1/audit-log',
  operationId: 'listAuditEntries',
  summary: 'What people did to the organization itself, newest first',
  permission: 'audit:read',
  query: AuditFilter.extend({ limit: z.coerce.number().int().min(1).max(200).default(50), cursor: NumberCursor }),
  responses: {
    200: {
      description: 'A page.',
      schema: z
        .object({ entries: z.array(AuditEntry), next_cursor: z.string().nullable() })
        .meta({ id: 'AuditEntryPage' }),
    },
    ...problems,
  },
})

export const listAuditActors = route({
  method: 'get',
  path: '/v1/audit-log/actors',
  operationId: 'listAuditActors',
  summary: 'Everybody who appears in the log, by name',
  permission: 'audit:read',
  responses: {
    200: {
      description: 'At most 500, each under the newest name.',
      schema: z.object({ actors: z.array(ActorShape) }).meta({ id: 'AuditActorList' }),
    },
    ...problems,
  },
})

export const exportAuditEntries = route({
  method: 'get',
  path: '/v1/audit-log/export',
  operationId: 'exportAuditEntries',
  summary: 'Every entry that matches, as CSV, newest first',
  permission: 'audit:read',
  query: AuditFilter,
  responses: {
    200: {
      description:
        'CSV, UTF-8 with a byte-order mark. The header Earmark-Rows tells the number of rows below the first line: a file with fewer was cut on the way.',
      contentType: 'text/csv',
    },
    ...problems,
  },
})
