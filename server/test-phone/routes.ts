// The door of the test phone.
import { bind, type Context } from '../access/door.ts'
import { callbackPath } from '../channels/accounts.ts'
import { Problem } from '../lib/errors.ts'
import { answer } from '../lib/route.ts'
import { setBehaviour } from './behaviour.ts'
import * as schema from './schema.ts'
import {
  clearTestPhone,
  composePlayed,
  composePlayedReaction,
  getTestPhone,
  listTestMessages,
  openTestAccount,
  type Played,
} from './test-phone.ts'

export const testPhoneRoutes = [
  bind(schema.getTestPhone, async (_input, { db, actor }) => answer(200, await getTestPhone(db, actor))),

  bind(schema.playMessage, async ({ body }, context) => {
    // Its own transaction: the webhook must find the account.
    const account = await openTestAccount(context.db, context, context.actor)
    const played = await composePlayed(context.db, context, context.actor, account, body)
    return context.write(async () => {
      await post(context, played)
      return answer(204, undefined)
    })
  }),

  bind(schema.playReaction, async ({ params, body }, context) => {
    const account = await openTestAccount(context.db, context, context.actor)
    const played = await composePlayedReaction(context.db, context, context.actor, account, params.id, body)
    return context.write(async () => {
      await post(context, played)
      return answer(204, undefined)
    })
  }),

  bind(schema.behave, async ({ params, body }, context) => {
    const behaviour = await context.write(async (tx) =>
      answer(200, await setBehaviour(tx, context.actor, params.id, body)),
    )
    // What waited because of it goes now.
    context.sendSoon()
    return behaviour
  }),

  bind(schema.listTestMessages, async ({ params }, { db, actor }) =>
    answer(200, { messages: await listTestMessages(db, actor, params.id) }),
  ),

  bind(schema.clearTestPhone, (_input, { actor, write }) =>
    write(async (tx) => answer(200, { count: await clearTestPhone(tx, actor) })),
  ),
]

/** Through the very door that Meta uses, signature and all. */
async function post({ request }: Context, { accountId, body, signature }: Played): Promise<void> {
  const reply = await request.server.inject({
    method: 'POST',
    url: callbackPath(accountId),
    headers: { 'content-type': 'application/json', 'x-hub-signature-256': signature },
    payload: body,
  })
  if (reply.statusCode !== 200)
    throw new Problem('unavailable', `The webhook answered ${reply.statusCode}. Try again in a moment.`, {
      reason: 'webhook_refused',
      data: { status: reply.statusCode },
    })
}
