// Shapes and route of the agents’ figures: what each has open, has closed, and how soon customers were answered.
import { z } from 'zod'
import { route } from '../lib/route.ts'
import { Id, Instant, listOf, problems } from '../lib/shapes.ts'

const Seconds = z.int().nullable().describe('In seconds; null when there is none to speak of.')

const Figures = z.object({
  open: z.int().describe('Open now, whatever the period: of an agent what they have, of nobody what waits.'),
  closed_by_agent: z.int(),
  closed_by_admin: z.int(),
  expired: z.int(),
  ai_auto_closed: z.int(),
  first_answers: z.int().describe('First answers in conversations, whoever had the conversation later.'),
  first_answer_median: Seconds.describe('From the customer’s opening message to the first answer, in seconds.'),
  first_answer_p90: Seconds.describe('Nine of ten first answers came within that, in seconds.'),
  close_median: Seconds.describe('From the opening message until an agent or an administrator closed it, in seconds.'),
})
export type Figures = z.output<typeof Figures>

export const AgentFigures = Figures.extend({
  agent: z
    .object({ id: Id, name: z.string(), removed: z.boolean(), ai: z.boolean().describe('An AI agent, no person.') })
    .nullable()
    .describe('Null: what nobody had, and first answers from the phone app.'),
})
export type AgentFigures = z.output<typeof AgentFigures>

export const FiguresPeriod = z.object({
  from: Instant.describe('Closed, or first answered, at this instant or later.'),
  before: Instant.optional(),
  channels: listOf(Id, 100).describe('Ids of channels separated by commas.'),
})
export type FiguresPeriod = z.output<typeof FiguresPeriod>

export const getAgentFigures = route({
  method: 'get',
  path: '/v1/conversations/figures',
  operationId: 'getAgentFigures',
  summary: 'What each agent has open and has closed in a period, and how soon customers were answered',
  permission: 'conversations:oversee',
  query: FiguresPeriod,
  responses: {
    200: {
      description: 'A row for everybody of the organization, and for those who left and did something in the period.',
      schema: z.object({ agents: z.array(AgentFigures), all: Figures }).meta({ id: 'AgentFigureList' }),
    },
    ...problems,
  },
})
