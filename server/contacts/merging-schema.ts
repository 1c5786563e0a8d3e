// Shapes and routes of making one contact of two, and taking it back.
import { z } from 'zod'
import { route } from '../lib/route.ts'
import { Id, problems } from '../lib/shapes.ts'

export const mergeContacts = route({
  method: 'post',
  path: '/v1/contacts/{id}/merge',
  operationId: 'mergeContacts',
  summary: 'Make one contact of two that are the same person: this one gets the ids, messages and tags of the other',
  permission: 'contacts:merge',
  scope: 'contacts:write',
  params: z.object({ id: Id }),
  body: z
    .object({ merged_id: Id.describe('The contact that becomes a part of this one.') })
    .meta({ id: 'MergeContacts' }),
  responses: {
    200: {
      description: 'They are one. What this contact had stays, and what it lacked it got from the other.',
      schema: z.object({ merge_id: Id.describe('By which it can be taken back.') }).meta({ id: 'MergedContacts' }),
    },
    ...problems,
  },
})

export const undoMerge = route({
  method: 'delete',
  path: '/v1/contacts/merges/{id}',
  operationId: 'undoMerge',
  summary:
    'Take a merge back: the merged contact is there again under its old id; what came since stays with the other',
  permission: 'contacts:merge',
  scope: 'contacts:write',
  params: z.object({ id: Id }),
  responses: { 204: { description: 'They are two again.' }, ...problems },
})
