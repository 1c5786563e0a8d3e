// The door of signing in, signing out and the first set-up.
import { answer } from '../lib/route.ts'
import { bind, type Context } from './door.ts'
import * as schema from './schema.ts'
import { endSession, findSession, SESSION_DAYS, signIn, startSession } from './sessions.ts'
import { setUp, setupLinkValid, setupNeeded } from './setup.ts'
import { Problem } from '../lib/errors.ts'

const cookieOptions = (context: Context) =>
  ({ path: '/', httpOnly: true, sameSite: 'lax', secure: context.config.publicUrl.startsWith('https:') }) as const

async function signedIn(context: Context, token: string) {
  context.reply.setCookie(context.sessionCookie, token, { ...cookieOptions(context), maxAge: SESSION_DAYS * 86_400 })
  const session = await findSession(context.db, token)
  if (!session) throw new Problem('unauthenticated', 'The session has ended. Sign in again.')
  return session
}

const client = (context: Context) => ({
  address: context.request.ip,
  userAgent: context.request.headers['user-agent'] ?? '',
})

export const accessRoutes = [
  bind(schema.getSession, async (_input, { session }) => answer(200, session)),

  bind(schema.signIn, async ({ body }, context) => {
    const token = await signIn(context.db, body, client(context))
    return answer(200, await signedIn(context, token))
  }),

  bind(schema.signOut, async (_input, context) => {
    const token = context.request.cookies[context.sessionCookie]
    if (token) await endSession(context.db, token)
    context.reply.clearCookie(context.sessionCookie, cookieOptions(context))
    return answer(204, undefined)
  }),

  bind(schema.checkSetupLink, async ({ query }, { db }) => {
    const needed = await setupNeeded(db)
    return answer(200, {
      needed,
      valid: needed && query.token !== undefined && (await setupLinkValid(db, query.token)),
    })
  }),

  bind(schema.setUp, async ({ body }, context) => {
    const userId = await setUp(context.db, body)
    const token = await startSession(context.db, userId, client(context).userAgent)
    return answer(201, await signedIn(context, token))
  }),
]
