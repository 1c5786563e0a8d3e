// Shapes that every slice's schema uses.
import { z } from 'zod'

export const Id = z.uuid()
export const Instant = z.iso.datetime({ offset: true }).describe('ISO 8601, in UTC in answers.')

export const ProblemBody = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string().describe('Stable; programs decide by it.'),
    detail: z.string().describe('A sentence for people: what is wrong and what to do.'),
    reason: z.string().optional().describe('A finer stable reason within the code.'),
    field: z.string().optional().describe('The input field at fault.'),
    data: z.record(z.string(), z.unknown()).optional(),
    request_id: z.string().optional(),
  })
  .meta({ id: 'Problem' })
export type ProblemBody = z.output<typeof ProblemBody>

const problem = (description: string) =>
  ({ description, schema: ProblemBody, contentType: 'application/problem+json' }) as const

/** The problems that any route may answer, by status. */
export const problems = {
  401: problem('Not signed in.'),
  403: problem('Not allowed.'),
  404: problem('No such object in this organization.'),
  409: problem('In conflict with what is there.'),
  422: problem('The input is not valid.'),
  429: problem('Too many requests.'),
  503: problem('The database does not answer.'),
} as const
