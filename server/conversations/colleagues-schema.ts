// The shape and route of colleagues: who may have a conversation.
import { z } from 'zod'
import { route } from '../lib/route.ts'
import { Id, problems } from '../lib/shapes.ts'

const Named = z.object({ id: Id, name: z.string() })

export const listColleagues = route({
  method: 'get',
  path: '/v1/colleagues',
  operationId: 'listColleagues',
  summary: 'The people of the organization by name: who may have a conversation',
  permission: 'conversations:read',
  responses: {
    200: {
      description: 'By name.',
      schema: z
        .object({
          colleagues: z.array(Named.extend({ role: z.enum(['admin', 'agent']) })),
          ai_agents: z.array(Named).describe('AI agents that answer customers; nobody hands a conversation to one.'),
        })
        .meta({ id: 'ColleagueList' }),
    },
    ...problems,
  },
})
