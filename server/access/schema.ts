// Shapes and routes of organizations, people and sessions.
import { z } from 'zod'
import { route } from '../lib/route.ts'
import { Id, problems } from '../lib/shapes.ts'

export const Role = z.enum(['admin', 'agent'])
export type Role = z.output<typeof Role>

export const PASSWORD_MIN_LENGTH = 10

export const Organization = z
  .object({ id: Id, slug: z.string(), name: z.string(), role: Role, permissions: z.array(z.string()) })
  .meta({ id: 'Organization' })
export type Organization = z.output<typeof Organization>

export const Session = z
  .object({ user: z.object({ id: Id, email: z.string(), name: z.string() }), organizations: z.array(Organization) })
  .meta({ id: 'Session' })
export type Session = z.output<typeof Session>

const Email = z
  .string()
  .trim()
  .max(254, 'At most 254 characters.')
  .pipe(z.email('Write a complete e-mail address, such as ana@example.com.'))
const NewPassword = z
  .string()
  .min(PASSWORD_MIN_LENGTH, `Use at least ${PASSWORD_MIN_LENGTH} characters.`)
  .max(200, 'At most 200 characters.')

export const SignIn = z.object({
  email: z.string().trim().min(1, 'Write your e-mail address.').max(254),
  password: z.string().min(1, 'Write your password.').max(200),
})

export const SetUp = z.object({
  token: z.string().min(1).max(200),
  organization: z.string().trim().min(1, 'Give the organization a name.').max(100, 'At most 100 characters.'),
  name: z.string().trim().min(1, 'Write your name.').max(100, 'At most 100 characters.'),
  email: Email,
  password: NewPassword,
})

export const getSession = route({
  method: 'get',
  path: '/auth/session',
  operationId: 'getSession',
  summary: 'Who is signed in, and to which organizations they belong',
  permission: 'signed-in',
  responses: { 200: { description: 'The session.', schema: Session }, ...problems },
})

export const signIn = route({
  method: 'post',
  path: '/auth/session',
  operationId: 'signIn',
  summary: 'Sign in with e-mail and password',
  permission: 'public',
  body: SignIn,
  responses: { 200: { description: 'Signed in; the session is in a cookie.', schema: Session }, ...problems },
})

export const signOut = route({
  method: 'delete',
  path: '/auth/session',
  operationId: 'signOut',
  summary: 'Sign out of this session',
  permission: 'public',
  responses: { 204: { description: 'Signed out.' }, ...problems },
})

export const checkSetupLink = route({
  method: 'get',
  path: '/auth/setup',
  operationId: 'checkSetupLink',
  summary: 'Whether the first administrator is still to be created, and whether this link may do it',
  permission: 'public',
  query: z.object({ token: z.string().max(200).optional() }),
  responses: {
    200: {
      description: 'The state of the first set-up.',
      schema: z.object({ needed: z.boolean(), valid: z.boolean() }).meta({ id: 'SetupState' }),
    },
    ...problems,
  },
})

export const setUp = route({
  method: 'post',
  path: '/auth/setup',
  operationId: 'setUp',
  summary: 'Create the first organization and its administrator, with the link printed at the start',
  permission: 'public',
  body: SetUp,
  responses: { 201: { description: 'Created and signed in.', schema: Session }, ...problems },
})
