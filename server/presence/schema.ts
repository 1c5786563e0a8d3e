// Who is there: what a tab tells of itself, and what is told to open screens.
import { z } from 'zod'
import { route } from '../lib/route.ts'
import { Id, problems } from '../lib/shapes.ts'

const tabParams = z.object({ id: Id.describe('What the tab calls itself, for as long as it is open.') })
const noted = { 204: { description: 'Noted.' }, ...problems } as const

export const TabReport = z
  .object({
    conversation_id: Id.nullable().describe('The conversation that is open in it.'),
    writing: z.boolean().describe('Whether somebody writes in it at this moment.'),
  })
  .meta({ id: 'TabReport' })
export type TabReport = z.output<typeof TabReport>

export const reportTab = route({
  method: 'put',
  path: '/v1/presence/tabs/{id}',
  operationId: 'reportTab',
  summary:
    'Say that a tab of the console is open, and at which conversation; again every 25 seconds, or it counts as gone',
  permission: 'conversations:read',
  params: tabParams,
  body: TabReport,
  responses: noted,
})

export const closeTab = route({
  method: 'delete',
  path: '/v1/presence/tabs/{id}',
  operationId: 'closeTab',
  summary: 'Say that a tab of the console is closed',
  permission: 'conversations:read',
  params: tabParams,
  responses: noted,
})

/** On the live stream, of the type presence and without a position: all there is to know, each time anew. */
export const PresenceMessage = z
  .object({
    online: z.array(Id).describe('The people of the organization with the console open.'),
    threads: z
      .array(
        z.object({
          conversation_id: Id,
          people: z.array(z.object({ id: Id, name: z.string(), writing: z.boolean() })),
        }),
      )
      .describe('Who else is at the conversations that the listener has open.'),
  })
  .meta({ id: 'PresenceMessage' })
export type PresenceMessage = z.output<typeof PresenceMessage>
