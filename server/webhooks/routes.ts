// The door of webhooks: Settings → Webhooks, and the same for keys.
import { bind } from '../access/door.ts'
import { answer } from '../lib/route.ts'
import {
  checkAddress,
  createWebhook,
  deleteWebhook,
  getWebhook,
  listWebhooks,
  rotateWebhook,
  switchOff,
  switchOn,
  updateWebhook,
} from './endpoints.ts'
import { getDispatch, listDispatches } from './log.ts'
import { replay, replayDispatch } from './replaying.ts'
import * as schema from './schema.ts'
import { testWebhook } from './testing.ts'

export const webhookRoutes = [
  bind(schema.listWebhooks, async (_input, { db, actor }) => answer(200, { webhooks: await listWebhooks(db, actor) })),

  bind(schema.getWebhook, async ({ params }, { db, actor }) => answer(200, await getWebhook(db, actor, params.id))),

  bind(schema.createWebhook, ({ body }, context) =>
    context.writeAsking(
      () => checkAddress(context, body.url),
      async (tx) => answer(201, await createWebhook(tx, context, context.actor, body)),
    ),
  ),

  bind(schema.updateWebhook, ({ params, body }, context) =>
    context.writeAsking(
      async () => {
        await getWebhook(context.db, context.actor, params.id)
        await checkAddress(context, body.url)
      },
      async (tx) => answer(200, await updateWebhook(tx, context.actor, params.id, body)),
    ),
  ),

  bind(schema.deleteWebhook, ({ params }, { actor, write }) =>
    write(async (tx) => {
      await deleteWebhook(tx, actor, params.id)
      return answer(204, undefined)
    }),
  ),

  bind(schema.rotateWebhook, ({ params }, context) =>
    context.write(async (tx) => answer(200, await rotateWebhook(tx, context, context.actor, params.id))),
  ),

  bind(schema.switchOffWebhook, ({ params }, { actor, write }) =>
    write(async (tx) => answer(200, await switchOff(tx, actor, params.id))),
  ),

  bind(schema.switchOnWebhook, async ({ params, body }, context) => {
    const on = await context.write(async (tx) =>
      answer(200, await switchOn(tx, context, context.actor, params.id, body)),
    )
    context.dispatchSoon()
    return on
  }),

  bind(schema.testWebhook, ({ params }, context) =>
    context.writeAsking(
      () => testWebhook(context, context.actor, params.id),
      async (_tx, tested) => answer(200, tested),
    ),
  ),

  bind(schema.listDispatches, async ({ params, query }, { db, actor }) =>
    answer(200, await listDispatches(db, actor, params.id, query)),
  ),

  bind(schema.getDispatch, async ({ params }, { db, actor }) =>
    answer(200, await getDispatch(db, actor, params.id, params.event_id)),
  ),

  bind(schema.replayDispatch, async ({ params }, context) => {
    const replayed = await context.write(async (tx) =>
      answer(200, await replayDispatch(tx, context.actor, params.id, params.event_id)),
    )
    context.dispatchSoon()
    return replayed
  }),

  bind(schema.replayWebhook, async ({ params, body }, context) => {
    const replayed = await context.write(async (tx) => answer(200, await replay(tx, context.actor, params.id, body)))
    context.dispatchSoon()
    return replayed
  }),
]
