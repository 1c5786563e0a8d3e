// The door of message templates.
import { bind } from '../access/door.ts'
import { getConversation } from '../conversations/conversations.ts'
import { getMessage } from '../conversations/thread.ts'
import { answer } from '../lib/route.ts'
import { getTemplate, listTemplates } from './reading.ts'
import * as schema from './schema.ts'
import { sendTemplate } from './sending.ts'

export const templateRoutes = [
  bind(schema.listTemplates, async ({ params }, context) =>
    answer(200, await listTemplates(context, context.actor, params.id)),
  ),

  bind(schema.sendTemplate, async ({ params, body }, context) => {
    const { db, actor, write, sendSoon } = context
    const { channel_id } = await getConversation(db, actor, params.id)
    // Asked before anything is locked: Meta may take its time.
    const template = await getTemplate(context, actor, channel_id, body)
    const written = await write(async (tx) =>
      answer(201, await getMessage(tx, actor, await sendTemplate(tx, actor, params.id, template, body))),
    )
    sendSoon()
    return written
  }),
]
