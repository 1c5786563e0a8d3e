// The door of language models.
import { bind } from '../access/door.ts'
import { answer } from '../lib/route.ts'
import { checkAddress } from './addresses.ts'
import { createProvider, deleteProvider, getProvider, listProviders, updateProvider } from './providers.ts'
import * as schema from './schema.ts'

export const modelRoutes = [
  bind(schema.listProviders, async (_input, context) =>
    answer(200, { providers: await listProviders(context.db, context, context.actor) }),
  ),

  bind(schema.createProvider, async ({ body }, context) => {
    await checkAddress(context, body.base_url)
    return context.write(async (tx) => answer(201, await createProvider(tx, context, context.actor, body)))
  }),

  bind(schema.updateProvider, async ({ params, body }, context) => {
    await getProvider(context.db, context, context.actor, params.id)
    await checkAddress(context, body.base_url)
    return context.write(async (tx) => answer(200, await updateProvider(tx, context, context.actor, params.id, body)))
  }),

  bind(schema.deleteProvider, ({ params }, { actor, write }) =>
    write(async (tx) => {
      await deleteProvider(tx, actor, params.id)
      return answer(204, undefined)
    }),
  ),
]
