// The door of language models.
import { bind } from '../access/door.ts'
import { answer } from '../lib/route.ts'
import { checkAddress } from './addresses.ts'
import { getCall, listCalls } from './log.ts'
import { createProvider, deleteProvider, getProvider, listProviders, updateProvider } from './providers.ts'
import * as schema from './schema.ts'
import { getSettings, setSettings } from './settings.ts'
import { testProvider } from './testing.ts'

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

  bind(schema.testProvider, async ({ params }, context) =>
    answer(200, await testProvider(context, context.actor, params.id)),
  ),

  bind(schema.getSettings, async (_input, { db, actor }) => answer(200, await getSettings(db, actor))),

  bind(schema.setSettings, ({ body }, { actor, write }) =>
    write(async (tx) => answer(200, await setSettings(tx, actor, body))),
  ),

  bind(schema.listCalls, async ({ query }, { db, actor }) => answer(200, await listCalls(db, actor, query))),

  bind(schema.getCall, async ({ params }, { db, actor }) => answer(200, await getCall(db, actor, params.id))),
]
