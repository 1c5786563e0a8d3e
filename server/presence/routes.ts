// The door of presence.
import { bind } from '../access/door.ts'
import { noteWriting, type Receipt } from '../conversations/receipts.ts'
import { answer } from '../lib/route.ts'
import * as schema from './schema.ts'
import { closeTab, reportTab } from './tabs.ts'

export const presenceRoutes = [
  bind(schema.reportTab, async ({ params, body }, { actor, write, tellRead }) => {
    let receipt: Receipt | null = null
    const noted = await write(async (tx) => {
      await reportTab(tx, actor, params.id, body)
      receipt =
        body.writing && body.conversation_id !== null ? await noteWriting(tx, actor, body.conversation_id) : null
      return answer(204, undefined)
    })
    // Nobody waits for the customer's phone.
    if (receipt) tellRead(receipt)
    return noted
  }),

  bind(schema.closeTab, ({ params }, { actor, write }) =>
    write(async (tx) => {
      await closeTab(tx, actor, params.id)
      return answer(204, undefined)
    }),
  ),
]
