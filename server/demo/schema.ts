// The route that fills an empty organization with a demo shop.
import { z } from 'zod'
import { route } from '../lib/route.ts'
import { problems } from '../lib/shapes.ts'

export const fillDemo = route({
  method: 'post',
  path: '/v1/demo',
  operationId: 'fillDemo',
  summary: 'Fill an organization that has no contacts yet with a demo shop',
  permission: 'organization:manage',
  responses: {
    201: { description: 'Filled.', schema: z.object({ contacts: z.int(), tags: z.int() }).meta({ id: 'DemoFilled' }) },
    ...problems,
  },
})
