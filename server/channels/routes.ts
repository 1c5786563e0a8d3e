// The door of channels: Settings → WhatsApp, and the names of the numbers.
import { bind } from '../access/door.ts'
import { answer } from '../lib/route.ts'
import { addChannel, createAccount, getAccount, listAccounts, listChannels, updateAccount } from './accounts.ts'
import { checkAccount } from './checking.ts'
import { getDelivery, listDeliveries, retryDeliveries } from './deliveries.ts'
import * as schema from './schema.ts'

export const channelRoutes = [
  bind(schema.listChannels, async (_input, { db, actor }) => answer(200, { channels: await listChannels(db, actor) })),

  bind(schema.listWhatsAppAccounts, async (_input, context) =>
    answer(200, { accounts: await listAccounts(context.db, context, context.actor) }),
  ),

  bind(schema.createWhatsAppAccount, ({ body }, context) =>
    context.write(async (tx) => answer(201, await createAccount(tx, context, context.actor, body))),
  ),

  bind(schema.updateWhatsAppAccount, async ({ params, body }, context) => {
    const updated = await context.write(async (tx) =>
      answer(200, await updateAccount(tx, context, context.actor, params.id, body)),
    )
    // Another token may be the one that Meta takes.
    context.sendSoon()
    return updated
  }),

  bind(schema.addChannel, async ({ params, body }, context) => {
    const added = await context.write(async (tx) =>
      answer(201, await addChannel(tx, context, context.actor, params.id, body)),
    )
    context.interpretSoon()
    return added
  }),

  bind(schema.checkConnection, async ({ params }, context) =>
    answer(200, { checks: await checkAccount(context.db, context, context.actor, params.id) }),
  ),

  bind(schema.listDeliveries, async ({ params, query }, context) => {
    await getAccount(context.db, context, context.actor, params.id)
    return answer(200, await listDeliveries(context.db, context.actor, params.id, query))
  }),

  bind(schema.getDelivery, async ({ params }, { db, actor }) =>
    answer(200, await getDelivery(db, actor, params.id, params.delivery_id)),
  ),

  bind(schema.retryDeliveries, async ({ params }, context) => {
    await getAccount(context.db, context, context.actor, params.id)
    const retried = await context.write(async (tx) =>
      answer(200, { count: await retryDeliveries(tx, context.actor, params.id) }),
    )
    context.interpretSoon()
    return retried
  }),
]
