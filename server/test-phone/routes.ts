// The door of the test phone.
import { bind, type Context } from '../access/door.ts'
import { callbackPath } from '../channels/accounts.ts'
import { Problem } from '../lib/errors.ts'
import { answer } from '../lib/route.ts'
import { setBehaviour } from './behaviour.ts'
import * as schema from './schema.ts'
import {
  playCatchingUp,
  playChoice,
  playDeletion,
  playEdit,
  playFile,
  playReaction,
  playText,
  type Played,
  type Stage,
} from './playing.ts'
import { clearTestPhone, getTestPhone, listTestMessages } from './test-phone.ts'

export const testPhoneRoutes = [
  bind(schema.getTestPhone, async (_input, { db, actor }) => answer(200, await getTestPhone(db, actor))),

  bind(schema.playMessage, ({ body }, context) => play(context, (stage) => playText(stage, body))),

  bind(schema.playFile, ({ params, query, body }, context) =>
    play(context, (stage) => playFile(stage, params.id, { ...query, ...body })),
  ),

  bind(schema.playReaction, ({ params, body }, context) =>
    play(context, (stage) => playReaction(stage, params.id, body)),
  ),

  bind(schema.playChoice, ({ params, body }, context) => play(context, (stage) => playChoice(stage, params.id, body))),

  bind(schema.playEdit, ({ params, body }, context) => play(context, (stage) => playEdit(stage, params.id, body))),

  bind(schema.playDeletion, ({ params, body }, context) =>
    play(context, (stage) => playDeletion(stage, params.id, body)),
  ),

  bind(schema.behave, async ({ params, body }, context) => {
    let before: schema.Behaviour | null = null
    const behaviour = await context.write(async (tx) => {
      before = await setBehaviour(tx, context.actor, params.id, body)
      return answer(200, body)
    })
    // What waited because of it goes now.
    context.sendSoon()
    if (before)
      for (const late of await playCatchingUp(stageOf(context), params.id, { before, now: body }))
        await post(context, late)
    return behaviour
  }),

  bind(schema.listTestMessages, async ({ params }, { db, actor }) =>
    answer(200, await listTestMessages(db, actor, params.id)),
  ),

  bind(schema.clearTestPhone, (_input, { actor, write }) =>
    write(async (tx) => answer(200, { count: await clearTestPhone(tx, actor) })),
  ),
]

const stageOf = (context: Context): Stage => ({ db: context.db, vault: context, actor: context.actor })

/** What it takes is there for others before it is told, so it is not of the transaction of the call. */
async function play(context: Context, compose: (stage: Stage) => Promise<Played>) {
  const played = await compose(stageOf(context))
  return context.write(async () => {
    await post(context, played)
    return answer(204, undefined)
  })
}

/** Through the very door that Meta uses, signature and all. */
async function post({ request }: Context, { accountId, body, signature }: Played): Promise<void> {
  const reply = await request.server.inject({
    method: 'POST',
    url: callbackPath(accountId),
    headers: { 'content-type': 'application/json', 'x-hub-signature-256': signature },
    payload: body,
  })
  if (reply.statusCode !== 200)
    throw new Problem('unavailable', `The webhook answered ${reply.statusCode}. Try again in a moment.`, {
      reason: 'webhook_refused',
      data: { status: reply.statusCode },
    })
}
