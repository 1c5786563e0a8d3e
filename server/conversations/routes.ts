// The door of conversations.
import { bind } from '../access/door.ts'
import { sendRanged } from '../lib/byte-range.ts'
import { answer } from '../lib/route.ts'
import { closeConversation } from './closing.ts'
import * as colleagues from './colleagues-schema.ts'
import {
  countConversations,
  getConversation,
  listAiColleagues,
  listColleagues,
  listConversations,
} from './conversations.ts'
import { fetchMediaAgain } from './fetching-schema.ts'
import { getAgentFigures } from './figures.ts'
import * as figures from './figures-schema.ts'
import { findReceipt } from './receipts.ts'
import { getMedia } from './media-schema.ts'
import { fetchAgain } from './media.ts'
import { openMedia } from './reading-media.ts'
import { sendMedia } from './sending-media.ts'
import { resendMessage, sendMessage, settleMessage } from './sending.ts'
import * as schema from './schema.ts'
import { giveBack, handOver, markRead, takeConversation } from './taking.ts'
import { getMessage, listMessages } from './thread.ts'

export const conversationRoutes = [
  bind(schema.listConversations, async ({ query }, { db, actor }) =>
    answer(200, await listConversations(db, actor, query, query)),
  ),

  bind(schema.countConversations, async (_input, { db, actor }) => answer(200, await countConversations(db, actor))),

  bind(figures.getAgentFigures, async ({ query }, { db, actor }) =>
    answer(200, await getAgentFigures(db, actor, query)),
  ),

  bind(schema.getConversation, async ({ params }, { db, actor }) =>
    answer(200, await getConversation(db, actor, params.id)),
  ),

  bind(schema.listMessages, async ({ params, query }, { db, actor }) =>
    answer(200, await listMessages(db, actor, params.id, query)),
  ),

  bind(schema.takeConversation, ({ params }, { actor, write }) =>
    write(async (tx) => {
      await takeConversation(tx, actor, params.id)
      return answer(200, await getConversation(tx, actor, params.id))
    }),
  ),

  bind(schema.handOverConversation, ({ params, body }, { actor, write }) =>
    write(async (tx) => {
      await handOver(tx, actor, params.id, body.user_id)
      return answer(200, await getConversation(tx, actor, params.id))
    }),
  ),

  bind(schema.giveBackConversation, ({ params }, { actor, write }) =>
    write(async (tx) => {
      await giveBack(tx, actor, params.id)
      return answer(200, await getConversation(tx, actor, params.id))
    }),
  ),

  bind(schema.closeConversation, ({ params, body }, { actor, write }) =>
    write(async (tx) => {
      await closeConversation(tx, actor, params.id, body)
      return answer(200, await getConversation(tx, actor, params.id))
    }),
  ),

  bind(schema.readConversation, async ({ params, body }, { db, actor, write, afterAnswer, tellRead }) => {
    const read = await write(async (tx) => {
      await markRead(tx, actor, params.id, body.up_to)
      return answer(200, await getConversation(tx, actor, params.id))
    })
    afterAnswer(async () => {
      const receipt = await findReceipt(db, actor, params.id, body.up_to)
      if (receipt) tellRead(receipt)
    })
    return read
  }),

  bind(schema.sendMessage, async ({ params, body }, { actor, write, sendSoon }) => {
    const written = await write(async (tx) =>
      answer(201, await getMessage(tx, actor, await sendMessage(tx, actor, params.id, body))),
    )
    sendSoon()
    return written
  }),

  bind(schema.sendMedia, async ({ params, query, body }, { actor, write, sendSoon }) => {
    const written = await write(async (tx) =>
      answer(201, await getMessage(tx, actor, await sendMedia(tx, actor, params.id, { ...query, ...body }))),
    )
    sendSoon()
    return written
  }),

  bind(schema.resendMessage, async ({ params }, { actor, write, sendSoon }) => {
    const written = await write(async (tx) => {
      await resendMessage(tx, actor, params.id)
      return answer(200, await getMessage(tx, actor, params.id))
    })
    sendSoon()
    return written
  }),

  bind(schema.settleMessage, ({ params }, { actor, write }) =>
    write(async (tx) => {
      await settleMessage(tx, actor, params.id)
      return answer(200, await getMessage(tx, actor, params.id))
    }),
  ),

  bind(fetchMediaAgain, ({ params }, { actor, write }) =>
    write(async (tx) => answer(200, await getMessage(tx, actor, await fetchAgain(tx, actor, params.id)))),
  ),

  bind(getMedia, async ({ params }, { db, actor, request, reply }) =>
    sendRanged(reply, request.headers, await openMedia(db, actor, params.id)),
  ),

  bind(colleagues.listColleagues, async (_input, { db, actor }) =>
    answer(200, {
      colleagues: await listColleagues(db, actor),
      ai_agents: (await listAiColleagues(db, actor)).filter(({ present }) => present),
    }),
  ),
]
