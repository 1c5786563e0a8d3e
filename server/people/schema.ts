// Shapes and routes of the people of an organization, and of the invitations by which they join it.
import { z } from 'zod'
import { CurrentSession, Email, NewPassword, PersonName, Role } from '../access/schema.ts'
import { route } from '../lib/route.ts'
import { Id, Instant, problems } from '../lib/shapes.ts'

export const INVITATION_DAYS = 7

export const Person = z
  .object({
    id: Id,
    name: z.string(),
    email: z.string(),
    role: Role,
    joined_at: Instant,
    last_seen_at: Instant.nullable().describe('When they last had this organization open; null for never.'),
    two_factor: z.boolean().describe('Whether signing in asks them for a code.'),
  })
  .meta({ id: 'Person' })
export type Person = z.output<typeof Person>

export const Invitation = z
  .object({
    id: Id,
    role: Role,
    email: z.string().describe('Whom it is meant for; empty when that was not noted.'),
    invited_by: z.object({ id: Id, name: z.string() }),
    created_at: Instant,
    expires_at: Instant,
  })
  .meta({ id: 'Invitation' })
export type Invitation = z.output<typeof Invitation>

export const NewInvitation = Invitation.extend({
  url: z.string().describe('The link to hand over. It is shown this once and kept nowhere.'),
}).meta({ id: 'NewInvitation' })
export type NewInvitation = z.output<typeof NewInvitation>

export const Invite = z.object({
  role: Role,
  email: z
    .union([z.literal(''), Email])
    .default('')
    .describe('Whom it is meant for, as a note; nothing is sent there.'),
})

export const OpenInvitation = z
  .object({
    organization: z.object({ slug: z.string(), name: z.string() }),
    role: Role,
    email: z.string(),
    invited_by: z.string().describe('The name of whoever made it.'),
    expires_at: Instant,
  })
  .meta({ id: 'OpenInvitation' })
export type OpenInvitation = z.output<typeof OpenInvitation>

const Token = z.string().min(1).max(200)

export const Join = z.object({ token: Token, name: PersonName, email: Email, password: NewPassword })

export const listPeople = route({
  method: 'get',
  path: '/v1/people',
  operationId: 'listPeople',
  summary: 'The people of the organization: administrators first, then by name',
  permission: 'people:manage',
  responses: {
    200: { description: 'All of them.', schema: z.object({ people: z.array(Person) }).meta({ id: 'People' }) },
    ...problems,
  },
})

export const changeRole = route({
  method: 'patch',
  path: '/v1/people/{id}',
  operationId: 'changeRole',
  summary: 'Make somebody an administrator or an agent',
  permission: 'people:manage',
  params: z.object({ id: Id }),
  body: z.object({ role: Role }),
  responses: { 200: { description: 'The person as they are now.', schema: Person }, ...problems },
})

export const removePerson = route({
  method: 'delete',
  path: '/v1/people/{id}',
  operationId: 'removePerson',
  summary: 'Take somebody out of the organization; what they did stays under their name',
  permission: 'people:manage',
  params: z.object({ id: Id }),
  responses: { 204: { description: 'Removed.' }, ...problems },
})

export const listInvitations = route({
  method: 'get',
  path: '/v1/invitations',
  operationId: 'listInvitations',
  summary: 'The invitations that can still be used, newest first',
  permission: 'people:manage',
  responses: {
    200: {
      description: 'All of them.',
      schema: z.object({ invitations: z.array(Invitation) }).meta({ id: 'Invitations' }),
    },
    ...problems,
  },
})

export const createInvitation = route({
  method: 'post',
  path: '/v1/invitations',
  operationId: 'createInvitation',
  summary: `Make a link by which one person joins, within ${INVITATION_DAYS} days`,
  permission: 'people:manage',
  body: Invite,
  responses: { 201: { description: 'The invitation, with its link.', schema: NewInvitation }, ...problems },
})

export const withdrawInvitation = route({
  method: 'delete',
  path: '/v1/invitations/{id}',
  operationId: 'withdrawInvitation',
  summary: 'Make a link useless that nobody has used',
  permission: 'people:manage',
  params: z.object({ id: Id }),
  responses: { 204: { description: 'Withdrawn.' }, ...problems },
})

/** A post, that the token stands in no address and so in no log. */
export const checkInvitation = route({
  method: 'post',
  path: '/auth/invitation',
  operationId: 'checkInvitation',
  summary: 'What a link invites to',
  permission: 'public',
  body: z.object({ token: Token }),
  responses: { 200: { description: 'It can be used.', schema: OpenInvitation }, ...problems },
})

export const joinWithNewAccount = route({
  method: 'post',
  path: '/auth/invitation/account',
  operationId: 'joinWithNewAccount',
  summary: 'Join by a link as somebody who has no account yet',
  permission: 'public',
  body: Join,
  responses: { 201: { description: 'Joined and signed in.', schema: CurrentSession }, ...problems },
})

export const acceptInvitation = route({
  method: 'post',
  path: '/auth/invitation/membership',
  operationId: 'acceptInvitation',
  summary: 'Join by a link as whoever is signed in',
  permission: 'signed-in',
  body: z.object({ token: Token }),
  responses: { 200: { description: 'Joined.', schema: CurrentSession }, ...problems },
})
