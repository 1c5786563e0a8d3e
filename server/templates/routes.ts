// The door of message templates.
import { bind, type Context } from '../access/door.ts'
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

  bind(schema.sendTemplate, ({ params, body }, context) => send(context, params.id, body)),

  bind(schema.sendTemplateWithFile, ({ params, query, body }, context) =>
    send(context, params.id, { ...query, file: { ...body, file_name: query.file_name } }),
  ),
]

async function send(
  context: Context,
  conversationId: string,
  wanted: { name: string; language: string } & Parameters<typeof sendTemplate>[4],
) {
  const { db, actor, write, sendSoon } = context
  const { channel_id } = await getConversation(db, actor, conversationId)
  // Asked before anything is locked: Meta may take its time.
  const template = await getTemplate(context, actor, channel_id, wanted)
  const written = await write(async (tx) =>
    answer(201, await getMessage(tx, actor, await sendTemplate(tx, actor, conversationId, template, wanted))),
  )
  sendSoon()
  return written
}
