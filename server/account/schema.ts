// Shapes and routes of one's own account: name, password, two-factor, sessions; and of links to set a new password.
import { z } from 'zod'
import { Code, NewPassword, Password, PersonName } from '../access/schema.ts'
import { route } from '../lib/route.ts'
import { Id, Instant, problems } from '../lib/shapes.ts'

const AccountSession = z
  .object({
    id: Id,
    user_agent: z.string().describe('As the browser named itself when signing in.'),
    address: z.string().nullable().describe('Where it was last used from, as far as it is known.'),
    started_at: Instant,
    last_seen_at: Instant.describe('To five minutes.'),
    current: z.boolean().describe('The one that asks.'),
  })
  .meta({ id: 'AccountSession' })
export type AccountSession = z.output<typeof AccountSession>

const TwoFactor = z
  .object({
    on_since: Instant.nullable().describe('Null when it is off.'),
    recovery_codes_left: z.int(),
    unreadable: z.boolean().describe('The codes of the app cannot be checked: SECRET_KEY was changed.'),
  })
  .meta({ id: 'TwoFactor' })

const Account = z
  .object({ email: z.string(), name: z.string(), two_factor: TwoFactor, sessions: z.array(AccountSession) })
  .meta({ id: 'Account' })
export type Account = z.output<typeof Account>

const RecoveryCodes = z.object({ recovery_codes: z.array(z.string()) }).meta({ id: 'RecoveryCodes' })

export const AccountName = z.object({
  name: PersonName,
})
export const PasswordChange = z.object({ password: Password, new_password: NewPassword })
export const PasswordProof = z.object({ password: Password })
export const CodeProof = z.object({ code: Code })
export const TwoFactorProof = z.object({ password: Password, code: Code })

const done = { 204: { description: 'Done.' }, ...problems }

export const getAccount = route({
  method: 'get',
  path: '/auth/account',
  operationId: 'getAccount',
  summary: 'One’s own account, with every session',
  permission: 'signed-in',
  responses: { 200: { description: 'The account.', schema: Account }, ...problems },
})

export const renameAccount = route({
  method: 'patch',
  path: '/auth/account',
  operationId: 'renameAccount',
  summary: 'Change one’s own name',
  permission: 'signed-in',
  body: AccountName,
  responses: done,
})

export const changePassword = route({
  method: 'post',
  path: '/auth/account/password',
  operationId: 'changePassword',
  summary: 'Change one’s own password; every other session ends',
  permission: 'signed-in',
  body: PasswordChange,
  responses: done,
})

export const endSession = route({
  method: 'delete',
  path: '/auth/account/sessions/{id}',
  operationId: 'endSession',
  summary: 'End one of one’s own sessions',
  permission: 'signed-in',
  params: z.object({ id: Id }),
  responses: done,
})

export const endAllSessions = route({
  method: 'delete',
  path: '/auth/account/sessions',
  operationId: 'endAllSessions',
  summary: 'Sign out everywhere, here too',
  permission: 'signed-in',
  responses: done,
})

export const beginTwoFactor = route({
  method: 'post',
  path: '/auth/account/two-factor/begin',
  operationId: 'beginTwoFactor',
  summary: 'Get a secret for an authenticator app; a code of it then turns two-factor on',
  permission: 'signed-in',
  body: PasswordProof,
  responses: {
    200: {
      description: 'To be entered in the app.',
      schema: z.object({ secret: z.string(), uri: z.string() }).meta({ id: 'TwoFactorSecret' }),
    },
    ...problems,
  },
})

export const confirmTwoFactor = route({
  method: 'post',
  path: '/auth/account/two-factor',
  operationId: 'confirmTwoFactor',
  summary: 'Turn two-factor on by a code of the app; answers the recovery codes, this once',
  permission: 'signed-in',
  body: CodeProof,
  responses: { 200: { description: 'On.', schema: RecoveryCodes }, ...problems },
})

export const renewRecoveryCodes = route({
  method: 'post',
  path: '/auth/account/two-factor/recovery-codes',
  operationId: 'renewRecoveryCodes',
  summary: 'Make the recovery codes anew; the old ones no longer work',
  permission: 'signed-in',
  body: TwoFactorProof,
  responses: { 200: { description: 'The new ones.', schema: RecoveryCodes }, ...problems },
})

export const endTwoFactor = route({
  method: 'post',
  path: '/auth/account/two-factor/end',
  operationId: 'endTwoFactor',
  summary: 'Turn two-factor off',
  permission: 'signed-in',
  body: TwoFactorProof,
  responses: done,
})

export const makeResetLink = route({
  method: 'post',
  path: '/v1/people/{id}/reset-link',
  operationId: 'makeResetLink',
  summary: 'Make a link by which a person of the organization sets a new password; the one before no longer works',
  permission: 'people:manage',
  params: z.object({ id: Id }),
  body: z.object({
    turn_off_two_factor: z.boolean().default(false).describe('For whoever lost the authenticator app too.'),
  }),
  responses: {
    201: {
      description: 'The link, told this once.',
      schema: z.object({ url: z.string(), expires_at: Instant }).meta({ id: 'ResetLink' }),
    },
    ...problems,
  },
})

const Token = z.object({ token: z.string().max(200) })

export const checkResetLink = route({
  method: 'post',
  path: '/auth/reset-link',
  operationId: 'checkResetLink',
  summary: 'Whose password a reset link sets',
  permission: 'public',
  body: Token,
  responses: {
    200: {
      description: 'It works.',
      schema: z.object({ email: z.string(), ends_two_factor: z.boolean() }).meta({ id: 'ResetLinkState' }),
    },
    ...problems,
  },
})

export const useResetLink = route({
  method: 'post',
  path: '/auth/reset-link/password',
  operationId: 'useResetLink',
  summary: 'Set a new password with a reset link; every session of the person ends',
  permission: 'public',
  body: Token.extend({ password: NewPassword }),
  responses: done,
})
