// The door of AI agents: Settings → AI agents, and what they told colleagues.
import { bind } from '../access/door.ts'
import { answer } from '../lib/route.ts'
import { figuresOf, listActs, listHandOvers } from './acts.ts'
import { createAiAgent, getAiAgent, listAiAgents, removeAiAgent, updateAiAgent } from './agents.ts'
import * as schema from './schema.ts'

export const aiAgentRoutes = [
  bind(schema.listAiAgents, async (_input, { db, actor }) => answer(200, { agents: await listAiAgents(db, actor) })),

  bind(schema.getAiAgent, async ({ params }, { db, actor }) =>
    answer(200, { agent: await getAiAgent(db, actor, params.id), figures: await figuresOf(db, actor, params.id) }),
  ),

  bind(schema.createAiAgent, ({ body }, { actor, write }) =>
    write(async (tx) => answer(201, await createAiAgent(tx, actor, body))),
  ),

  bind(schema.updateAiAgent, ({ params, body }, { actor, write }) =>
    write(async (tx) => answer(200, await updateAiAgent(tx, actor, params.id, body))),
  ),

  bind(schema.removeAiAgent, ({ params }, { actor, write }) =>
    write(async (tx) => {
      await removeAiAgent(tx, actor, params.id)
      return answer(204, undefined)
    }),
  ),

  bind(schema.listAiAgentActs, async ({ params, query }, { db, actor }) =>
    answer(200, await listActs(db, actor, params.id, query)),
  ),

  bind(schema.listHandOvers, async ({ params }, { db, actor }) =>
    answer(200, { hand_overs: await listHandOvers(db, actor, params.id) }),
  ),
]
