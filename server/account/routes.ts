// The door of one's own account, and of links to set a new password.
import { codeKey, codeLimits, countAttempt } from '../access/attempts.ts'
import { bind, sessionCookieOptions, type Context } from '../access/door.ts'
import { provePassword } from '../access/passwords.ts'
import { answer } from '../lib/route.ts'
import * as account from './account.ts'
import { getResetLink, makeResetLink, useResetLink } from './reset-links.ts'
import * as schema from './schema.ts'
import * as twoFactor from './two-factor.ts'

const self = ({ session, request, sessionCookie }: Context): account.Self => ({
  user: session.user,
  token: request.cookies[sessionCookie]!,
  address: request.ip,
})

const done = () => answer(204, undefined)

export const accountRoutes = [
  bind(schema.getAccount, async (_input, context) => answer(200, await account.getAccount(context, self(context)))),

  bind(schema.renameAccount, async ({ body }, context) =>
    context.write(async (tx) => {
      await account.renameAccount(tx, self(context), body.name)
      return done()
    }),
  ),

  bind(schema.changePassword, async ({ body }, context) => {
    await account.changePassword(context.db, self(context), body)
    return done()
  }),

  bind(schema.endSession, async ({ params }, context) =>
    context.write(async (tx) => {
      await account.endOwnSession(tx, self(context), params.id)
      return done()
    }),
  ),

  bind(schema.endAllSessions, async (_input, context) => {
    const answered = await context.write(async (tx) => {
      await account.endAllSessions(tx, self(context))
      return done()
    })
    context.reply.clearCookie(context.sessionCookie, sessionCookieOptions(context.config))
    return answered
  }),

  bind(schema.beginTwoFactor, async ({ body }, context) => {
    const { user } = context.session
    await provePassword(context.db, user.id, body.password)
    return context.write(async (tx) => answer(200, await twoFactor.beginTwoFactor(tx, context.secretKey, user)))
  }),

  bind(schema.confirmTwoFactor, async ({ body }, context) => {
    const { user } = context.session
    const attempt = await countAttempt(context.db, codeLimits(user.id))
    const answered = await context.write(async (tx) =>
      answer(200, {
        recovery_codes: await twoFactor.confirmTwoFactor(tx, context.secretKey, user.id, body.code, context.request.ip),
      }),
    )
    await attempt.forgive(codeKey(user.id))
    return answered
  }),

  bind(schema.renewRecoveryCodes, async ({ body }, context) => {
    await account.proveBoth(context, self(context), body)
    return context.write(async (tx) =>
      answer(200, {
        recovery_codes: await twoFactor.renewRecoveryCodes(tx, context.session.user.id, context.request.ip),
      }),
    )
  }),

  bind(schema.endTwoFactor, async ({ body }, context) => {
    await account.proveBoth(context, self(context), body)
    return context.write(async (tx) => {
      await account.turnOffTwoFactor(tx, self(context))
      return done()
    })
  }),

  bind(schema.makeResetLink, async ({ params, body }, context) =>
    context.write(async (tx) => {
      const { path, expires_at } = await makeResetLink(tx, context.actor, params.id, {
        endsTwoFactor: body.turn_off_two_factor,
      })
      return answer(201, { url: context.config.publicUrl + path, expires_at })
    }),
  ),

  bind(schema.checkResetLink, async ({ body }, { db }) => {
    const { email, ends_two_factor } = await getResetLink(db, body.token)
    return answer(200, { email, ends_two_factor })
  }),

  bind(schema.useResetLink, async ({ body }, context) => {
    await useResetLink(context.db, body, context.request.ip)
    return done()
  }),
]
