// The door of API keys.
import { bind } from '../access/door.ts'
import { answer } from '../lib/route.ts'
import { createApiKey, listApiKeys, revokeApiKey, rotateApiKey, updateApiKey } from './keys.ts'
import * as schema from './schema.ts'

export const apiKeyRoutes = [
  bind(schema.listApiKeys, async (_input, { db, actor }) => answer(200, { keys: await listApiKeys(db, actor) })),

  bind(schema.createApiKey, ({ body }, { actor, write }) =>
    write(async (tx) => answer(201, await createApiKey(tx, actor, body))),
  ),

  bind(schema.updateApiKey, ({ params, body }, { actor, write }) =>
    write(async (tx) => answer(200, await updateApiKey(tx, actor, params.id, body))),
  ),

  bind(schema.rotateApiKey, ({ params, body }, { actor, write }) =>
    write(async (tx) => answer(200, await rotateApiKey(tx, actor, params.id, body))),
  ),

  bind(schema.revokeApiKey, ({ params }, { actor, write }) =>
    write(async (tx) => answer(200, await revokeApiKey(tx, actor, params.id))),
  ),
]
