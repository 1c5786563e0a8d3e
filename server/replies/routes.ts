// The door of saved replies.
import { bind } from '../access/door.ts'
import { answer } from '../lib/route.ts'
import { createSavedReply, deleteSavedReply, listSavedReplies, updateSavedReply } from './replies.ts'
import * as schema from './schema.ts'

export const replyRoutes = [
  bind(schema.listSavedReplies, async (_input, { db, actor }) =>
    answer(200, { replies: await listSavedReplies(db, actor) }),
  ),

  bind(schema.createSavedReply, ({ body }, { actor, write }) =>
    write(async (tx) => answer(201, await createSavedReply(tx, actor, body))),
  ),

  bind(schema.updateSavedReply, ({ params, body }, { actor, write }) =>
    write(async (tx) => answer(200, await updateSavedReply(tx, actor, params.id, body))),
  ),

  bind(schema.deleteSavedReply, ({ params }, { actor, write }) =>
    write(async (tx) => {
      await deleteSavedReply(tx, actor, params.id)
      return answer(204, undefined)
    }),
  ),
]
