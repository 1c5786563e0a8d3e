// The door of Settings → WhatsApp.
import { bind } from '../access/door.ts'
import { answer } from '../lib/route.ts'
import { addChannel, createAccount, listAccounts, updateAccount } from './accounts.ts'
import * as schema from './schema.ts'

export const channelRoutes = [
  bind(schema.listWhatsAppAccounts, async (_input, context) => answer(200, { accounts: await listAccounts(context.db, context, context.actor) })),

  bind(schema.createWhatsAppAccount, async ({ body }, context) =>
    answer(201, await context.db.transaction().execute((tx) => createAccount(tx, context, context.actor, body))),
  ),

  bind(schema.updateWhatsAppAccount, async ({ params, body }, context) =>
    answer(200, await context.db.transaction().execute((tx) => updateAccount(tx, context, context.actor, params.id, body))),
  ),

  bind(schema.addChannel, async ({ params, body }, context) =>
    answer(201, await context.db.transaction().execute((tx) => addChannel(tx, context, context.actor, params.id, body))),
  ),
]
