// The door of Settings → WhatsApp.
import { bind } from '../access/door.ts'
import { Problem } from '../lib/errors.ts'
import { answer } from '../lib/route.ts'
import { addChannel, callbackPath, createAccount, getAccount, listAccounts, updateAccount } from './accounts.ts'
import { getDelivery, listDeliveries, retryDeliveries } from './deliveries.ts'
import * as schema from './schema.ts'
import { clearTestPhone, composePlayed, getTestPhone, listTestMessages, testAccount } from './test-phone.ts'

export const channelRoutes = [
  bind(schema.listWhatsAppAccounts, async (_input, context) =>
    answer(200, { accounts: await listAccounts(context.db, context, context.actor) }),
  ),

  bind(schema.createWhatsAppAccount, async ({ body }, context) =>
    answer(201, await context.db.transaction().execute((tx) => createAccount(tx, context, context.actor, body))),
  ),

  bind(schema.updateWhatsAppAccount, async ({ params, body }, context) =>
    answer(
      200,
      await context.db.transaction().execute((tx) => updateAccount(tx, context, context.actor, params.id, body)),
    ),
  ),

  bind(schema.addChannel, async ({ params, body }, context) => {
    const account = await context.db
      .transaction()
      .execute((tx) => addChannel(tx, context, context.actor, params.id, body))
    context.interpretSoon()
    return answer(201, account)
  }),

  bind(schema.listDeliveries, async ({ params, query }, context) => {
    await getAccount(context.db, context, context.actor, params.id)
    return answer(200, await listDeliveries(context.db, context.actor, params.id, query))
  }),

  bind(schema.getDelivery, async ({ params }, { db, actor }) =>
    answer(200, await getDelivery(db, actor, params.id, params.delivery_id)),
  ),

  bind(schema.retryDeliveries, async ({ params }, context) => {
    await getAccount(context.db, context, context.actor, params.id)
    const count = await context.db.transaction().execute((tx) => retryDeliveries(tx, context.actor, params.id))
    context.interpretSoon()
    return answer(200, { count })
  }),

  bind(schema.getTestPhone, async (_input, { db, actor }) => answer(200, await getTestPhone(db, actor))),

  bind(schema.playMessage, async ({ body }, context) => {
    const account = await context.db.transaction().execute((tx) => testAccount(tx, context, context.actor))
    const { body: payload, signature } = await composePlayed(context.db, context, account, body)
    // Through the very door that Meta uses, signature and all.
    const reply = await context.request.server.inject({
      method: 'POST',
      url: callbackPath(account.id),
      headers: { 'content-type': 'application/json', 'x-hub-signature-256': signature },
      payload,
    })
    if (reply.statusCode !== 200)
      throw new Problem('unavailable', `The webhook answered ${reply.statusCode}. Try again in a moment.`)
    return answer(204, undefined)
  }),

  bind(schema.listTestMessages, async ({ params }, { db, actor }) =>
    answer(200, { messages: await listTestMessages(db, actor, params.id) }),
  ),

  bind(schema.clearTestPhone, async (_input, { db, actor }) =>
    answer(200, { count: await db.transaction().execute((tx) => clearTestPhone(tx, actor)) }),
  ),
]
