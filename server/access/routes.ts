// The door of signing in, signing out, the first set-up, invitations and organizations themselves.
import { findLostSecrets } from '../channels/lost-secrets.ts'
import { findRefusedTokens } from '../channels/pausing.ts'
import { positionsOf } from '../events/sequencing.ts'
import { answer } from '../lib/route.ts'
import { acceptInvitation, getInvitation, joinWithNewAccount } from '../people/invitations.ts'
import * as invitations from '../people/schema.ts'
import { findSwitchedOff } from '../webhooks/endpoints.ts'
import { bind, sessionCookieOptions, type Context } from './door.ts'
import * as schema from './schema.ts'
import type { Session } from './schema.ts'
import { endSession, findSession, SESSION_DAYS, signIn, startSession } from './sessions.ts'
import { createOrganization, renameOrganization } from './organizations.ts'
import { setUp, setupLinkValid, setupNeeded } from './setup.ts'
import { Problem } from '../lib/errors.ts'

async function signedIn(context: Context, token: string) {
  context.reply.setCookie(context.sessionCookie, token, {
    ...sessionCookieOptions(context.config),
    maxAge: SESSION_DAYS * 86_400,
  })
  const session = await findSession(context.db, token, context.request.ip)
  if (!session) throw new Problem('unauthenticated', 'The session has ended. Sign in again.', { reason: 'no_session' })
  return current(context, session)
}

async function current({ db, config, secretKey }: Context, session: Session) {
  const ids = session.organizations.map((each) => each.id)
  const managed = session.organizations.filter((each) => each.permissions.includes('channels:manage'))
  const managedIds = managed.map((each) => each.id)
  const [positions, lost, refusedTokens, stoppedWebhooks] = await Promise.all([
    positionsOf(db, ids),
    managedIds.length === 0 ? [] : findLostSecrets(db, secretKey, managedIds),
    managedIds.length === 0 ? [] : findRefusedTokens(db, managedIds),
    managedIds.length === 0 ? [] : findSwitchedOff(db, managedIds),
  ])
  return {
    ...session,
    lost_secrets: [...new Set(lost.map((each) => each.org_id))],
    refused_tokens: refusedTokens,
    stopped_webhooks: stoppedWebhooks,
    positions: Object.fromEntries(positions),
    creates_organizations: config.createOrganizations && session.organizations.some((each) => each.role === 'admin'),
  }
}

const client = (context: Context) => ({
  address: context.request.ip,
  userAgent: context.request.headers['user-agent'] ?? '',
})

export const accessRoutes = [
  bind(schema.getSession, async (_input, context) => answer(200, await current(context, context.session))),

  bind(schema.signIn, async ({ body }, context) => {
    const token = await signIn(context, body, client(context))
    return answer(200, await signedIn(context, token))
  }),

  bind(schema.signOut, async (_input, context) => {
    const token = context.request.cookies[context.sessionCookie]
    if (token) await endSession(context.db, token)
    context.reply.clearCookie(context.sessionCookie, sessionCookieOptions(context.config))
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
    const token = await startSession(context.db, userId, client(context))
    return answer(201, await signedIn(context, token))
  }),

  bind(schema.createOrganization, ({ body }, context) =>
    context.write(async (tx) => {
      const allowed = context.config.createOrganizations
      return answer(201, await createOrganization(tx, context.actor, { ...body, allowed }))
    }),
  ),

  bind(schema.renameOrganization, ({ body }, context) =>
    context.write(async (tx) => answer(200, await renameOrganization(tx, context.actor, body.name))),
  ),

  bind(invitations.checkInvitation, async ({ body }, { db }) => answer(200, await getInvitation(db, body.token))),

  bind(invitations.joinWithNewAccount, async ({ body }, context) => {
    const userId = await joinWithNewAccount(context.db, body, client(context).address)
    context.live.wake()
    return answer(201, await signedIn(context, await startSession(context.db, userId, client(context))))
  }),

  bind(invitations.acceptInvitation, async ({ body }, context) => {
    const { user } = context.session
    await context.write(async (tx) => {
      await acceptInvitation(tx, {
        token: body.token,
        user: { id: user.id, name: user.name },
        address: client(context).address,
      })
      return answer(204, undefined)
    })
    const token = context.request.cookies[context.sessionCookie]!
    return answer(200, await signedIn(context, token))
  }),
]
