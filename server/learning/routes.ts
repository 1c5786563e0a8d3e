// The door of what the built-in classifier learned.
import { bind } from '../access/door.ts'
import { answer } from '../lib/route.ts'
import { forgetLearning, getLearning, learnFromHistory } from './learning.ts'
import * as schema from './schema.ts'

export const learningRoutes = [
  bind(schema.getLearning, async (_input, { db, actor }) => answer(200, await getLearning(db, actor))),

  bind(schema.forgetLearning, (_input, { actor, write }) =>
    write(async (tx) => answer(200, await forgetLearning(tx, actor))),
  ),

  bind(schema.rebuildLearning, (_input, { actor, write }) =>
    write(async (tx) => answer(200, await learnFromHistory(tx, actor))),
  ),
]
