// Shapes and routes of organizations, people and sessions.
import { z } from 'zod'
import { route } from '../lib/route.ts'
import { atMost, filledText, Id, nameText, problems, refusal } from '../lib/shapes.ts'

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

export const CurrentSession = Session.extend({
  lost_secrets: z
    .array(Id)
    .describe('Organizations that the person administers, with secrets that this server’s key does not open.'),
  refused_tokens: z
    .array(Id)
    .describe('Organizations that the person administers, with an account whose access token Meta refuses.'),
  stopped_webhooks: z
    .array(Id)
    .describe('Organizations that the person administers, with a webhook that was switched off by itself.'),
  positions: z
    .record(z.string(), z.int())
    .describe(
      'Of the newest event in each organization, by its id: a live stream that goes on from it misses nothing.',
    ),
  creates_organizations: z
    .boolean()
    .describe('Whether they may create another organization: administrators, unless the operator turned it off.'),
}).meta({ id: 'CurrentSession' })
export type CurrentSession = z.output<typeof CurrentSession>

const OrganizationName = nameText(refusal('organization_name_missing', 'Give the organization a name.'))
export const PersonName = nameText(refusal('person_name_missing', 'Write your name.'))
export const Email = z
  .string()
  .trim()
  .max(254, atMost(254))
  .pipe(z.email(refusal('email_incomplete', 'Write a complete e-mail address, such as ana@example.com.')))
export const NewPassword = z
  .string()
  .min(
    PASSWORD_MIN_LENGTH,
    refusal('too_short', `Use at least ${PASSWORD_MIN_LENGTH} characters.`, { min: PASSWORD_MIN_LENGTH }),
  )
  .max(200, atMost(200))

/** One that is set already. */
export const Password = z.string().min(1, refusal('password_missing', 'Write your password.')).max(200, atMost(200))
/** Of an authenticator app, or a recovery code. */
export const Code = filledText(refusal('code_missing', 'Write a code.'), 40)

export const SignIn = z.object({
  email: filledText(refusal('email_missing', 'Write your e-mail address.'), 254),
  password: Password,
  code: Code.optional(),
})

export const SetUp = z.object({
  token: z.string().min(1).max(200),
  organization: OrganizationName,
  name: PersonName,
  email: Email,
  password: NewPassword,
})

export const NameOrganization = z.object({ name: OrganizationName })

const NamedOrganization = z
  .object({ id: Id, slug: z.string().describe('Its part of addresses, which stays.'), name: z.string() })
  .meta({ id: 'NamedOrganization' })

export const getSession = route({
  method: 'get',
  path: '/auth/session',
  operationId: 'getSession',
  summary: 'Who is signed in, and to which organizations they belong',
  permission: 'signed-in',
  responses: { 200: { description: 'The session.', schema: CurrentSession }, ...problems },
})

export const signIn = route({
  method: 'post',
  path: '/auth/session',
  operationId: 'signIn',
  summary: 'Sign in with e-mail and password, and with a code where two-factor is on (`code_needed`)',
  permission: 'public',
  body: SignIn,
  responses: { 200: { description: 'Signed in; the session is in a cookie.', schema: CurrentSession }, ...problems },
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
  responses: { 201: { description: 'Created and signed in.', schema: CurrentSession }, ...problems },
})

export const createOrganization = route({
  method: 'post',
  path: '/v1/organizations',
  operationId: 'createOrganization',
  summary: 'Create another organization, as its only administrator',
  permission: 'organization:manage',
  body: NameOrganization,
  responses: { 201: { description: 'Created, and empty.', schema: NamedOrganization }, ...problems },
})

export const renameOrganization = route({
  method: 'patch',
  path: '/v1/organization',
  operationId: 'renameOrganization',
  summary: 'Give the organization another name; its address stays',
  permission: 'organization:manage',
  body: NameOrganization,
  responses: { 200: { description: 'Its name now.', schema: NamedOrganization }, ...problems },
})
