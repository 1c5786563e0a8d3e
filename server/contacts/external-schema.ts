// The id by which another system knows a contact: its shape, and the route that takes it off.
import { z } from 'zod'
import { route } from '../lib/route.ts'
import { Id, problems, refusal } from '../lib/shapes.ts'

const System = z
  .string()
  .trim()
  .toLowerCase()
  .regex(
    /^[a-z0-9][a-z0-9._-]{0,49}$/,
    refusal('system_invalid', 'Name the system in 1 to 50 letters, digits, points and dashes, such as crm.'),
  )
  .meta({ description: 'The system whose id it is, as you name it; case does not matter.', examples: ['crm'] })

/** Taken as it is: an id with something left out would be another one. */
const IdThere = z
  .string()
  .trim()
  .max(200, refusal('external_id_invalid', 'An id of another system has 1 to 200 visible characters.'))
  .regex(
    /^[^\p{Cc}\p{Cs}\u2028\u2029]+$/u,
    refusal('external_id_invalid', 'An id of another system has 1 to 200 visible characters.'),
  )
  .meta({ description: 'The id that it has there. Case matters.', examples: ['4711'] })

export const ExternalId = z.object({ system: System, id: IdThere }).meta({ id: 'ExternalId' })
export type ExternalId = z.output<typeof ExternalId>

export const removeExternalId = route({
  method: 'delete',
  path: '/v1/contacts/{id}/external-ids',
  operationId: 'removeExternalId',
  summary: 'Take the id of another system off a contact, so that another contact may get it',
  permission: 'contacts:bulk',
  scope: 'contacts:write',
  params: z.object({ id: Id }),
  query: ExternalId,
  responses: {
    200: {
      description: 'The contact does not have it.',
      schema: z
        .object({ removed: z.boolean().describe('False when it did not have it before.') })
        .meta({ id: 'RemovedExternalId' }),
    },
    ...problems,
  },
})
