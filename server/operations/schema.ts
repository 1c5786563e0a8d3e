// Shapes and routes of operations: what changes many contacts in the background.
import { z } from 'zod'
import { Contact, ContactFilter } from '../contacts/schema.ts'
import { route } from '../lib/route.ts'
import { Id, Instant, pageLimit, problems, refusal } from '../lib/shapes.ts'
import { TagsMode } from '../imports/schema.ts'
import { ActorShape, ANY_TAG, NamedTags, NOT_BOTH, TagChip } from '../tags/schema.ts'

export const MOST_CHOSEN = 10_000

const bulkFields = {
  filter: ContactFilter.optional().describe('All contacts that match; {} is every contact.'),
  ids: z
    .array(Id)
    .min(1, refusal('contacts_unnamed', 'Choose at least one contact.'))
    .max(
      MOST_CHOSEN,
      refusal('too_many_contacts', `Choose at most ${MOST_CHOSEN} contacts one by one, or use a filter.`, {
        max: MOST_CHOSEN,
      }),
    )
    .optional()
    .describe('These contacts, instead of a filter.'),
  add: NamedTags,
  remove: NamedTags,
}

interface BulkFields {
  filter?: unknown
  ids?: unknown
  add: string[]
  remove: string[]
}
const oneSelection = (c: BulkFields) => (c.filter === undefined) !== (c.ids === undefined)
const anyTag = (c: BulkFields) => c.add.length + c.remove.length > 0
const notBoth = (c: BulkFields) => !c.add.some((tag) => c.remove.includes(tag))

/** Which contacts, and what to change on each of them. */
export const BulkChange = z
  .strictObject(bulkFields)
  .refine(oneSelection, refusal('one_selection', 'Choose contacts either by filter or by ids.'))
  .refine(anyTag, ANY_TAG)
  .refine(notBoth, NOT_BOTH)
  .meta({ id: 'BulkChange' })
export type BulkChange = z.output<typeof BulkChange>

export const StartOperation = z
  .strictObject({
    ...bulkFields,
    expected: z
      .int()
      .min(0)
      .optional()
      .describe(
        'How many contacts the preview matched. Refused (count_changed) when it is no longer so; from a hundred on, one in a hundred may have come or gone.',
      ),
  })
  .refine(oneSelection, refusal('one_selection', 'Choose contacts either by filter or by ids.'))
  .refine(anyTag, ANY_TAG)
  .refine(notBoth, NOT_BOTH)
  .meta({ id: 'StartOperation' })
export type StartOperation = z.output<typeof StartOperation>

/** What would happen, in numbers of contacts. */
export const BulkPreview = z
  .object({
    matched: z.int(),
    changes: z.int().describe('Would change in at least one tag.'),
    unchanged: z.int().describe('Are as asked already.'),
    refused: z.int().describe('The caller may not change.'),
    missing: z.int().describe('Chosen one by one, and no longer there.'),
    tags: z.array(
      z.object({
        tag: TagChip,
        change: z.enum(['add', 'remove']),
        changes: z.int(),
        unchanged: z.int().describe('Carry it already, or do not carry it.'),
      }),
    ),
  })
  .meta({ id: 'BulkPreview' })
export type BulkPreview = z.output<typeof BulkPreview>

export const OperationKind = z.enum(['change_tags', 'merge_tags', 'import', 'undo'])
export type OperationKind = z.output<typeof OperationKind>
export const OperationStatus = z.enum(['waiting', 'running', 'cancelling', 'cancelled', 'done', 'failed'])
export type OperationStatus = z.output<typeof OperationStatus>

const EndReason = z.enum(['tag_deleted', 'tag_unknown', 'internal'])
export type EndReason = z.output<typeof EndReason>

export const Operation = z
  .object({
    id: Id,
    kind: OperationKind,
    status: OperationStatus,
    actor: ActorShape,
    filter: z.record(z.string(), z.string()).nullable().describe('The filter as it was given; null without one.'),
    add: z.array(TagChip),
    remove: z.array(TagChip),
    merge: z.object({ from: TagChip, into: TagChip }).nullable(),
    import: z
      .object({
        id: Id,
        file_name: z.string(),
        tags_mode: TagsMode,
        refused: z.int().describe('Rows of the file that were refused; they can be had as a file, for some weeks.'),
      })
      .nullable()
      .describe('Of an import, and of taking one back.'),
    matched: z.int().describe('Contacts taken at the start.'),
    done: z.int().describe('Contacts worked on so far: changed, unchanged or failed.'),
    changed: z.int(),
    created: z.int().describe('Of those that were changed, the ones that an import made.'),
    unchanged: z.int(),
    failed: z
      .int()
      .describe(
        'Listed with a sentence each; of an undo, what could not be undone; of an import, rows refused on the way.',
      ),
    created_at: Instant,
    started_at: Instant.nullable(),
    finished_at: Instant.nullable(),
    error: z.string().nullable().describe('Why it failed, for people.'),
    error_reason: EndReason.nullable().describe('The same, for programs.'),
    undoes: Id.nullable(),
    undone_by: Id.nullable(),
    can_cancel: z.boolean(),
    can_resume: z.boolean(),
    can_undo: z.boolean(),
  })
  .meta({ id: 'Operation' })
export type Operation = z.output<typeof Operation>

export const OperationFailure = z
  .object({
    contact_id: Id,
    contact: Contact.nullable().describe('Null when it is no longer there.'),
    tag: TagChip.nullable(),
    reason: z.string().describe('Stable; programs decide by it.'),
    message: z.string().describe('A sentence for people.'),
  })
  .meta({ id: 'OperationFailure' })
export type OperationFailure = z.output<typeof OperationFailure>

const page = {
  limit: pageLimit({ most: 100, usual: 30 }),
  cursor: z.string().max(100).optional().describe('next_cursor of the page before.'),
}
const one = { params: z.object({ id: Id }) }
const begun = {
  202: {
    description: 'It runs in the background. Asking how far it is, by its id, takes the scope `contacts:read`.',
    schema: Operation,
  },
  ...problems,
} as const

export const previewOperation = route({
  method: 'post',
  path: '/v1/operations/preview',
  operationId: 'previewOperation',
  summary: 'How many contacts a change of tags would change, exactly, before anything is written',
  permission: 'contacts:bulk',
  scope: 'contacts:write',
  writesNothing: true,
  body: BulkChange,
  responses: { 200: { description: 'The numbers.', schema: BulkPreview }, ...problems },
})

export const startOperation = route({
  method: 'post',
  path: '/v1/operations',
  operationId: 'startOperation',
  summary: 'Change tags of many contacts: those that match now, whatever comes later',
  permission: 'contacts:bulk',
  scope: 'contacts:write',
  body: StartOperation,
  responses: begun,
})

export const listOperations = route({
  method: 'get',
  path: '/v1/operations',
  operationId: 'listOperations',
  summary: 'Operations, newest first',
  permission: 'contacts:bulk',
  scope: 'contacts:read',
  query: z.object(page),
  responses: {
    200: {
      description: 'A page.',
      schema: z
        .object({ operations: z.array(Operation), next_cursor: z.string().nullable() })
        .meta({ id: 'OperationPage' }),
    },
    ...problems,
  },
})

export const getOperation = route({
  method: 'get',
  path: '/v1/operations/{id}',
  operationId: 'getOperation',
  summary: 'One operation with its progress',
  permission: 'contacts:bulk',
  scope: 'contacts:read',
  ...one,
  responses: { 200: { description: 'The operation.', schema: Operation }, ...problems },
})

export const listOperationFailures = route({
  method: 'get',
  path: '/v1/operations/{id}/failures',
  operationId: 'listOperationFailures',
  summary: 'The contacts that an operation could not change, and why',
  permission: 'contacts:bulk',
  scope: 'contacts:read',
  ...one,
  query: z.object(page),
  responses: {
    200: {
      description: 'A page.',
      schema: z
        .object({ failures: z.array(OperationFailure), next_cursor: z.string().nullable() })
        .meta({ id: 'OperationFailurePage' }),
    },
    ...problems,
  },
})

export const cancelOperation = route({
  method: 'post',
  path: '/v1/operations/{id}/cancel',
  operationId: 'cancelOperation',
  summary: 'End an operation between two batches; what was changed stays, and can be undone',
  permission: 'contacts:bulk',
  scope: 'contacts:write',
  ...one,
  responses: { 200: { description: 'Cancelled, or about to be.', schema: Operation }, ...problems },
})

export const resumeOperation = route({
  method: 'post',
  path: '/v1/operations/{id}/resume',
  operationId: 'resumeOperation',
  summary: 'Go on with an operation that failed midway',
  permission: 'contacts:bulk',
  scope: 'contacts:write',
  ...one,
  responses: begun,
})

export const undoOperation = route({
  method: 'post',
  path: '/v1/operations/{id}/undo',
  operationId: 'undoOperation',
  summary: 'Take back exactly what a change of tags changed, where it still stands',
  permission: 'contacts:bulk',
  scope: 'contacts:write',
  ...one,
  responses: begun,
})

export const startImport = route({
  method: 'post',
  path: '/v1/imports/{id}/start',
  operationId: 'startImport',
  summary: 'Write a file that was checked; it can be taken back',
  permission: 'contacts:import',
  ...one,
  responses: begun,
})

export const mergeTags = route({
  method: 'post',
  path: '/v1/tags/{id}/merge',
  operationId: 'mergeTags',
  summary:
    'Merge a tag into another, which gets its assignments; it is deleted, and its name and id lead to the survivor',
  permission: 'tags:write',
  scope: 'tags:write',
  ...one,
  body: z.object({ into: Id.describe('The id of the tag that stays.') }),
  responses: begun,
})

export const previewMerge = route({
  method: 'get',
  path: '/v1/tags/{id}/merge',
  operationId: 'previewMerge',
  summary: 'How many contacts a merge of two tags would concern',
  permission: 'tags:write',
  scope: 'tags:read',
  ...one,
  query: z.object({ into: Id.describe('The id of the tag that would stay.') }),
  responses: {
    200: {
      description: 'The numbers.',
      schema: z
        .object({
          contacts: z.int().describe('Carry the tag that would be merged.'),
          both: z.int().describe('Carry the other one as well: of the two, the older stays.'),
        })
        .meta({ id: 'MergePreview' }),
    },
    ...problems,
  },
})
